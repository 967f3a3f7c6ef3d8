import { defineConfig, type ViteUserConfig } from "vitest/config";
import { ClosingLine } from "./test/runner/closing-line.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ["default", new ClosingLine()],
  },
});

export default config;

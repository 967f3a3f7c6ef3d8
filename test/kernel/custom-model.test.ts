import { describe, expect, it } from "vitest";
import { adaptiveExponential, MODELS } from "../../examples/adaptive-exponential.ts";
import { hasKernelCompiler } from "../../src/codegen/c/compile-kernel.ts";
import { kernelFor } from "../../src/codegen/c/kernel-for.ts";
import { firstDifference, runBothWays, spikeCount } from "./on-chips.ts";

describe("a user's own model", () => {
  it.skipIf(!hasKernelCompiler())(
    "is compiled for the chip and gives the engine's bits (needs arm-none-eabi-gcc)",
    { timeout: 120_000 },
    async () => {
      const network = adaptiveExponential();
      const short = { ...network, phases: network.phases.map((p) => ({ ...p, durationMs: 30 })) };
      const both = await runBothWays(short, undefined, { models: MODELS, timeScale: 10 });
      expect(spikeCount(both.got)).toBeGreaterThan(10);
      expect(firstDifference(both)).toBeUndefined();
    },
  );

  it("has no kernel where nobody knows the model", () => {
    expect(() => kernelFor("of_another_library", [])).toThrow(expect.objectContaining({ code: "NO_KERNEL" }));
  });
});

/**
 * `npm run kernel`: compiles the kernels of all built-in models into kernel/bin. The same sources and compiler give the
 * same bytes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILT_IN_MODELS } from "../../models/registry.ts";
import { compileKernel } from "./compile-kernel.ts";

const kernelFolder = join(process.cwd(), "kernel");
mkdirSync(join(kernelFolder, "bin"), { recursive: true });
for (const model of [undefined, ...BUILT_IN_MODELS]) {
  const name = model?.name ?? "SpikeSourceArray";
  const { aplx, codeBytes, variableBytes } = compileKernel(model, kernelFolder);
  writeFileSync(join(kernelFolder, "bin", `${name}.aplx`), aplx);
  process.stdout.write(`${name}: ${codeBytes} bytes of code, ${variableBytes} of variables\n`);
}

/**
 * `npm run kernel`: compiles the kernels of all built-in models into kernel/bin. The same sources and compiler give the
 * same bytes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KernelCompiler } from "./compile-kernel.ts";
import { KERNEL_MODELS } from "./kernel-models.ts";

const kernelFolder = join(process.cwd(), "kernel");
mkdirSync(join(kernelFolder, "bin"), { recursive: true });
using compiler = new KernelCompiler(kernelFolder);
for (const model of KERNEL_MODELS) {
  const name = model?.name ?? "SpikeSourceArray";
  const { aplx, codeBytes, variableBytes } = compiler.compile(model);
  writeFileSync(join(kernelFolder, "bin", `${name}.aplx`), aplx);
  process.stdout.write(`${name}: ${codeBytes} bytes of code, ${variableBytes} of variables\n`);
}

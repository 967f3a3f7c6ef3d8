import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { kernelBinary, NoKernelError } from "../../image/kernel-binary.ts";
import type { Model } from "../ir.ts";
import { KernelCompileError, KernelCompiler } from "./compile-kernel.ts";

/**
 * The APLX file that runs a model: from kernel/bin, or compiled now if it is one of the user's own.
 *
 * @param name of the model, or SpikeSourceArray
 * @throws {NoKernelError} the model is not known
 * @throws {KernelCompileError} the cross compiler is missing, or does not take the model
 */
export function kernelFor(name: string, ownModels: readonly Model[]): Uint8Array {
  const own = ownModels.find((model) => model.name === name);
  const binary = own === undefined ? kernelBinary(name) : compiled(own);
  if (binary === undefined) throw new NoKernelError(name);
  return binary;
}

function compiled(model: Model): Uint8Array {
  using compiler = new KernelCompiler(kernelFolder(model.name));
  return compiler.compile(model).aplx;
}

/** From src/codegen/c and from dist/src/codegen/c alike the package's folder is found by going up. */
function kernelFolder(model: string): string {
  for (const up of ["../../../", "../../../../"]) {
    const folder = fileURLToPath(new URL(`${up}kernel/`, import.meta.url));
    if (existsSync(`${folder}link.ld`)) return folder;
  }
  throw new KernelCompileError(model, "the kernel's sources are not installed");
}

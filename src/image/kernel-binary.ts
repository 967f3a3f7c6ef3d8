import { readFileSync } from "node:fs";
import { SpinloomError } from "../errors.ts";

/** There is no kernel for a model, and the board has no other way to run it. */
export class NoKernelError extends SpinloomError {
  readonly code = "NO_KERNEL";

  constructor(model: string) {
    super(
      `kernel for ${model}`,
      "no binary was built",
      "Run this network on `--board emulator` or on a virtual board in mode model.",
    );
  }
}

/**
 * The APLX file that runs a model on a core, from kernel/bin; undefined where none was built.
 *
 * @param model name of the IR model, or SpikeSourceArray
 */
export function kernelBinary(model: string): Uint8Array | undefined {
  // From src/image and from dist/src/image alike the package's folder is found by going up.
  for (const up of ["../../", "../../../"]) {
    try {
      return readFileSync(new URL(`${up}kernel/bin/${model}.aplx`, import.meta.url));
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/**
 * A binary that only goes to sleep, for virtual boards in mode `model`: they load and start it as any other, but what
 * it would compute is computed by the network engine.
 *
 * One APLX table: copy the code to ITCM 0, execute it (spinnaker_tools, tools/mkaplx). The code is the ARM wait for
 * interrupt, `mcr p15, 0, r0, c7, c0, 4`, and a branch back to it.
 */
export function sleepingBinary(): Uint8Array {
  const [copyFromHere, execute, headerBytes, codeBytes] = [2, 4, 64, 32];
  const words = new Uint32Array((headerBytes + codeBytes) / 4);
  words.set([copyFromHere, 0, headerBytes, codeBytes, execute, 0, 0, 0]);
  words.set([0xee07_0f90, 0xeaff_fffd], headerBytes / 4);
  return new Uint8Array(words.buffer);
}

/** Instructions of all cores of an emulated machine, beside CPU time of this process. */

import type { EmulatedMachine } from "../src/host-sim/machine/emulated-machine.ts";

export interface Work {
  readonly millionInstructions: number;
  readonly cpuSeconds: number;
  /** Million instructions a second. */
  readonly mips: number;
}

export class Meter {
  readonly #cpuSeconds: () => number;
  #since: number;
  #instructions = 0;

  /** @param cpuSeconds CPU time of this process so far */
  constructor(cpuSeconds: () => number) {
    this.#cpuSeconds = cpuSeconds;
    this.#since = cpuSeconds();
  }

  /** Since the last call. */
  work(emulated: EmulatedMachine): Work {
    const now = this.#cpuSeconds();
    let instructions = 0;
    for (const { chip } of emulated.chips()) for (const { core } of chip.cores) instructions += core.instructions;
    const cpuSeconds = now - this.#since;
    const millionInstructions = (instructions - this.#instructions) / 1e6;
    this.#since = now;
    this.#instructions = instructions;
    return { millionInstructions, cpuSeconds, mips: millionInstructions / cpuSeconds };
  }
}

/** Over registers, cycles and instructions of all cores, and System RAMs. */
export function fingerprint(emulated: EmulatedMachine): number {
  let hash = 0;
  const mix = (values: ArrayLike<number>): void => {
    // FNV-1a over numbers.
    for (let i = 0; i < values.length; i++) hash = Math.imul(hash ^ values[i]!, 0x0100_0193);
  };
  for (const { chip } of emulated.chips()) {
    mix(chip.systemRam);
    for (const { core } of chip.cores) {
      mix(core.registers);
      mix([core.cycles, core.instructions]);
    }
  }
  return hash >>> 0;
}

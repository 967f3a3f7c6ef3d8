/**
 * Speed of the ARM968 core of the chip emulator, interpreted and translated, on a program with interrupts and
 * peripheral accesses (`emulator-core/tick.c`).
 */

import { TranslationCache } from "../src/host-sim/arm/index.ts";
import { CHECKSUM_ADDRESS } from "./emulator-core/tick.ts";
import { TickBoard } from "./emulator-core/tick-board.ts";

export interface CoreSpeed {
  readonly engine: "interpreter" | "translator";
  /** Best of the samples, in million instructions per second. */
  readonly mips: number;
  readonly instructions: number;
  /** Core cycles per instruction, sleep included. */
  readonly cyclesPerInstruction: number;
  /** Of the program after as many cycles as the shortest run: the same for both engines. */
  readonly checksum: number;
}

/** Cycles of a sample: long enough for the clock, short enough to be undisturbed once in a while. */
const SAMPLE_CYCLES = 10_000_000;
const CHECKSUM_CYCLES = 5_000_000;
const WARM_UP_SAMPLES = 5;

/**
 * @param now milliseconds of some clock
 * @param samples how many times to measure
 */
export function measureCore(engine: CoreSpeed["engine"], now: () => number, samples: number): CoreSpeed {
  const board = new TickBoard(engine === "translator" ? { translations: new TranslationCache() } : {});
  const { core } = board;
  board.runUntil(CHECKSUM_CYCLES);
  const checksum = new DataView(core.dtcm.buffer, core.dtcm.byteOffset).getInt32(CHECKSUM_ADDRESS & 0xffff, true);
  let mips = 0;
  for (let sample = 0; sample < WARM_UP_SAMPLES + samples; sample++) {
    const before = core.instructions;
    const start = now();
    board.runUntil(core.cycles + SAMPLE_CYCLES);
    const milliseconds = now() - start;
    if (sample >= WARM_UP_SAMPLES) mips = Math.max(mips, (core.instructions - before) / milliseconds / 1000);
  }
  return {
    engine,
    mips,
    instructions: core.instructions,
    cyclesPerInstruction: core.cycles / core.instructions,
    checksum,
  };
}

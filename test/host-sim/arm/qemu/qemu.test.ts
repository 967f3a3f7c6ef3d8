import { describe, expect, it } from "vitest";
import { type ProgramShape, randomProgram } from "./program.ts";
import { firstDifference, interpreted, qemuMissing, runInCore, runInQemu, translated } from "./runners.ts";

const missing = qemuMissing();

/** Instructions that each of the six programs executes at least, its driver included. */
const INSTRUCTIONS_PER_PROGRAM = 600_000;

const SHAPES: readonly ProgramShape[] = [1, 2, 3].flatMap((seed) => [
  { seed, thumb: false, blockInstructions: 24, blocks: 160, states: 80 },
  { seed: seed + 100, thumb: true, blockInstructions: 40, blocks: 160, states: 80 },
]);

describe.skipIf(missing !== undefined)(
  `random programs, as qemu-arm runs them${missing ? ` (${missing})` : ""}`,
  () => {
    it.each(SHAPES)("leave the same registers, flags and memory, interpreted and translated: %o", (shape) => {
      const program = randomProgram(shape);
      const expected = runInQemu(program);
      for (const engine of [interpreted, translated]) {
        const actual = runInCore(program, engine);
        expect(firstDifference(program, expected, actual)).toBeUndefined();
        expect(actual.instructions).toBeGreaterThan(INSTRUCTIONS_PER_PROGRAM);
      }
    });
  },
);

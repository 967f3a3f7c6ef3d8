import { describe, expect, it } from "vitest";
import { type ProgramShape, randomProgram } from "./program.ts";
import { firstDifference, qemuMissing, runInCore, runInQemu } from "./runners.ts";

const missing = qemuMissing();

const SHAPES: readonly ProgramShape[] = [1, 2, 3].flatMap((seed) => [
  { seed, thumb: false, blockInstructions: 24, states: 48 },
  { seed: seed + 100, thumb: true, blockInstructions: 40, states: 48 },
]);

describe.skipIf(missing !== undefined)(
  `random programs, as qemu-arm runs them${missing ? ` (${missing})` : ""}`,
  () => {
    it.each(SHAPES)("leave the same registers, flags and memory: %o", (shape) => {
      const program = randomProgram(shape);
      const expected = runInQemu(program);
      expect(firstDifference(program, expected, runInCore(program, 100_000))).toBeUndefined();
    });
  },
);

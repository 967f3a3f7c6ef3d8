import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coverage, type Rectangle } from "../../src/results/sample-coverage.ts";

const COLUMNS = 5;
const SAMPLES = 12;

const rectangle: fc.Arbitrary<Rectangle> = fc
  .record({ firstSample: fc.nat(SAMPLES - 1), firstColumn: fc.nat(COLUMNS - 1) })
  .chain(({ firstSample, firstColumn }) =>
    fc.record({
      firstSample: fc.constant(firstSample),
      firstColumn: fc.constant(firstColumn),
      samples: fc.nat(SAMPLES - firstSample),
      columns: fc.integer({ min: 1, max: COLUMNS - firstColumn }),
    }),
  );

describe("how far rectangles cover a signal", () => {
  it("is what filling in every word says, overlaps and gaps included", () => {
    fc.assert(
      fc.property(fc.array(rectangle, { maxLength: 12 }), (rectangles) => {
        const filled = Array.from({ length: SAMPLES }, () => new Set<number>());
        for (const { firstSample, samples, firstColumn, columns } of rectangles) {
          for (let s = firstSample; s < firstSample + samples; s++) {
            for (let c = firstColumn; c < firstColumn + columns; c++) filled[s]!.add(c);
          }
        }
        const firstGap = filled.findIndex(({ size }) => size < COLUMNS);
        expect(coverage(rectangles, COLUMNS)).toEqual({
          completeSamples: firstGap < 0 ? SAMPLES : firstGap,
          words: filled.reduce((sum, { size }) => sum + size, 0),
        });
      }),
    );
  });
});

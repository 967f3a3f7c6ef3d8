import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { regionHolds, regionOf } from "../../../src/host-sim/board/region.ts";

const coordinate = fc.integer({ min: 0, max: 255 });
const level = fc.integer({ min: 0, max: 3 });

describe("a region word", () => {
  it.each([
    { x: 0, y: 0, level: 3, word: 0x0003_0001 },
    { x: 1, y: 2, level: 3, word: 0x0003_0200 },
    { x: 5, y: 6, level: 3, word: 0x0407_0200 },
    { x: 0, y: 0, level: 0, word: 0x0000_0001 },
  ])("of chip ($x, $y) at level $level is $word", ({ x, y, level, word }) => {
    expect(regionOf(x, y, level)).toBe(word);
  });

  it("holds the chip it was made of", () => {
    fc.assert(fc.property(coordinate, coordinate, level, (x, y, level) => regionHolds(regionOf(x, y, level), x, y)));
  });

  it("holds the chips of one square of 2^(6 - 2·level) a side, and no others", () => {
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, level, (x, y, otherX, otherY, level) => {
        const shift = 6 - 2 * level;
        const sameSquare = x >> shift === otherX >> shift && y >> shift === otherY >> shift;
        expect(regionHolds(regionOf(x, y, level), otherX, otherY)).toBe(sameSquare);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/mapper/place/random.ts";
import { stressLayout } from "../../../src/mapper/place/stress-layout.ts";

const SIDE = 10;

/** Straight-line distances between the points of a square grid, whose edges meet or do not. */
function gridPaths(wraps: boolean): Float32Array {
  const along = (a: number, b: number): number => {
    const straight = Math.abs(a - b);
    return wraps ? Math.min(straight, SIDE - straight) : straight;
  };
  const count = SIDE * SIDE;
  return Float32Array.from({ length: count * count }, (_, pair) => {
    const a = Math.floor(pair / count);
    const b = pair % count;
    return Math.hypot(along(a % SIDE, b % SIDE), along(Math.floor(a / SIDE), Math.floor(b / SIDE)));
  });
}

describe("stressLayout", () => {
  const plane = { width: SIDE, height: SIDE, wrapX: false, wrapY: false };
  const torus = { width: SIDE, height: SIDE, wrapX: true, wrapY: true };
  const best = (paths: Float32Array, shape: typeof plane) => {
    const random = randomNumbers(1);
    const tries = Array.from({ length: 6 }, () => stressLayout(SIDE * SIDE, paths, shape, random));
    return tries.sort((a, b) => a.stress - b.stress)[0]!;
  };

  it("unfolds a sheet in the plane, with its middle in the middle", () => {
    const { stress, x, y } = best(gridPaths(false), plane);
    expect(stress).toBeLessThan(0.01);
    expect(x.reduce((a, b) => a + b, 0) / x.length).toBeCloseTo(SIDE / 2, 6);
    expect(y.reduce((a, b) => a + b, 0) / y.length).toBeCloseTo(SIDE / 2, 6);
  });

  it("unfolds a torus on a torus, inside it, where the plane cannot hold it", () => {
    const { stress, x, y } = best(gridPaths(true), torus);
    expect(stress).toBeLessThan(0.01);
    for (const at of [...x, ...y]) {
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(SIDE);
    }
    expect(best(gridPaths(true), plane).stress).toBeGreaterThan(0.05);
  });

  it("copes with parts that no path joins, and with a single node", () => {
    const apart = Float32Array.from([0, 1, Infinity, 1, 0, Infinity, Infinity, Infinity, 0]);
    const { stress, x } = stressLayout(3, apart, plane, randomNumbers(2));
    expect(stress).toBeLessThan(0.01);
    expect(x.every(Number.isFinite)).toBe(true);
    expect(stressLayout(1, Float32Array.of(0), plane, randomNumbers(2)).x).toEqual(Float64Array.of(SIDE / 2));
  });
});

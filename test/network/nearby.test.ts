import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Distances } from "../../src/network/connect/distances.ts";
import { Nearby } from "../../src/network/connect/nearby.ts";

type Point = readonly [number, number, number];

function distancesOf(pre: readonly Point[], post: readonly Point[]): Distances {
  return {
    prePositions: Float64Array.from(pre.flat()),
    postPositions: Float64Array.from(post.flat()),
    between: (i, j) => Math.sqrt(pre[i]!.reduce((sum, x, axis) => sum + (x - post[j]![axis]!) ** 2, 0)),
  };
}

function found(nearby: Nearby, pre: number, size: number): number[] {
  const numbers = new Uint32Array(size);
  return [...numbers.subarray(0, nearby.around(pre, numbers))];
}

const coordinate = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -20, max: 20, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const points = fc.array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 1, maxLength: 40 });
const reaches = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.double({ min: 0, max: 1e308, noNaN: true }));

describe("Nearby", () => {
  it("finds every cell within reach, each once, wherever they are", () => {
    fc.assert(
      fc.property(points, points, reaches, (pre, post, reach) => {
        const distances = distancesOf(pre, post);
        const nearby = new Nearby(distances, reach);
        pre.forEach((_, i) => {
          const numbers = found(nearby, i, post.length);
          expect(new Set(numbers).size).toBe(numbers.length);
          const within = post.flatMap((_, j) => (distances.between(i, j) <= reach ? [j] : []));
          expect(numbers).toEqual(expect.arrayContaining(within));
        });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    { what: "a line", place: (i: number): Point => [i, 0, 0] },
    { what: "a sheet", place: (i: number): Point => [i % 100, 0, Math.floor(i / 100)] },
    { what: "a block", place: (i: number): Point => [i % 20, Math.floor(i / 20) % 20, Math.floor(i / 400)] },
    {
      what: "a crowd with a few far away",
      place: (i: number): Point => [i < 9990 ? i % 99 : i * 1e6, (i * 7) % 101, 0],
    },
  ])("looks at no more than the cells of the cubes around, on $what", ({ place }) => {
    const cells = Array.from({ length: 10_000 }, (_, i) => place(i));
    const distances = distancesOf(cells, cells);
    const nearby = new Nearby(distances, 3);
    for (let i = 0; i < cells.length; i += 97) {
      const numbers = found(nearby, i, cells.length);
      // Two cells of neighbouring cubes differ by less than two sides along each axis.
      const farthest = Math.max(...numbers.map((j) => distances.between(i, j)));
      expect(farthest).toBeLessThan(2 * Math.sqrt(3) * 3.000_001);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MustBeAbove } from "../../../src/mapper/tables/must-be-above.ts";

const BLOCKS = 40;
const WORDS = 2;

/** Merges of two entries with the blocks they catch; those that would close a cycle are skipped by the test. */
const merges = fc.array(
  fc.record({ a: fc.nat(BLOCKS - 1), b: fc.nat(BLOCKS - 1), caught: fc.array(fc.nat(BLOCKS - 1), { maxLength: 4 }) }),
  { maxLength: 30 },
);

describe("MustBeAbove", () => {
  it("is the transitive closure of all that merges asked, whatever their order", () => {
    fc.assert(
      fc.property(merges, (steps) => {
        const order = new MustBeAbove(BLOCKS, WORDS);
        const owner = Array.from({ length: BLOCKS }, (_, block) => block);
        const asked: { upper: number; lower: number }[] = [];
        const isAbove = (upper: number, lower: number): boolean => reaches(upper, lower, owner, asked);

        for (const { a, b, caught } of steps) {
          if (a === b || owner[a] !== a || owner[b] !== b || isAbove(a, b) || isAbove(b, a)) continue;
          const foreign = caught.filter((block) => owner[block] !== a && owner[block] !== b);
          if (foreign.some((block) => isAbove(a, owner[block]!) || isAbove(b, owner[block]!))) continue;
          const set = new Int32Array(WORDS);
          for (const block of foreign) {
            set[block >>> 5]! |= 1 << (block & 31);
            asked.push({ upper: block, lower: a });
          }
          order.merge(a, b, set);
          for (let block = 0; block < BLOCKS; block++) if (owner[block] === b) owner[block] = a;
        }
        const wrong: { upper: number; lower: number }[] = [];
        const entries = [...new Set(owner)];
        for (const upper of entries) {
          for (const lower of entries) {
            const is = order.isAbove(upper, lower);
            if (is !== isAbove(upper, lower)) wrong.push({ upper, lower });
            if (is && order.depth(upper) <= order.depth(lower)) wrong.push({ upper, lower });
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

/** Depth-first search over what was asked, between the present owners of the blocks named. */
function reaches(
  upper: number,
  lower: number,
  owner: readonly number[],
  asked: readonly { upper: number; lower: number }[],
): boolean {
  const found = new Set<number>();
  const open = [upper];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const pair of asked) {
      const next = owner[pair.lower]!;
      if (owner[pair.upper] !== from || found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found.has(lower);
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockSets } from "../../../src/mapper/tables/block-sets.ts";
import { cubesMeet, joinSiblings } from "../../../src/mapper/tables/index.ts";
import { hullMask } from "../../../src/mapper/tables/ternary-cube.ts";
import { anyChipRoutes } from "./small-tables.ts";

describe("BlockSets", () => {
  it("tells exactly the blocks that share a key with the hull of two blocks, in the words it says", () => {
    fc.assert(
      fc.property(anyChipRoutes, fc.nat(), fc.nat(), (routes, first, second) => {
        const blocks = joinSiblings(routes);
        fc.pre(blocks.count > 0);
        const { count, key, mask } = blocks;
        const [a, b] = [first % count, second % count];
        const hull = hullMask(key[a]!, mask[a]!, key[b]!, mask[b]!);
        const sets = new BlockSets(blocks);
        sets.take(key[a]! & hull, hull);
        for (let block = 0; block < count; block++) {
          const word = block >>> 5;
          const isInRange = word >= sets.firstWord && word < sets.endWord;
          const meets = isInRange && (sets.meetingWord(word, -1) >>> (block & 31)) % 2 === 1;
          expect(meets).toBe(cubesMeet(key[block]!, mask[block]!, key[a]! & hull, hull));
        }
      }),
    );
  });

  it("names the complement of a set within the blocks there are", () => {
    const routes = {
      chip: 0,
      mask: new Uint32Array(40).fill(~0),
      route: Uint32Array.from({ length: 40 }, (_, at) => at),
    };
    const keys = Uint32Array.from({ length: 40 }, (_, at) => at);
    const sets = new BlockSets(joinSiblings({ ...routes, key: keys, arrival: new Uint8Array(40).fill(7) }));
    expect([...sets.setOf([0, 33])]).toEqual([1, 2]);
    expect([...sets.setOfAllBut([0, 33])]).toEqual([~1, 0xfd]);
  });
});

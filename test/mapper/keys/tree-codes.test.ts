import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RouteBundles } from "../../../src/mapper/keys/route-bundles.ts";
import type { SimilarityTree } from "../../../src/mapper/keys/similarity-tree.ts";
import { keysAlongTree } from "../../../src/mapper/keys/tree-codes.ts";

/** One net a bundle. */
function bundlesOf(count: number): RouteBundles {
  const each = Int32Array.from({ length: count }, (_, at) => at);
  return {
    count,
    netStart: Int32Array.from({ length: count + 1 }, (_, at) => at),
    nets: each,
    featureStart: new Int32Array(count + 1),
    feature: new Int32Array(),
    worth: new Float64Array(),
    featureChip: new Int32Array(),
  };
}

/** A tree in which each join takes two of the nodes not yet joined, as `picks` say. */
function treeOf(count: number, picks: readonly number[]): SimilarityTree {
  const open = Array.from({ length: count }, (_, at) => at);
  const left: number[] = [];
  const right: number[] = [];
  for (let at = 0; open.length > 1; at++) {
    left.push(open.splice(picks[2 * at]! % open.length, 1)[0]!);
    right.push(open.splice(picks[2 * at + 1]! % open.length, 1)[0]!);
    open.push(count + at);
  }
  return { left: Int32Array.from(left), right: Int32Array.from(right), root: open[0]! };
}

const anyTree = fc
  .record({
    netBits: fc.array(fc.nat(8), { minLength: 1, maxLength: 24 }).map((bits) => Uint8Array.from(bits)),
    picks: fc.array(fc.nat(1000), { minLength: 80, maxLength: 80 }),
  })
  .map(({ netBits, picks }) => ({
    netBits,
    bundles: bundlesOf(netBits.length),
    tree: treeOf(netBits.length, picks),
  }));

describe("keysAlongTree", () => {
  it("fits all blocks into the least power of two that can hold them, aligned and disjoint", () => {
    fc.assert(
      fc.property(anyTree, ({ netBits, bundles, tree }) => {
        const total = netBits.reduce((sum, bits) => sum + 2 ** bits, 0);
        const maxBits = Math.ceil(Math.log2(total));
        const key = keysAlongTree(bundles, tree, netBits, maxBits);
        const blocks = [...key].map((first, net) => ({ first, end: first + 2 ** netBits[net]! }));
        blocks.sort((a, b) => a.first - b.first);
        for (const [at, { first, end }] of blocks.entries()) {
          expect(first % (end - first)).toBe(0);
          expect(first).toBeGreaterThanOrEqual(blocks[at - 1]?.end ?? 0);
          expect(end).toBeLessThanOrEqual(2 ** maxBits);
        }
      }),
    );
  });

  it("gives every branch an aligned block of its own where there is room", () => {
    fc.assert(
      fc.property(anyTree, ({ netBits, bundles, tree }) => {
        const key = keysAlongTree(bundles, tree, netBits, 32);
        const leaves = (node: number): number[] =>
          node < bundles.count
            ? [node]
            : [...leaves(tree.left[node - bundles.count]!), ...leaves(tree.right[node - bundles.count]!)];
        for (let node = bundles.count; node <= tree.root; node++) {
          const inside = leaves(node);
          const common = commonBits(inside.map((net) => key[net]!));
          const outside = [...key.keys()].filter((net) => !inside.includes(net));
          for (const net of outside) expect(commonBits([key[net]!, key[inside[0]!]!])).toBeLessThan(common);
        }
      }),
    );
  });
});

/** Leading bits, of 32, that all keys share. */
function commonBits(keys: readonly number[]): number {
  const bits = keys.map((key) => key.toString(2).padStart(32, "0"));
  let common = 0;
  while (common < 32 && bits.every((key) => key[common] === bits[0]![common])) common++;
  return common;
}

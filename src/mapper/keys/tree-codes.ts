import type { RouteBundles } from "./route-bundles.ts";
import type { SimilarityTree } from "./similarity-tree.ts";

/**
 * Gives the nets keys along a tree: where there is room, every branch has an aligned power-of-two block of its own, each
 * half of it for one of its two branches. Where there is not, the smaller branches of the larger half move over into the
 * other half until both fit; order within what moves is kept as far as sizes allow.
 *
 * O(nets × bits × log nets) time. Needs as many bits as the tree is deep, or `maxBits` if that is less.
 *
 * @param netBits Uint8Array[nets]: the net needs `2^netBits` keys
 * @param maxBits all keys lie below `2^maxBits`, which must not be less than the sum of all blocks
 * @returns Uint32Array[nets]: first key of each net's block
 */
export function keysAlongTree(
  bundles: RouteBundles,
  tree: SimilarityTree,
  netBits: Uint8Array,
  maxBits: number,
): Uint32Array {
  const key = new Uint32Array(netBits.length);
  const { load, bits } = measure(bundles, tree, netBits);
  const sizeOf = (item: number): number => (item < 0 ? 2 ** netBits[~item]! : load[item]!);
  if (bundles.count > 0) place([tree.root], 0, Math.min(maxBits, bits[tree.root]!));
  return key;

  /** Places items (nodes, or nets as `~net`) into the `2^room` keys from `base` on; they fit, and `base` is aligned. */
  function place(items: number[], base: number, room: number): void {
    let group = items;
    for (let bitsLeft = room; ; bitsLeft--) {
      while (group.length === 1 && group[0]! >= 0) group = branches(group[0]!);
      if (group.length === 1) {
        key[~group[0]!] = base;
        return;
      }
      const half = 2 ** (bitsLeft - 1);
      const [lower, upper] = halve(group, half);
      place(upper, base + half, bitsLeft - 1);
      group = lower;
    }
  }

  /** Two groups that fit into half the room each: the largest item alone if possible, all others together. */
  function halve(items: number[], half: number): readonly [lower: number[], upper: number[]] {
    const group = [...items];
    for (;;) {
      group.sort((a, b) => sizeOf(b) - sizeOf(a));
      const halves = tryHalves(group, half);
      if (halves) return halves;
      const largest = group.findIndex((item) => item >= 0);
      group.splice(largest, 1, ...branches(group[largest]!));
    }
  }

  /** Undefined when the items are too large to be parted like this. Nets alone, largest first, always can. */
  function tryHalves(group: readonly number[], half: number): readonly [number[], number[]] | undefined {
    const lower: number[] = [];
    const upper: number[] = [];
    let lowerLoad = 0;
    let upperLoad = 0;
    for (const item of group) {
      const size = sizeOf(item);
      if (lower.length > 0 && upperLoad + size <= half) {
        upper.push(item);
        upperLoad += size;
      } else if (lowerLoad + size <= half) {
        lower.push(item);
        lowerLoad += size;
      } else {
        return undefined;
      }
    }
    return [lower, upper];
  }

  function branches(node: number): number[] {
    if (node >= bundles.count) return [tree.left[node - bundles.count]!, tree.right[node - bundles.count]!];
    return Array.from(bundles.nets.subarray(bundles.netStart[node]!, bundles.netStart[node + 1]!), (net) => ~net);
  }
}

/** Keys in each node of the tree, and bits that it takes to give every branch in it a block of its own. */
function measure(
  bundles: RouteBundles,
  tree: SimilarityTree,
  netBits: Uint8Array,
): { load: Float64Array; bits: Float64Array } {
  const load = new Float64Array(bundles.count + tree.left.length);
  const bits = new Float64Array(load.length);
  for (let bundle = 0; bundle < bundles.count; bundle++) {
    for (let at = bundles.netStart[bundle]!; at < bundles.netStart[bundle + 1]!; at++) {
      load[bundle]! += 2 ** netBits[bundles.nets[at]!]!;
    }
    bits[bundle] = Math.ceil(Math.log2(load[bundle]!));
  }
  for (let at = 0; at < tree.left.length; at++) {
    load[bundles.count + at] = load[tree.left[at]!]! + load[tree.right[at]!]!;
    bits[bundles.count + at] = 1 + Math.max(bits[tree.left[at]!]!, bits[tree.right[at]!]!);
  }
  return { load, bits };
}

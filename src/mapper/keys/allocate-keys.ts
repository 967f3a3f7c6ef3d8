import type { NetKeys, RouteForest } from "../netlist.ts";
import { blockMask, KEY_LIMIT, KeySpaceExhaustedError } from "./key-space.ts";
import { keysByPopulation } from "./population-keys.ts";
import { bundleByRoute } from "./route-bundles.ts";
import { similarityTree } from "./similarity-tree.ts";
import { keysAlongTree } from "./tree-codes.ts";

export interface KeyDemand {
  /** Uint8Array[nets]: the net needs a block of `2^netBits` keys, 0 to 31 (neuron index and colour together). */
  readonly netBits: Uint8Array;
  /** Int32Array[nets]: population whose neurons send on the net. */
  readonly population: Int32Array;
  /** Routes of the nets, when they are known already. */
  readonly forest?: RouteForest;
}

/** Keys along routes stay below 2^31, far from those that SCAMP uses. */
const ROUTE_KEY_BITS = 31;

/**
 * Gives every net an aligned block of keys of its own.
 *
 * With routes, nets that go the same way on many chips become neighbours in key space, at every scale, so that one
 * entry can stand for many of them: see {@link similarityTree} and {@link keysAlongTree}. Without, the nets of a
 * population are neighbours: see {@link keysByPopulation}.
 *
 * @throws {KeySpaceExhaustedError} the blocks do not fit below {@link KEY_LIMIT}
 */
export function allocateKeys({ netBits, population, forest }: KeyDemand): NetKeys {
  let needed = 0;
  for (const bits of netBits) needed += 2 ** bits;
  if (needed > KEY_LIMIT) throw new KeySpaceExhaustedError(needed);

  const mask = Uint32Array.from(netBits, blockMask);
  if (!forest || needed > 2 ** ROUTE_KEY_BITS) return { key: keysByPopulation(netBits, population), mask };
  const bundles = bundleByRoute(forest);
  return { key: keysAlongTree(bundles, similarityTree(bundles), netBits, ROUTE_KEY_BITS), mask };
}

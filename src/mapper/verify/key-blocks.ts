import { RESERVED_KEYS } from "../keys/key-space.ts";
import type { NetKeys } from "../netlist.ts";
import { cubesMeet, matchesNothing } from "../tables/ternary-cube.ts";
import type { KeyFault } from "./delivery-fault.ts";

/** Below this many nets, comparing all pairs is quicker than splitting by another bit. */
const PAIRWISE_NETS = 8;

/**
 * Finds a key that two nets share, or that nobody may use; undefined when there is none.
 *
 * Splits the nets by one bit after the other, those with an X bit going both ways: O(32 × nets) for the aligned blocks
 * that mapping makes; exact for any cubes.
 */
export function findKeyFault(keys: NetKeys): KeyFault | undefined {
  const nets = Array.from(keys.key, (_, net) => net);
  for (const net of nets) {
    if (matchesNothing(keys.key[net]!, keys.mask[net]!)) return { rule: "keyOutsideMask", net, key: keys.key[net]! };
    for (const { key, mask } of RESERVED_KEYS) {
      if (!cubesMeet(keys.key[net]!, keys.mask[net]!, key, mask)) continue;
      return { rule: "keyReserved", net, key: (keys.key[net]! | key) >>> 0 };
    }
  }
  return findShared(keys, nets, 31);
}

function findShared(keys: NetKeys, nets: readonly number[], bit: number): KeyFault | undefined {
  if (nets.length <= PAIRWISE_NETS || bit < 0) return comparePairs(keys, nets);
  const literal = 1 << bit;
  const mayBe = (value: number) => (net: number) =>
    (keys.mask[net]! & literal) === 0 || (keys.key[net]! & literal) === value;
  return findShared(keys, nets.filter(mayBe(0)), bit - 1) ?? findShared(keys, nets.filter(mayBe(literal)), bit - 1);
}

function comparePairs(keys: NetKeys, nets: readonly number[]): KeyFault | undefined {
  const { key, mask } = keys;
  for (const [at, net] of nets.entries()) {
    for (const otherNet of nets.slice(0, at)) {
      if (!cubesMeet(key[net]!, mask[net]!, key[otherNet]!, mask[otherNet]!)) continue;
      return { rule: "keyShared", net: otherNet, otherNet: net, key: (key[net]! | key[otherNet]!) >>> 0 };
    }
  }
  return undefined;
}

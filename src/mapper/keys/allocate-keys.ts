import type { NetKeys, RouteForest } from "../netlist.ts";
import { blockMask, KEY_LIMIT, KeySpaceExhaustedError } from "./key-space.ts";

export interface KeyDemand {
  /** Uint8Array[nets]: the net needs a block of `2^netBits` keys, 0 to 31 (neuron index and colour together). */
  readonly netBits: Uint8Array;
  /** Int32Array[nets]: population whose neurons send on the net. */
  readonly population: Int32Array;
  /** Routes of the nets: nets with like routes become neighbours in key space. */
  readonly forest?: RouteForest;
}

/**
 * Gives every net an aligned block of keys.
 *
 * The blocks of a population are neighbours, and a population as a whole is aligned to the power of two that holds it,
 * so that one entry can stand for it. Wider blocks come before narrower ones, of populations and within one: nothing is
 * lost to alignment. When rounding populations up would exhaust the key space, they are packed without rounding.
 *
 * O(nets log nets) time, O(nets) space. Deterministic.
 *
 * @throws {KeySpaceExhaustedError} the blocks do not fit below {@link KEY_LIMIT}
 */
export function allocateKeys(demand: KeyDemand): NetKeys {
  const { netBits, population } = demand;
  const netCount = netBits.length;
  const reserved = populationBlocks(netBits, population);
  const fits = [...reserved.values()].reduce((sum, size) => sum + size, 0) <= KEY_LIMIT;
  const blockOf = Float64Array.from(population, (id) => reserved.get(id)!);
  const order = Int32Array.from({ length: netCount }, (_, net) => net);
  if (fits) order.sort((a, b) => blockOf[b]! - blockOf[a]! || population[a]! - population[b]! || byWidth(a, b));
  else order.sort(byWidth);

  const key = new Uint32Array(netCount);
  const mask = new Uint32Array(netCount);
  let next = 0;
  let populationEnd = 0;
  let previous: number | undefined;
  for (const net of order) {
    if (fits && population[net] !== previous) {
      previous = population[net]!;
      next = populationEnd;
      populationEnd += blockOf[net]!;
    }
    key[net] = next;
    mask[net] = blockMask(netBits[net]!);
    next += 2 ** netBits[net]!;
    if (next > KEY_LIMIT) throw new KeySpaceExhaustedError(sumOfBlocks(netBits));
  }
  return { key, mask };

  function byWidth(a: number, b: number): number {
    return netBits[b]! - netBits[a]! || a - b;
  }
}

/** Keys to set aside for each population: the sum of its blocks, rounded up to a power of two. */
function populationBlocks(netBits: Uint8Array, population: Int32Array): Map<number, number> {
  const sums = new Map<number, number>();
  netBits.forEach((bits, net) => {
    const id = population[net]!;
    sums.set(id, (sums.get(id) ?? 0) + 2 ** bits);
  });
  return new Map([...sums].map(([id, sum]) => [id, 2 ** Math.ceil(Math.log2(sum))]));
}

function sumOfBlocks(netBits: Uint8Array): number {
  return netBits.reduce((sum, bits) => sum + 2 ** bits, 0);
}

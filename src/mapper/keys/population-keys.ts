import { KEY_LIMIT } from "./key-space.ts";

/**
 * First keys of blocks that lie population by population.
 *
 * A population as a whole is aligned to the power of two that holds it, so that one entry can stand for it. Wider blocks
 * come before narrower ones, of populations and within one: nothing is lost to alignment. When rounding populations up
 * would exhaust the key space, all blocks are packed without regard to populations; the caller has seen that they fit.
 *
 * O(nets log nets) time, O(nets) space.
 *
 * @param netBits Uint8Array[nets]: the net needs `2^netBits` keys
 * @param population Int32Array[nets]
 */
export function keysByPopulation(netBits: Uint8Array, population: Int32Array): Uint32Array {
  const reserved = populationBlocks(netBits, population);
  const roomy = [...reserved.values()].reduce((sum, size) => sum + size, 0) <= KEY_LIMIT;
  const blockOf = Float64Array.from(population, (id) => reserved.get(id)!);
  const order = Int32Array.from({ length: netBits.length }, (_, net) => net);
  const byWidth = (a: number, b: number): number => netBits[b]! - netBits[a]! || a - b;
  if (roomy) order.sort((a, b) => blockOf[b]! - blockOf[a]! || population[a]! - population[b]! || byWidth(a, b));
  else order.sort(byWidth);

  const key = new Uint32Array(netBits.length);
  let next = 0;
  let populationEnd = 0;
  let previous: number | undefined;
  for (const net of order) {
    if (roomy && population[net] !== previous) {
      previous = population[net]!;
      next = populationEnd;
      populationEnd += blockOf[net]!;
    }
    key[net] = next;
    next += 2 ** netBits[net]!;
  }
  return key;
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

import type { RandomStream } from "../../random/index.ts";
import { choose, type FixedNumberOptions } from "./choose.ts";
import type { ConnectionSpace, RowConnector } from "./row-connector.ts";
import { RowSet } from "./row-set.ts";

/**
 * Exactly n synapses in all, each equally likely to be any pair.
 *
 * First how many each row gets, by drawing n pairs one after the other and looking at their rows only; then each row
 * chooses its posts. Without replacement the chance of a row falls with what it has: of its pairs, numbered so that the
 * taken ones (and the self-pair) come first, a taken one is drawn again.
 */
export function fixedTotalNumber(
  { preSize, postSize, selfOf }: ConnectionSpace,
  { n, withReplacement, allowSelfConnections }: FixedNumberOptions,
  random: RandomStream,
): RowConnector {
  const selfPairs = Uint8Array.from({ length: preSize }, (_, pre) =>
    !allowSelfConnections && selfOf(pre) >= 0 ? 1 : 0,
  );
  const free = preSize * postSize - selfPairs.reduce((sum, self) => sum + self, 0);
  // When most pairs are connected, draw those that are not.
  const leaveOut = !withReplacement && n > free / 2;
  const drawn = rowCounts(leaveOut ? free - n : n, postSize, selfPairs, withReplacement, random.at(preSize));
  const counts = leaveOut ? drawn.map((count, pre) => postSize - selfPairs[pre]! - count) : drawn;
  const longestRow = counts.reduce((longest, count) => Math.max(longest, count), 1);
  const set = new RowSet(postSize);
  return {
    expectedSynapses: n,
    longestRow,
    fillRow(pre, row) {
      const self = selfPairs[pre] === 1 ? selfOf(pre) : -1;
      choose(random.at(pre, counts[pre]), counts[pre]!, postSize, self, withReplacement, set);
      return set.drain(row);
    },
  };
}

/** Uint32Array[rows]: how many of `n` random pairs, self-pairs excluded, lie in each row. */
function rowCounts(
  n: number,
  postSize: number,
  selfPairs: Uint8Array,
  withReplacement: boolean,
  random: RandomStream,
): Uint32Array {
  const counts = new Uint32Array(selfPairs.length);
  const taken = Uint32Array.from(selfPairs);
  const everyPairFree = withReplacement && !selfPairs.includes(1);
  for (let i = 0; i < n; ) {
    const pre = random.below(selfPairs.length);
    if (!everyPairFree && random.below(postSize) < taken[pre]!) continue;
    counts[pre]!++;
    if (!withReplacement) taken[pre]!++;
    i++;
  }
  return counts;
}

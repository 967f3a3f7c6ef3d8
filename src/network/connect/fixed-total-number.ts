import type { RandomStream } from "../../random/index.ts";
import type { FixedNumberOptions } from "./fixed-number.ts";
import { PairSet } from "./pair-set.ts";
import type { ConnectionSpace, EdgeConnector } from "./row-connector.ts";

/** Exactly n synapses in all, each equally likely to be any pair. */
export function fixedTotalNumber(
  { preSize, postSize, selfOf }: ConnectionSpace,
  { n, withReplacement, allowSelfConnections }: FixedNumberOptions,
  random: RandomStream,
): EdgeConnector {
  const isSelf = allowSelfConnections ? () => false : (pre: number, post: number) => selfOf(pre) === post;
  /** Calls `visit` with so many random pairs; with a set, with such as are not in it, which it adds. */
  const draw = (count: number, taken: PairSet | undefined, visit: (pre: number, post: number) => void): void => {
    random.at(0);
    for (let i = 0; i < count; ) {
      const pre = random.below(preSize);
      const post = random.below(postSize);
      if (isSelf(pre, post) || taken?.addNew(pre * postSize + post) === false) continue;
      visit(pre, post);
      i++;
    }
  };
  const pairs = preSize * postSize;
  if (withReplacement) return { ascending: false, forEachEdge: (visit) => draw(n, undefined, visit) };
  if (n <= pairs / 2) {
    return { ascending: false, forEachEdge: (visit) => draw(n, new PairSet(pairs, n), visit) };
  }
  // Most pairs are connected: choose those that are not.
  return {
    ascending: true,
    forEachEdge(visit) {
      let selves = 0;
      if (!allowSelfConnections) for (let pre = 0; pre < preSize; pre++) if (selfOf(pre) >= 0) selves++;
      const leftOut = new PairSet(pairs, pairs - n);
      draw(pairs - selves - n, leftOut, () => {});
      for (let pre = 0; pre < preSize; pre++) {
        for (let post = 0; post < postSize; post++) {
          if (!isSelf(pre, post) && !leftOut.has(pre * postSize + post)) visit(pre, post);
        }
      }
    },
  };
}

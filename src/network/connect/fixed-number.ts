import type { RandomStream } from "../../random/index.ts";
import { choose, type FixedNumberOptions } from "./choose.ts";
import type { ColumnConnector, ConnectionSpace, RowConnector } from "./row-connector.ts";
import { RowSet } from "./row-set.ts";

/** Exactly n targets of each pre neuron. */
export function fixedNumberPost(
  { preSize, postSize, selfOf }: ConnectionSpace,
  { n, withReplacement, allowSelfConnections }: FixedNumberOptions,
  random: RandomStream,
): RowConnector {
  const set = new RowSet(postSize);
  return {
    expectedSynapses: preSize * n,
    longestRow: n,
    fillRow(pre, row) {
      choose(random.at(pre, n), n, postSize, allowSelfConnections ? -1 : selfOf(pre), withReplacement, set);
      return set.drain(row);
    },
  };
}

/** Exactly n sources of each post neuron: drawn column by column. */
export function fixedNumberPre(
  { preSize, postSize, selfOf }: ConnectionSpace,
  { n, withReplacement, allowSelfConnections }: FixedNumberOptions,
  random: RandomStream,
): ColumnConnector {
  const set = new RowSet(preSize);
  const selfOfPost = new Int32Array(postSize).fill(-1);
  if (!allowSelfConnections) {
    for (let pre = 0; pre < preSize; pre++) if (selfOf(pre) >= 0) selfOfPost[selfOf(pre)] = pre;
  }
  return {
    columnLength: n,
    fillColumn(post, column) {
      choose(random.at(post, n), n, preSize, selfOfPost[post]!, withReplacement, set);
      set.drain(column);
    },
  };
}

import type { RandomStream } from "../../random/index.ts";
import type { ConnectionSpace, EdgeConnector, RowConnector } from "./row-connector.ts";
import { RowSet } from "./row-set.ts";

export interface FixedNumberOptions {
  /** Synapses of each neuron (or in all). */
  readonly n: number;
  readonly withReplacement: boolean;
  readonly allowSelfConnections: boolean;
}

/** Exactly n targets of each pre neuron. */
export function fixedNumberPost(
  { preSize, postSize, selfOf }: ConnectionSpace,
  { n, withReplacement, allowSelfConnections }: FixedNumberOptions,
  random: RandomStream,
): RowConnector {
  const set = new RowSet(postSize);
  return {
    expectedSynapses: preSize * n,
    longestRow: Math.max(n, postSize),
    fillRow(pre, row) {
      choose(random.at(pre), n, postSize, allowSelfConnections ? -1 : selfOf(pre), withReplacement, set);
      return set.drain(row);
    },
  };
}

/** Exactly n sources of each post neuron: drawn column by column. */
export function fixedNumberPre(
  { preSize, postSize, selfOf }: ConnectionSpace,
  { n, withReplacement, allowSelfConnections }: FixedNumberOptions,
  random: RandomStream,
): EdgeConnector {
  const set = new RowSet(preSize);
  const column = new Uint32Array(Math.max(n, preSize));
  const selfOfPost = new Int32Array(postSize).fill(-1);
  if (!allowSelfConnections) {
    for (let pre = 0; pre < preSize; pre++) if (selfOf(pre) >= 0) selfOfPost[selfOf(pre)] = pre;
  }
  return {
    ascending: true,
    forEachEdge(visit) {
      for (let post = 0; post < postSize; post++) {
        choose(random.at(post), n, preSize, selfOfPost[post]!, withReplacement, set);
        const count = set.drain(column);
        for (let i = 0; i < count; i++) visit(column[i]!, post);
      }
    },
  };
}

/**
 * Puts n of the numbers 0 .. size - 1 into the set, each choice equally likely.
 * @param excluded a number that is never chosen, or -1
 */
function choose(
  random: RandomStream,
  n: number,
  size: number,
  excluded: number,
  withReplacement: boolean,
  set: RowSet,
): void {
  const candidates = excluded < 0 ? size : size - 1;
  const from = (drawn: number): number => (excluded >= 0 && drawn >= excluded ? drawn + 1 : drawn);
  if (withReplacement) {
    for (let i = 0; i < n; i++) set.add(from(random.below(candidates)));
    return;
  }
  // Without replacement: redraw what is taken, or, when that would be most, choose those to leave out.
  const leaveOut = n > candidates / 2;
  if (!leaveOut) {
    for (let i = 0; i < n; ) if (set.addNew(from(random.below(candidates)))) i++;
    return;
  }
  for (let i = 0; i < candidates; i++) set.addNew(from(i));
  for (let i = n; i < candidates; ) {
    const neuron = from(random.below(candidates));
    if (set.has(neuron)) {
      set.delete(neuron);
      i++;
    }
  }
}

import type { RandomStream } from "../../random/index.ts";
import { GeometricGaps } from "./geometric.ts";
import type { ConnectionSpace, RowConnector } from "./row-connector.ts";

/** Each pair independently with probability p: draws the gaps between synapses, so the cost is that of the synapses. */
export function fixedProbability(
  { preSize, postSize, selfOf }: ConnectionSpace,
  p: number,
  allowSelfConnections: boolean,
  random: RandomStream,
): RowConnector {
  const fill = bernoulliRow(postSize, p);
  const words = bernoulliWords(postSize, p);
  return {
    expectedSynapses: preSize * postSize * p,
    longestRow: postSize,
    fillRow: (pre, row) => fill(random.at(pre, words), row, allowSelfConnections ? -1 : selfOf(pre)),
  };
}

/** Words that a row takes, nearly always: one for each member and one for the end. */
export function bernoulliWords(size: number, p: number): number {
  return Math.ceil(size * p + 2 * Math.sqrt(size * p)) + 1;
}

/**
 * Writes a random subset of 0 .. size - 1, each with probability p, ascending; returns its size.
 * @param excluded a member that never is in it, or -1
 */
export function bernoulliRow(
  size: number,
  p: number,
): (random: RandomStream, row: Uint32Array, excluded: number) => number {
  if (p <= 0) return () => 0;
  if (p >= 1) {
    return (_random, row, excluded) => {
      let count = 0;
      for (let member = 0; member < size; member++) if (member !== excluded) row[count++] = member;
      return count;
    };
  }
  const gaps = new GeometricGaps(p, size);
  return (random, row, excluded) => {
    let count = 0;
    for (let member = gaps.draw(random); member < size; member += 1 + gaps.draw(random)) {
      // Leaving out a success of its own trial leaves the others' law as it is.
      if (member !== excluded) row[count++] = member;
    }
    return count;
  };
}

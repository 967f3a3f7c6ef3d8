import { Mt19937, type RandomStream } from "../../random/index.ts";
import type { Connector } from "../network.ts";
import { bernoulliRow, bernoulliWords } from "./fixed-probability.ts";
import type { ConnectionSpace, RowConnector } from "./row-connector.ts";

/** `int(preSize * excRatio)`: the product is a double, as in Python, so 0.57 of 100 cells is 56. */
export function excitatoryCells(preSize: number, excRatio: number): number {
  return Math.trunc(preSize * excRatio);
}

/**
 * One class of edges of `braintools.conn.ExcitatoryInhibitory`: the first `int(preSize · excRatio)` pre neurons are
 * excitatory and connect with `excProb`, the rest inhibitory with `inhProb`. A neuron may connect to itself; no pair
 * connects twice.
 */
export function excitatoryInhibitory(
  { preSize, postSize }: ConnectionSpace,
  { excRatio, excProb, inhProb, edges, generator, generatorSeed }: Connector & { type: "ExcitatoryInhibitory" },
  random: RandomStream,
): RowConnector {
  const excitatory = excitatoryCells(preSize, excRatio);
  const first = edges === "excitatory" ? 0 : excitatory;
  const end = edges === "excitatory" ? excitatory : preSize;
  const p = edges === "excitatory" ? excProb : inhProb;
  const expectedSynapses = (end - first) * postSize * p;
  if (generator === "counter") {
    const fill = bernoulliRow(postSize, p);
    const words = bernoulliWords(postSize, p);
    return {
      expectedSynapses,
      longestRow: postSize,
      fillRow: (pre, row) => (pre >= first && pre < end ? fill(random.at(pre, words), row, -1) : 0),
    };
  }
  // numpy draws the excitatory matrix first, then the inhibitory one, row by row: our rows follow all rows before them.
  const numpy = new Mt19937(generatorSeed);
  let nextRow = 0;
  return {
    expectedSynapses,
    longestRow: postSize,
    fillRow(pre, row) {
      if (pre < first || pre >= end) return 0;
      numpy.skip((pre - nextRow) * postSize);
      nextRow = pre + 1;
      let count = 0;
      for (let post = 0; post < postSize; post++) if (numpy.randomSample() < p) row[count++] = post;
      return count;
    },
  };
}

import type { ConnectionSpace, RowConnector } from "./row-connector.ts";

/** Every pre neuron to every post neuron. */
export function allToAll({ preSize, postSize, selfOf }: ConnectionSpace, allowSelfConnections: boolean): RowConnector {
  return {
    expectedSynapses: preSize * postSize,
    longestRow: postSize,
    fillRow(pre, row) {
      const self = allowSelfConnections ? -1 : selfOf(pre);
      let count = 0;
      for (let post = 0; post < postSize; post++) if (post !== self) row[count++] = post;
      return count;
    },
  };
}

/** Neuron i to neuron i; the larger side's rest stays unconnected, as in PyNN. */
export function oneToOne({ preSize, postSize }: ConnectionSpace): RowConnector {
  return {
    expectedSynapses: Math.min(preSize, postSize),
    longestRow: 1,
    fillRow(pre, row) {
      row[0] = pre;
      return pre < postSize ? 1 : 0;
    },
  };
}

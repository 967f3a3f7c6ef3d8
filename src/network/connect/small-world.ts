import type { RandomStream } from "../../random/index.ts";
import type { Connector, Network } from "../network.ts";
import { distances } from "./distances.ts";
import { Nearby } from "./nearby.ts";
import type { RowConnector } from "./row-connector.ts";
import type { Sides } from "./sides.ts";

/**
 * All pairs closer than `degree`; then each of these edges, with probability `rewiring`, keeps its pre neuron and gets
 * a post neuron drawn from those the row does not reach. A row that reaches everything stays as it is.
 */
export function smallWorld(
  network: Network,
  sides: Sides,
  { degree, rewiring, allowSelfConnections }: Connector & { type: "SmallWorld" },
  random: RandomStream,
): RowConnector {
  const { postSize, selfOf } = sides;
  const distance = distances(network, sides);
  const nearby = new Nearby(distance, degree);
  /** Uint32Array[post side]: 1 + the last pre neuron whose row reaches it. */
  const reachedBy = new Uint32Array(postSize);
  return {
    expectedSynapses: 0,
    longestRow: postSize,
    fillRow(pre, row) {
      random.at(pre);
      const self = allowSelfConnections ? -1 : selfOf(pre);
      const mark = pre + 1;
      const candidates = nearby.around(pre, row);
      let count = 0;
      for (let c = 0; c < candidates; c++) {
        const post = row[c]!;
        if (post === self || distance.between(pre, post) >= degree) continue;
        row[count++] = post;
        reachedBy[post] = mark;
      }
      const found = row.subarray(0, count).sort();
      const reachable = self < 0 ? postSize : postSize - 1;
      if (count < reachable) {
        for (let k = 0; k < count; k++) {
          if (random.uniform() >= rewiring) continue;
          let target = random.below(postSize);
          while (target === self || reachedBy[target] === mark) target = random.below(postSize);
          reachedBy[found[k]!] = 0;
          reachedBy[target] = mark;
          found[k] = target;
        }
        found.sort();
      }
      return count;
    },
  };
}

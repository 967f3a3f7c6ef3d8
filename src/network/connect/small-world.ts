import type { RandomStream } from "../../random/index.ts";
import type { Connector, Network } from "../network.ts";
import { distances } from "./distances.ts";
import type { RowConnector } from "./row-connector.ts";
import { RowSet } from "./row-set.ts";
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
  const set = new RowSet(postSize);
  const local = new Uint32Array(postSize);
  return {
    expectedSynapses: 0,
    longestRow: postSize,
    fillRow(pre, row) {
      random.at(pre);
      const self = allowSelfConnections ? -1 : selfOf(pre);
      let count = 0;
      for (let post = 0; post < postSize; post++) {
        if (post === self || distance(pre, post) >= degree) continue;
        local[count++] = post;
        set.addNew(post);
      }
      const reachable = self < 0 ? postSize : postSize - 1;
      if (count < reachable) {
        for (let k = 0; k < count; k++) {
          if (random.uniform() >= rewiring) continue;
          let target = random.below(postSize);
          while (target === self || set.has(target)) target = random.below(postSize);
          set.delete(local[k]!);
          set.addNew(target);
        }
      }
      return set.drain(row);
    },
  };
}

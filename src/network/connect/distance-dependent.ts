import type { RandomStream } from "../../random/index.ts";
import { ExpressionError } from "../errors.ts";
import { parseExpression } from "../expression.ts";
import type { Connector, Network } from "../network.ts";
import { distances } from "./distances.ts";
import type { RowConnector } from "./row-connector.ts";
import type { Sides } from "./sides.ts";

/** Each pair independently, with a probability that depends on the distance between the cells. */
export function distanceDependent(
  network: Network,
  sides: Sides,
  { dExpression, allowSelfConnections }: Connector & { type: "DistanceDependentProbability" },
  random: RandomStream,
  place: string,
): RowConnector {
  const probability = parseExpression(dExpression, ["d"], place);
  const distance = distances(network, sides);
  const { postSize, selfOf } = sides;
  return {
    expectedSynapses: 0,
    longestRow: postSize,
    fillRow(pre, row) {
      random.at(pre);
      const self = allowSelfConnections ? -1 : selfOf(pre);
      let count = 0;
      for (let post = 0; post < postSize; post++) {
        const d = distance.between(pre, post);
        const p = probability([d]);
        if (!(p >= 0 && p <= 1))
          throw new ExpressionError(place, dExpression, `it is ${p} at d = ${d}, no probability`);
        // One draw a pair, whatever p is: changing the expression leaves the other pairs' numbers where they were.
        const drawn = random.uniform();
        if (drawn < p && post !== self) row[count++] = post;
      }
      return count;
    },
  };
}

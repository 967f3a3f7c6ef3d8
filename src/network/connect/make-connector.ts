import type { RandomStream } from "../../random/index.ts";
import { ImpossibleConnectorError } from "../errors.ts";
import type { Network, Projection } from "../network.ts";
import { distanceDependent } from "./distance-dependent.ts";
import { excitatoryInhibitory } from "./excitatory-inhibitory.ts";
import { fixedNumberPost, fixedNumberPre } from "./fixed-number.ts";
import { fixedProbability } from "./fixed-probability.ts";
import { fixedTotalNumber } from "./fixed-total-number.ts";
import type { ColumnConnector, RowConnector } from "./row-connector.ts";
import type { Sides } from "./sides.ts";
import { allToAll, oneToOne } from "./simple-connectors.ts";
import { smallWorld } from "./small-world.ts";

/**
 * The connector of a projection, ready to draw. Lists are not drawn and not made here.
 *
 * @param random the projection's own stream of connectivity
 * @throws {ImpossibleConnectorError} these populations cannot satisfy it
 */
export function makeConnector(
  network: Network,
  { connector, name }: Projection,
  sides: Sides,
  random: RandomStream,
): RowConnector | ColumnConnector {
  switch (connector.type) {
    case "AllToAll":
      return allToAll(sides, connector.allowSelfConnections);
    case "OneToOne":
      return oneToOne(sides);
    case "FixedProbability":
      return fixedProbability(sides, connector.pConnect, connector.allowSelfConnections, random);
    case "FixedNumberPost":
      return fixedNumberPost(sides, connector, random);
    case "FixedNumberPre":
      return fixedNumberPre(sides, connector, random);
    case "FixedTotalNumber":
      return fixedTotalNumber(sides, connector, random);
    case "DistanceDependentProbability":
      return distanceDependent(network, sides, connector, random, `${name}.connector.d_expression`);
    case "SmallWorld":
      return smallWorld(network, sides, connector, random);
    case "ExcitatoryInhibitory":
      return excitatoryInhibitory(sides, connector, random);
    case "FromList":
      throw new ImpossibleConnectorError(name, "a list of connections", "Lists are connected as they are.");
  }
}

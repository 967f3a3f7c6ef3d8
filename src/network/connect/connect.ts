import { RandomStream, stream } from "../../random/index.ts";
import type { Connectivity } from "../connectivity.ts";
import type { Network } from "../network.ts";
import { connectList } from "./from-list.ts";
import { makeConnector } from "./make-connector.ts";
import { rowsFromColumns, rowsFromRows } from "./rows.ts";
import { Sides } from "./sides.ts";
import { synapseDelays, synapseWeights } from "./synapse-values.ts";

/**
 * The synapses of a projection: a pure function of the network's seed, the projection and, where the connector's law
 * allows it, each row a pure function of its pre neuron alone.
 */
export function connect(network: Network, projectionIndex: number): Connectivity {
  const projection = network.projections[projectionIndex]!;
  const sides = new Sides(network.populations, projection);
  if (projection.connector.type === "FromList") {
    return connectList(network, projectionIndex, projection.connector.list, sides);
  }
  const random = new RandomStream(
    network.seed,
    stream("connectivity", projection.assembly?.firstProjection ?? projectionIndex),
  );
  const connector = makeConnector(network, projection, sides, random);
  const { rowStart, post } =
    "fillRow" in connector
      ? rowsFromRows(connector, sides, projection.name)
      : rowsFromColumns(connector, sides, projection.name);
  const synapses = { preSize: sides.prePopulationSize, postSize: sides.postPopulationSize, rowStart, post };
  return {
    ...synapses,
    weight: synapseWeights(network, projectionIndex, synapses),
    delayTicks: synapseDelays(network, projectionIndex, synapses),
  };
}

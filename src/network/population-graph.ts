import { MultiDirectedGraph } from "graphology";
import type { Network } from "./network.ts";

export interface PopulationNode {
  /** Index in {@link Network.populations}. */
  readonly index: number;
  readonly label: string;
  readonly size: number;
  readonly cellType: string;
}

export interface ProjectionEdge {
  /** Index in {@link Network.projections}. */
  readonly index: number;
  readonly receptor: string;
  readonly connector: string;
}

export type PopulationGraph = MultiDirectedGraph<PopulationNode, ProjectionEdge>;

/** The network as a graph for graphology's algorithms: populations by name, projections by name between them. */
export function populationGraph({ populations, projections }: Network): PopulationGraph {
  const graph = new MultiDirectedGraph<PopulationNode, ProjectionEdge>();
  populations.forEach(({ name, label, size, cell }, index) => {
    graph.addNode(name, { index, label, size, cellType: cell.type });
  });
  projections.forEach(({ name, pre, post, receptor, connector }, index) => {
    const from = populations[pre.population]!.name;
    const to = populations[post.population]!.name;
    graph.addDirectedEdgeWithKey(name, from, to, { index, receptor, connector: connector.type });
  });
  return graph;
}

import {
  type CellDescription,
  type ConnectorDescription,
  IF_cond_exp,
  NetworkBuilder,
  type PopulationOptions,
  type SynapseOptions,
} from "../../src/network/builder/index.ts";
import { type Connectivity, connect, type Network } from "../../src/network/index.ts";

export interface ProjectionCase {
  readonly connector: ConnectorDescription;
  readonly pre: number;
  /** Undefined: the pre population itself. */
  readonly post?: number;
  readonly seed?: number;
  readonly synapse?: SynapseOptions;
  readonly cell?: CellDescription;
  readonly population?: PopulationOptions;
}

/** A network of one projection between two populations, or from one to itself. */
export function projectionNetwork({
  connector,
  pre,
  post,
  seed = 1,
  synapse,
  cell,
  population,
}: ProjectionCase): Network {
  const net = new NetworkBuilder({ seed });
  const from = net.population("pre", pre, cell ?? IF_cond_exp(), population);
  const to = post === undefined ? from : net.population("post", post, cell ?? IF_cond_exp(), population);
  return net.projection(from, to, connector, synapse, { name: "p" }).run(1).build();
}

/** Rows of post neurons, after checking what every {@link Connectivity} promises. */
export function rows(synapses: Connectivity): number[][] {
  const { preSize, postSize, rowStart, post } = synapses;
  if (rowStart.length !== preSize + 1 || rowStart[0] !== 0 || rowStart[preSize] !== post.length) {
    throw new Error("row starts do not span the synapses");
  }
  return Array.from({ length: preSize }, (_, pre) => {
    const row = [...post.subarray(rowStart[pre]!, rowStart[pre + 1]!)];
    row.forEach((target, k) => {
      if (target >= postSize) throw new Error(`post ${target} of ${postSize}`);
      if (k > 0 && target < row[k - 1]!) throw new Error(`row ${pre} is not ascending`);
    });
    return row;
  });
}

/** Rows of the only projection of a case. */
export function connectedRows(projection: ProjectionCase): number[][] {
  return rows(connect(projectionNetwork(projection), 0));
}

/** How many standard deviations a count lies from n·p trials' mean. */
export function deviations(count: number, n: number, p: number): number {
  return Math.abs(count - n * p) / Math.sqrt(n * p * (1 - p));
}

export function columnCounts(rowsOfPosts: readonly (readonly number[])[], postSize: number): number[] {
  const counts = new Array<number>(postSize).fill(0);
  for (const row of rowsOfPosts) for (const post of row) counts[post]!++;
  return counts;
}

/** Variance of some counts over their mean: 1 - p for a binomial law, 0 for a fixed number. */
export function dispersion(counts: readonly number[]): number {
  const mean = counts.reduce((sum, x) => sum + x, 0) / counts.length;
  return counts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / counts.length / mean;
}

import type { Hypergraph } from "./hypergraph.ts";

/**
 * Traffic between pairs of nodes: what is left of a hypergraph when each net is taken for separate lines from its
 * source to each sink. Coarse, but a node's cost is a handful of table look-ups.
 */
export interface TrafficGraph {
  readonly nodeCount: number;
  /** Int32Array[nodes]: cores. */
  readonly cores: Int32Array;
  /** Float64Array[nodes]: bytes of SDRAM. */
  readonly sdram: Float64Array;
  /** Int32Array[nodes]: chip the node is pinned to, or -1. */
  readonly pinned: Int32Array;
  /** Int32Array[nodes + 1]: neighbours of node v are `neighbour[start[v] .. start[v + 1])`, each once, v not among them. */
  readonly start: Int32Array;
  readonly neighbour: Int32Array;
  /** Float32Array[edges * 2]: traffic with each neighbour. */
  readonly weight: Float32Array;
}

/** A traffic graph and the smaller one that its nodes were joined into. */
export interface Coarsening {
  readonly graph: TrafficGraph;
  /** Int32Array[nodes of the finer graph]: node of `graph` it became part of. */
  readonly parent: Int32Array;
}

/** A node with many more neighbours than this is as well placed by the heaviest of them, and sooner. */
const MOST_NEIGHBOURS = 24;

/**
 * Lines from source to sinks, lighter the more of them share a tree: weight / sqrt(sinks). O(pins).
 */
export function trafficGraphOf(graph: Hypergraph): TrafficGraph {
  const { nodeCount, netCount, netStart, pins, netWeight } = graph;
  const ends = new Int32Array(nodeCount + 1);
  for (let net = 0; net < netCount; net++) {
    const first = netStart[net]!;
    ends[pins[first]! + 1]! += netStart[net + 1]! - first - 1;
    for (let at = first + 1; at < netStart[net + 1]!; at++) ends[pins[at]! + 1]!++;
  }
  for (let node = 0; node < nodeCount; node++) ends[node + 1]! += ends[node]!;
  const neighbour = new Int32Array(ends[nodeCount]!);
  const weight = new Float32Array(neighbour.length);
  const next = ends.slice(0, nodeCount);
  for (let net = 0; net < netCount; net++) {
    const first = netStart[net]!;
    const source = pins[first]!;
    const line = netWeight[net]! / Math.sqrt(netStart[net + 1]! - first - 1);
    for (let at = first + 1; at < netStart[net + 1]!; at++) {
      const sink = pins[at]!;
      neighbour[next[source]!] = sink;
      weight[next[source]!++] = line;
      neighbour[next[sink]!] = source;
      weight[next[sink]!++] = line;
    }
  }
  const identity = Int32Array.from({ length: nodeCount }, (_, node) => node);
  const whole = merged(
    { nodeCount, cores: graph.cores, sdram: graph.sdram, pinned: graph.pinned, start: ends, neighbour, weight },
    identity,
    nodeCount,
  );
  return whole.neighbour.length > nodeCount * MOST_NEIGHBOURS * 2 ? thinned(whole) : whole;
}

/** Only the heaviest edges of each node: those that are among the {@link MOST_NEIGHBOURS} heaviest of either end. */
function thinned(graph: TrafficGraph): TrafficGraph {
  const { nodeCount, start, neighbour, weight } = graph;
  const least = Float32Array.from({ length: nodeCount }, (_, node) => {
    const weights = weight.slice(start[node]!, start[node + 1]!).sort();
    return weights.length > MOST_NEIGHBOURS ? weights[weights.length - MOST_NEIGHBOURS]! : 0;
  });
  const keptStart = new Int32Array(nodeCount + 1);
  const keptNeighbour = new Int32Array(neighbour.length);
  const keptWeight = new Float32Array(neighbour.length);
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    for (let at = start[node]!; at < start[node + 1]!; at++) {
      const other = neighbour[at]!;
      if (weight[at]! < least[node]! && weight[at]! < least[other]!) continue;
      keptNeighbour[end] = other;
      keptWeight[end++] = weight[at]!;
    }
    keptStart[node + 1] = end;
  }
  return { ...graph, start: keptStart, neighbour: keptNeighbour.slice(0, end), weight: keptWeight.slice(0, end) };
}

/**
 * Joins nodes with much traffic until about one in `factor` is left, none larger than the limits.
 *
 * Nodes are visited in a shuffled order; each joins the neighbour, or the group that is in, with most traffic for its
 * joint size. Nodes without neighbours join the next node in number. O(edges).
 */
export function coarsen(
  graph: TrafficGraph,
  factor: number,
  limit: { readonly cores: number; readonly sdram: number },
  random: () => number,
): Coarsening {
  const { nodeCount, cores, sdram, pinned, start, neighbour, weight } = graph;
  const group = new Int32Array(nodeCount).fill(-1);
  const groupCores = new Int32Array(nodeCount);
  const groupSdram = new Float64Array(nodeCount);
  let groups = 0;
  let left = nodeCount;
  const wanted = Math.ceil(nodeCount / factor);

  for (const node of shuffled(nodeCount, random)) {
    if (group[node]! >= 0) continue;
    let best = -1;
    if (left > wanted && pinned[node]! < 0) {
      let bestScore = 0;
      for (let at = start[node]!; at < start[node + 1]!; at++) {
        const other = neighbour[at]!;
        const score = weight[at]! / joinedCores(other, node);
        if (score > bestScore && fits(other, node)) {
          best = other;
          bestScore = score;
        }
      }
      const alone = start[node] === start[node + 1];
      if (alone && node + 1 < nodeCount && fits(node + 1, node)) best = node + 1;
    }
    if (best >= 0) {
      left--;
      if (group[best]! < 0) join(best, groups++);
      join(node, group[best]!);
    } else {
      join(node, groups++);
    }
  }
  return { graph: merged(graph, group, groups), parent: group };

  function joinedCores(other: number, node: number): number {
    const to = group[other]!;
    return cores[node]! + (to >= 0 ? groupCores[to]! : cores[other]!);
  }
  function fits(other: number, node: number): boolean {
    if (pinned[other]! >= 0) return false;
    const to = group[other]!;
    const bytes = sdram[node]! + (to >= 0 ? groupSdram[to]! : sdram[other]!);
    return joinedCores(other, node) <= limit.cores && bytes <= limit.sdram;
  }
  function join(node: number, to: number): void {
    group[node] = to;
    groupCores[to]! += cores[node]!;
    groupSdram[to]! += sdram[node]!;
  }
}

/** The graph of groups: parallel edges added up, edges inside a group dropped. O(edges). */
function merged(graph: TrafficGraph, group: Int32Array, groups: number): TrafficGraph {
  const cores = new Int32Array(groups);
  const sdram = new Float64Array(groups);
  const pinned = new Int32Array(groups).fill(-1);
  const memberStart = new Int32Array(groups + 1);
  for (let node = 0; node < graph.nodeCount; node++) {
    const to = group[node]!;
    cores[to]! += graph.cores[node]!;
    sdram[to]! += graph.sdram[node]!;
    if (graph.pinned[node]! >= 0) pinned[to] = graph.pinned[node]!;
    memberStart[to + 1]!++;
  }
  for (let to = 0; to < groups; to++) memberStart[to + 1]! += memberStart[to]!;
  const members = new Int32Array(graph.nodeCount);
  const next = memberStart.slice(0, groups);
  for (let node = 0; node < graph.nodeCount; node++) members[next[group[node]!]!++] = node;

  const start = new Int32Array(groups + 1);
  const neighbour = new Int32Array(graph.neighbour.length);
  const weight = new Float32Array(graph.neighbour.length);
  const edgeTo = new Int32Array(groups).fill(-1);
  let end = 0;
  for (let from = 0; from < groups; from++) {
    const first = end;
    for (let member = memberStart[from]!; member < memberStart[from + 1]!; member++) {
      const node = members[member]!;
      for (let at = graph.start[node]!; at < graph.start[node + 1]!; at++) {
        const to = group[graph.neighbour[at]!]!;
        if (to === from) continue;
        if (edgeTo[to]! < first) {
          edgeTo[to] = end;
          neighbour[end] = to;
          weight[end++] = 0;
        }
        weight[edgeTo[to]!]! += graph.weight[at]!;
      }
    }
    start[from + 1] = end;
  }
  return {
    nodeCount: groups,
    cores,
    sdram,
    pinned,
    start,
    neighbour: neighbour.slice(0, end),
    weight: weight.slice(0, end),
  };
}

function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    const swap = order[at]!;
    order[at] = order[other]!;
    order[other] = swap;
  }
  return order;
}

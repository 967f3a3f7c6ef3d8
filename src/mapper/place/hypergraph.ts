import type { Netlist } from "../netlist.ts";
import type { Units } from "./units.ts";

/**
 * Who talks to whom, as placement sees it: nodes of some size, and nets over sets of nodes.
 *
 * A net's pins are distinct, its source comes first, and nets with fewer than two pins are left out: wherever their
 * node goes, they cost nothing.
 */
export interface Hypergraph {
  readonly nodeCount: number;
  /** Int32Array[nodes]: cores. */
  readonly cores: Int32Array;
  /** Float64Array[nodes]: bytes of SDRAM. */
  readonly sdram: Float64Array;
  /** Int32Array[nodes]: chip the node is pinned to, or -1. */
  readonly pinned: Int32Array;
  readonly netCount: number;
  /** Int32Array[nets + 1] and Int32Array[pins]: nodes of net n are `pins[netStart[n] .. netStart[n + 1])`. */
  readonly netStart: Int32Array;
  readonly pins: Int32Array;
  /** Float64Array[nets]: positive. */
  readonly netWeight: Float64Array;
  /** Int32Array[nodes + 1] and Int32Array[pins]: nets of node v are `nets[nodeStart[v] .. nodeStart[v + 1])`. */
  readonly nodeStart: Int32Array;
  readonly nets: Int32Array;
}

/** Packets are counted so; a net of weight 0 still costs routing entries, and should be short when all else is equal. */
const LEAST_WEIGHT_SHARE = 1e-6;

/** The netlist with each unit as one node. O(pins). */
export function hypergraphOf(netlist: Netlist, units: Units): Hypergraph {
  const { netCount, netSource, netSinkStart, netSinks } = netlist;
  let heaviest = 0;
  for (const weight of netlist.netWeight) heaviest = Math.max(heaviest, weight);
  const least = heaviest > 0 ? heaviest * LEAST_WEIGHT_SHARE : 1;

  const netStart = new Int32Array(netCount + 1);
  const pins = new Int32Array(netSinks.length + netCount);
  const netWeight = new Float64Array(netCount);
  const seenIn = new Int32Array(units.count).fill(-1);
  let kept = 0;
  let end = 0;
  for (let net = 0; net < netCount; net++) {
    const start = end;
    const source = units.ofVertex[netSource[net]!]!;
    seenIn[source] = net;
    pins[end++] = source;
    for (let at = netSinkStart[net]!; at < netSinkStart[net + 1]!; at++) {
      const unit = units.ofVertex[netSinks[at]!]!;
      if (seenIn[unit] === net) continue;
      seenIn[unit] = net;
      pins[end++] = unit;
    }
    if (end - start < 2) {
      end = start;
      continue;
    }
    netWeight[kept] = Math.max(netlist.netWeight[net]!, least);
    netStart[++kept] = end;
  }
  return withIncidence({
    nodeCount: units.count,
    cores: units.cores,
    sdram: units.sdram,
    pinned: units.pinned,
    netCount: kept,
    netStart: netStart.slice(0, kept + 1),
    pins: pins.slice(0, end),
    netWeight: netWeight.slice(0, kept),
  });
}

/** Adds the nets of each node, in ascending order, to a hypergraph given by the nodes of each net. O(pins). */
export function withIncidence(graph: Omit<Hypergraph, "nodeStart" | "nets">): Hypergraph {
  const { nodeCount, netCount, netStart, pins } = graph;
  const nodeStart = new Int32Array(nodeCount + 1);
  for (const node of pins) nodeStart[node + 1]!++;
  for (let node = 0; node < nodeCount; node++) nodeStart[node + 1]! += nodeStart[node]!;
  const nets = new Int32Array(pins.length);
  const next = nodeStart.slice(0, nodeCount);
  for (let net = 0; net < netCount; net++) {
    for (let at = netStart[net]!; at < netStart[net + 1]!; at++) nets[next[pins[at]!]!++] = net;
  }
  return { ...graph, nodeStart, nets };
}

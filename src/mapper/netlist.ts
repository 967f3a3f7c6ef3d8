/**
 * What the mapper's algorithms work on, in plain typed arrays: vertices (one core each) and the nets between them.
 *
 * A net is a multicast from one source vertex to its sinks (the source may be among them).
 */
export interface Netlist {
  readonly vertexCount: number;
  /** Uint32Array[vertices]: SDRAM bytes the vertex's core needs. */
  readonly sdramBytes: Uint32Array;
  readonly netCount: number;
  /** Int32Array[nets]: source vertex. */
  readonly netSource: Int32Array;
  /** Int32Array[nets + 1]: sinks of net n are `netSinks[netSinkStart[n] .. netSinkStart[n + 1])`. */
  readonly netSinkStart: Int32Array;
  /** Int32Array[pins]: sink vertices, each at most once in a net. */
  readonly netSinks: Int32Array;
  /** Float64Array[nets]: packets a second, or any unit. */
  readonly netWeight: Float64Array;
  /** Int32Array[vertices]: chip the user pinned the vertex to, or -1. */
  readonly pinnedChip: Int32Array;
  /** Vertices that must share a chip, in disjoint groups. */
  readonly sameChipGroups: readonly Int32Array[];
  /** Int32Array[vertices]: population the vertex is a slice of; slices of one population are consecutive vertices. */
  readonly population: Int32Array;
}

/** Where each vertex went. */
export interface Placement {
  /** Int32Array[vertices]: chip grid index. */
  readonly chip: Int32Array;
  /** Uint8Array[vertices]: virtual core 1 to 17. */
  readonly core: Uint8Array;
}

/**
 * One multicast tree a net, all trees in one set of arrays.
 *
 * Nodes of net n are `[start[n] .. start[n + 1])`: the source's chip first, every chip once, each after its parent.
 * A net without sinks has its source node alone, with route 0.
 */
export interface RouteForest {
  readonly start: Int32Array;
  /** Int32Array[nodes]: chip grid index. */
  readonly chip: Int32Array;
  /** Uint8Array[nodes]: link of that chip the packet arrives by, or {@link LOCAL} at the source. */
  readonly arrival: Uint8Array;
  /** Uint32Array[nodes]: bits 0-5 are links, bits 6-23 are virtual cores 0-17. */
  readonly route: Uint32Array;
}

/** Arrival of a packet that a core of the same chip sent. */
export const LOCAL = 7;

/** Key block of each net: the packets of a net are all keys k with `(k & mask) === key`. Unsigned words. */
export interface NetKeys {
  readonly key: Uint32Array;
  readonly mask: Uint32Array;
}

/** A chip's multicast table in the order the router tries it: the first entry with `(packet & mask) === key` wins. */
export interface RoutingTable {
  readonly chip: number;
  readonly key: Uint32Array;
  readonly mask: Uint32Array;
  /** Bits 0-5 are links, bits 6-23 are virtual cores 0-17. */
  readonly route: Uint32Array;
}

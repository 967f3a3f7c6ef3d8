import type { NetKeys, Netlist, Placement } from "../netlist.ts";

/** Who sends what to whom: all that a set of routing tables is judged by. */
export interface DeliverySpec {
  readonly keys: NetKeys;
  /** Int32Array[nets]: chip whose core sends the net's packets. */
  readonly sourceChip: Int32Array;
  /** Int32Array[nets + 1]: sinks of net n are `[sinkStart[n] .. sinkStart[n + 1])`. */
  readonly sinkStart: Int32Array;
  /** Int32Array[sinks]: chip of each sink. */
  readonly sinkChip: Int32Array;
  /** Uint8Array[sinks]: virtual core of each sink. */
  readonly sinkCore: Uint8Array;
}

/** The specification that a netlist, once placed and given keys, asks for. O(pins). */
export function deliverySpec(netlist: Netlist, placement: Placement, keys: NetKeys): DeliverySpec {
  return {
    keys,
    sourceChip: netlist.netSource.map((vertex) => placement.chip[vertex]!),
    sinkStart: netlist.netSinkStart,
    sinkChip: netlist.netSinks.map((vertex) => placement.chip[vertex]!),
    sinkCore: Uint8Array.from(netlist.netSinks, (vertex) => placement.core[vertex]!),
  };
}

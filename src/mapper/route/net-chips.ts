import type { Netlist, Placement } from "../netlist.ts";

/** The chips each net must reach, from a placement. */
export interface NetChips {
  /** Int32Array[nets]: chip of the source. */
  readonly source: Int32Array;
  /** Int32Array[nets + 1] and Int32Array[..]: chips with sinks, ascending, the source's chip left out. */
  readonly start: Int32Array;
  readonly targets: Int32Array;
}

/** O(pins + nets × chips of a net × log). */
export function netChips(netlist: Netlist, placement: Placement, chipCount: number): NetChips {
  const { netCount, netSource, netSinkStart, netSinks } = netlist;
  const source = Int32Array.from(netSource, (vertex) => placement.chip[vertex]!);
  const start = new Int32Array(netCount + 1);
  const targets = new Int32Array(netSinks.length);
  const seenIn = new Int32Array(chipCount).fill(-1);
  let end = 0;
  for (let net = 0; net < netCount; net++) {
    seenIn[source[net]!] = net;
    for (let at = netSinkStart[net]!; at < netSinkStart[net + 1]!; at++) {
      const chip = placement.chip[netSinks[at]!]!;
      if (seenIn[chip] === net) continue;
      seenIn[chip] = net;
      targets[end++] = chip;
    }
    targets.subarray(start[net]!, end).sort();
    start[net + 1] = end;
  }
  return { source, start, targets: targets.slice(0, end) };
}

import type { Hypergraph } from "./hypergraph.ts";

/** Int32Array[nets]: in how many cells each net has pins. O(pins + cells). */
export function cellsTouched(
  { netCount, netStart, pins }: Hypergraph,
  cellCount: number,
  cellOf: Int32Array,
): Int32Array {
  const seenIn = new Int32Array(cellCount).fill(-1);
  const touched = new Int32Array(netCount);
  for (let net = 0; net < netCount; net++) {
    for (let at = netStart[net]!; at < netStart[net + 1]!; at++) {
      const cell = cellOf[pins[at]!]!;
      if (seenIn[cell] === net) continue;
      seenIn[cell] = net;
      touched[net]!++;
    }
  }
  return touched;
}

import { LINK_COUNT, type Machine } from "./machine.ts";

/**
 * Parts of a machine between which no path of working links leads.
 *
 * @returns Int32Array[chips]: number of the part a chip belongs to, from 0 in order of first chip; -1 for dead chips
 */
export function connectedParts(machine: Machine): Int32Array {
  const count = machine.alive.length;
  const part = new Int32Array(count).fill(-1);
  const queue = new Int32Array(count);
  let parts = 0;
  for (let first = 0; first < count; first++) {
    if (!machine.alive[first] || part[first]! >= 0) continue;
    part[first] = parts;
    queue[0] = first;
    for (let head = 0, tail = 1; head < tail; head++) {
      for (let link = 0; link < LINK_COUNT; link++) {
        const next = machine.neighbour[queue[head]! * LINK_COUNT + link]!;
        if (next < 0 || part[next]! >= 0) continue;
        part[next] = parts;
        queue[tail++] = next;
      }
    }
    parts++;
  }
  return part;
}

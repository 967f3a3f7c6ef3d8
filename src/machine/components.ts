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

/**
 * Chips that a host can reach: working links lead to them from an Ethernet chip. A machine without any Ethernet chip can
 * only be emulated; then no chip is ruled out.
 *
 * @returns Uint8Array[chips]: 1 for those chips
 */
export function reachableChips(machine: Machine, part: Int32Array = connectedParts(machine)): Uint8Array {
  const reached = new Set(machine.ethernetChips.map((chip) => part[chip]!));
  reached.delete(-1);
  return Uint8Array.from(part, (at) => (at >= 0 && (reached.size === 0 || reached.has(at)) ? 1 : 0));
}

/**
 * The part of a machine to put a network on: of those that a host can reach the one with most free cores.
 *
 * @param cores Int32Array[chips]: free cores
 * @returns Uint8Array[chips]: 1 for the chips of that part
 */
export function usablePart(machine: Machine, cores: Int32Array): Uint8Array {
  const part = connectedParts(machine);
  const freeCores: number[] = [];
  reachableChips(machine, part).forEach((reachable, chip) => {
    if (reachable === 1) freeCores[part[chip]!] = (freeCores[part[chip]!] ?? 0) + cores[chip]!;
  });
  let best = -1;
  freeCores.forEach((free, at) => {
    if (best < 0 || free > freeCores[best]!) best = at;
  });
  return Uint8Array.from(part, (at) => (best >= 0 && at === best ? 1 : 0));
}

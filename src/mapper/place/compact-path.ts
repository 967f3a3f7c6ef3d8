import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import type { Room } from "./units.ts";

/**
 * Usable chips in an order in which neighbours in the list are near on the machine: first a compact set around the
 * middle that holds as many cores as wanted, along a Hilbert curve; then the others, nearest first.
 *
 * O(chips log chips).
 */
export function compactPath(machine: Machine, room: Room, coresWanted: number): Int32Array {
  const nearest = fromTheMiddle(machine, room);
  const inner = gatherCompactly(machine, room, coresWanted, nearest);
  const set = nearest.subarray(0, inner);
  const order = 2 ** Math.ceil(Math.log2(Math.max(machine.width, machine.height)));
  // Distances wrap where the machine does; the curve runs over the set as seen from its own corner.
  const { x: originX, y: originY } = corner(machine, set);
  const step = new Map<number, number>();
  for (const chip of set) {
    const x = ((chip % machine.width) - originX + machine.width) % machine.width;
    const y = (Math.floor(chip / machine.width) - originY + machine.height) % machine.height;
    step.set(chip, hilbertStep(order, x, y));
  }
  set.sort((a, b) => step.get(a)! - step.get(b)!);
  return nearest;
}

/**
 * Brings chips to the front of the list until they hold as many cores as wanted: always the one with most links to those
 * taken already, the nearest to the middle among equals.
 *
 * @returns chips taken
 */
function gatherCompactly(machine: Machine, room: Room, coresWanted: number, nearest: Int32Array): number {
  const rank = new Int32Array(machine.alive.length).fill(-1);
  nearest.forEach((chip, at) => {
    rank[chip] = at;
  });
  const linked = new Uint8Array(machine.alive.length);
  /** Chips not taken, by links to those taken: nearest first, with outdated ones skipped. */
  const waiting: number[][] = Array.from({ length: LINK_COUNT + 1 }, () => []);
  const taken: number[] = [];
  const isTaken = new Uint8Array(machine.alive.length);
  let unlinked = 0;
  for (let cores = 0; cores < coresWanted && taken.length < nearest.length; ) {
    let next = -1;
    for (let links = LINK_COUNT; links > 0 && next < 0; links--) {
      const list = waiting[links]!;
      let best = -1;
      for (let at = list.length - 1; at >= 0; at--) {
        const chip = list[at]!;
        if (isTaken[chip] === 1 || linked[chip] !== links) list.splice(at, 1);
      }
      for (const chip of list) if (best < 0 || rank[chip]! < rank[best]!) best = chip;
      next = best;
    }
    while (next < 0) {
      const chip = nearest[unlinked++]!;
      if (isTaken[chip] === 0) next = chip;
    }
    isTaken[next] = 1;
    taken.push(next);
    cores += room.cores[next]!;
    for (let link = 0; link < LINK_COUNT; link++) {
      const other = machine.neighbour[next * LINK_COUNT + link]!;
      if (other < 0 || rank[other]! < 0 || isTaken[other] === 1) continue;
      waiting[++linked[other]!]!.push(other);
    }
  }
  const others = nearest.filter((chip) => isTaken[chip] === 0);
  nearest.set(taken);
  nearest.set(others, taken.length);
  return taken.length;
}

/** Usable chips breadth first from one that is farthest from the rim: each wave holds the chips one hop further out. */
function fromTheMiddle(machine: Machine, room: Room): Int32Array {
  const usable = Uint8Array.from(room.cores, (cores) => (cores > 0 ? 1 : 0));
  const rim: number[] = [];
  usable.forEach((bit, chip) => {
    if (bit === 0) return;
    for (let link = 0; link < LINK_COUNT; link++) {
      const next = machine.neighbour[chip * LINK_COUNT + link]!;
      if (next < 0) {
        rim.push(chip);
        break;
      }
    }
  });
  const inwards = waves(machine, usable, rim);
  const middle = inwards.length > 0 ? inwards.at(-1)! : usable.indexOf(1);
  return middle < 0 ? new Int32Array() : waves(machine, usable, [middle]);
}

function waves(machine: Machine, usable: Uint8Array, from: readonly number[]): Int32Array {
  const left = usable.slice();
  const order = new Int32Array(usable.reduce((sum, bit) => sum + bit, 0));
  let tail = 0;
  for (const chip of from) {
    left[chip] = 0;
    order[tail++] = chip;
  }
  for (let head = 0; head < tail; head++) {
    for (let link = 0; link < LINK_COUNT; link++) {
      const next = machine.neighbour[order[head]! * LINK_COUNT + link]!;
      if (next < 0 || left[next] === 0) continue;
      left[next] = 0;
      order[tail++] = next;
    }
  }
  return order.subarray(0, tail);
}

/** Where a set of chips begins on each axis: just after the longest gap, so that it does not straddle the edge. */
function corner(machine: Machine, set: Int32Array): { x: number; y: number } {
  const begin = (side: number, at: (chip: number) => number): number => {
    const taken = new Uint8Array(side);
    for (const chip of set) taken[at(chip)] = 1;
    let best = 0;
    let bestGap = -1;
    for (let place = 0; place < side; place++) {
      if (taken[place] === 0) continue;
      let gap = 0;
      while (gap < side && taken[(place - gap - 1 + side) % side] === 0) gap++;
      if (gap > bestGap) [best, bestGap] = [place, gap];
    }
    return best;
  };
  return {
    x: begin(machine.width, (chip) => chip % machine.width),
    y: begin(machine.height, (chip) => Math.floor(chip / machine.width)),
  };
}

/** Place of (x, y) on the Hilbert curve over a square with sides of `order`, a power of two. */
function hilbertStep(order: number, x: number, y: number): number {
  let step = 0;
  let [atX, atY] = [x, y];
  for (let half = order >> 1; half > 0; half >>= 1) {
    const right = (atX & half) > 0 ? 1 : 0;
    const upper = (atY & half) > 0 ? 1 : 0;
    step += half * half * ((3 * right) ^ upper);
    if (upper === 0) {
      if (right === 1) {
        atX = order - 1 - atX;
        atY = order - 1 - atY;
      }
      [atX, atY] = [atY, atX];
    }
  }
  return step;
}

import { connectedParts } from "../../machine/components.ts";
import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import type { Netlist, Placement } from "../netlist.ts";
import { assignCores, coreCount } from "./assign-cores.ts";
import { NoRoomError } from "./errors.ts";
import { packInOrder } from "./pack-in-order.ts";
import { checkUnitsFit, groupIntoUnits, placePinned, type Room, type Units } from "./units.ts";

/** How hard to look for a good placement. */
export type Effort = "fast" | "normal" | "best";

export interface PlaceOptions {
  /** Same seed, same placement. Default 1. */
  readonly seed?: number;
  /** Default `normal`. */
  readonly effort?: Effort;
}

/**
 * Gives every vertex a core: capacity, faults, pins and same-chip groups respected, vertices that talk close together.
 *
 * Only the largest connected part of the machine is used, pins aside, so that every net can be routed.
 *
 * @throws {NoRoomError} not enough cores or SDRAM
 * @throws {ChipTooSmallError} a vertex or same-chip group larger than any chip
 * @throws {PinError} a pin that cannot be met
 */
export function place(netlist: Netlist, machine: Machine, _options: PlaceOptions = {}): Placement {
  const units = groupIntoUnits(netlist);
  const usable = largestPart(machine);
  const chip = new Int32Array(units.count).fill(-1);
  const room = freeRoom(machine, () => true);
  placePinned(units, machine, room, chip);
  for (let at = 0; at < usable.length; at++) if (!usable[at]) room.cores[at] = 0;
  checkUnitsFit(units, room);

  const order = Int32Array.from({ length: units.count }, (_, unit) => unit);
  const chips = chipsByDistance(machine, usable);
  const start = { cores: room.cores.slice(), sdram: room.sdram.slice() };
  let placed = chip.slice();
  if (packInOrder(units, order, chips, room, placed).length > 0) {
    placed = chip.slice();
    room.cores.set(start.cores);
    room.sdram.set(start.sdram);
    order.sort((a, b) => units.sdram[b]! - units.sdram[a]! || units.cores[b]! - units.cores[a]! || a - b);
    const unplaced = packInOrder(units, order, chips, room, placed);
    if (unplaced.length > 0) throw noRoom(units, machine, start, usable, chip, unplaced);
  }
  const vertexChip = units.ofVertex.map((unit) => placed[unit]!);
  return { chip: vertexChip, core: assignCores(vertexChip, machine) };
}

function freeRoom(machine: Machine, usable: (chip: number) => boolean): Room {
  const cores = new Int32Array(machine.alive.length);
  const sdram = new Float64Array(machine.alive.length);
  for (let chip = 0; chip < cores.length; chip++) {
    if (!usable(chip)) continue;
    cores[chip] = coreCount(machine.applicationCores[chip]!);
    sdram[chip] = machine.sdramBytes[chip]!;
  }
  return { cores, sdram };
}

/** Uint8Array[chips]: 1 for chips of the connected part with most application cores. */
function largestPart(machine: Machine): Uint8Array {
  const part = connectedParts(machine);
  const cores: number[] = [];
  part.forEach((at, chip) => {
    if (at >= 0) cores[at] = (cores[at] ?? 0) + coreCount(machine.applicationCores[chip]!);
  });
  const best = cores.indexOf(cores.reduce((a, b) => Math.max(a, b), 0));
  return Uint8Array.from(part, (at) => (at >= 0 && at === best ? 1 : 0));
}

/** Usable chips in breadth-first order from the first of them. */
function chipsByDistance(machine: Machine, usable: Uint8Array): Int32Array {
  const seen = usable.map((bit) => 1 - bit);
  const order = new Int32Array(usable.reduce((sum, bit) => sum + bit, 0));
  const first = usable.indexOf(1);
  if (first < 0) return order;
  order[0] = first;
  seen[first] = 1;
  for (let head = 0, tail = 1; head < tail; head++) {
    for (let link = 0; link < LINK_COUNT; link++) {
      const next = machine.neighbour[order[head]! * LINK_COUNT + link]!;
      if (next < 0 || seen[next]) continue;
      seen[next] = 1;
      order[tail++] = next;
    }
  }
  return order;
}

function noRoom(
  units: Units,
  machine: Machine,
  free: Room,
  usable: Uint8Array,
  pinned: Int32Array,
  unplaced: readonly number[],
): NoRoomError {
  let neededCores = 0;
  let neededSdram = 0;
  for (let unit = 0; unit < units.count; unit++) {
    if (pinned[unit]! >= 0) continue;
    neededCores += units.cores[unit]!;
    neededSdram += units.sdram[unit]!;
  }
  let freeCores = 0;
  let freeSdram = 0;
  let cutOffCores = 0;
  for (let chip = 0; chip < usable.length; chip++) {
    if (!usable[chip]) cutOffCores += coreCount(machine.applicationCores[chip]!);
    else if (free.cores[chip]! > 0) {
      freeCores += free.cores[chip]!;
      freeSdram += free.sdram[chip]!;
    }
  }
  return new NoRoomError(machine.name, {
    cores: { needed: neededCores, free: freeCores },
    sdram: { needed: neededSdram, free: freeSdram },
    unplaced: unplaced.reduce((sum, unit) => sum + units.cores[unit]!, 0),
    cutOffCores,
  });
}

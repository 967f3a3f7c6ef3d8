import { chipCoord, type Machine } from "../../machine/machine.ts";
import type { Netlist } from "../netlist.ts";
import { ChipTooSmallError, PinError } from "./errors.ts";

/**
 * What placement moves: a vertex, or a group of vertices that must share a chip, as one thing of some size.
 *
 * Units are numbered by their first vertex.
 */
export interface Units {
  readonly count: number;
  /** Int32Array[vertices]: unit of a vertex. */
  readonly ofVertex: Int32Array;
  /** Int32Array[units + 1] and Int32Array[vertices]: vertices of unit u are `vertices[start[u] .. start[u + 1])`. */
  readonly start: Int32Array;
  readonly vertices: Int32Array;
  /** Int32Array[units]: cores, that is vertices, of a unit. */
  readonly cores: Int32Array;
  /** Float64Array[units]: bytes of SDRAM. */
  readonly sdram: Float64Array;
  /** Int32Array[units]: chip the unit is pinned to, or -1. */
  readonly pinned: Int32Array;
}

/** What messages call a vertex. */
export type NameOf = (vertex: number) => string;

/**
 * Joins the vertices of each same-chip group, and of groups that have a vertex in common. O(vertices).
 *
 * @throws {PinError} vertices of one group pinned to different chips
 */
export function groupIntoUnits(netlist: Netlist, nameOf: NameOf = (vertex) => `vertex ${vertex}`): Units {
  const { vertexCount } = netlist;
  // Union-find; a vertex never leads one with a lower number.
  const leader = Int32Array.from({ length: vertexCount }, (_, vertex) => vertex);
  const lead = (vertex: number): number => {
    let at = vertex;
    while (leader[at] !== at) {
      leader[at] = leader[leader[at]!]!;
      at = leader[at]!;
    }
    return at;
  };
  for (const group of netlist.sameChipGroups) {
    for (const vertex of group) {
      const a = lead(group[0]!);
      const b = lead(vertex);
      leader[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const ofVertex = new Int32Array(vertexCount);
  let count = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    const first = lead(vertex);
    ofVertex[vertex] = first === vertex ? count++ : ofVertex[first]!;
  }

  const cores = new Int32Array(count);
  const sdram = new Float64Array(count);
  const pinned = new Int32Array(count).fill(-1);
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    const unit = ofVertex[vertex]!;
    cores[unit]!++;
    sdram[unit]! += netlist.sdramBytes[vertex]!;
    const pin = netlist.pinnedChip[vertex]!;
    if (pin < 0) continue;
    if (pinned[unit]! >= 0 && pinned[unit] !== pin) {
      throw new PinError(
        nameOf(vertex),
        `pinned to chip index ${pin}, but a vertex that must share its chip is pinned to ${pinned[unit]}`,
        "Pin vertices that share a chip to the same chip.",
      );
    }
    pinned[unit] = pin;
  }

  const start = new Int32Array(count + 1);
  for (let unit = 0; unit < count; unit++) start[unit + 1] = start[unit]! + cores[unit]!;
  const vertices = new Int32Array(vertexCount);
  const next = start.slice(0, count);
  for (let vertex = 0; vertex < vertexCount; vertex++) vertices[next[ofVertex[vertex]!]!++] = vertex;
  return { count, ofVertex, start, vertices, cores, sdram, pinned };
}

/** Free cores and SDRAM of the chips that placement may use. */
export interface Room {
  /** Int32Array[chips]: free application cores. */
  readonly cores: Int32Array;
  /** Float64Array[chips]: free bytes of SDRAM. */
  readonly sdram: Float64Array;
}

/**
 * Puts the pinned units on their chips, taking their room.
 *
 * @param chip Int32Array[units], written for pinned units only
 * @throws {PinError} a pin on a dead chip, or more pinned to a chip than it holds
 */
export function placePinned(units: Units, machine: Machine, room: Room, chip: Int32Array, nameOf: NameOf): void {
  for (let unit = 0; unit < units.count; unit++) {
    const to = units.pinned[unit]!;
    if (to < 0) continue;
    const inside = to < machine.alive.length;
    const { x, y } = chipCoord(machine, to);
    if (!inside || !machine.alive[to]) {
      throw new PinError(
        nameOf(units.vertices[units.start[unit]!]!),
        `pinned to chip (${x}, ${y}), which ${inside ? "does not work" : "does not exist"}`,
        `Pin it to a working chip of ${machine.name}.`,
      );
    }
    room.cores[to]! -= units.cores[unit]!;
    room.sdram[to]! -= units.sdram[unit]!;
    chip[unit] = to;
    if (room.cores[to]! >= 0 && room.sdram[to]! >= 0) continue;
    const short =
      room.cores[to]! < 0 ? `${-room.cores[to]!} cores too many` : `${-room.sdram[to]!} bytes of SDRAM too many`;
    throw new PinError(
      `chip (${x}, ${y})`,
      `what is pinned there needs ${short}`,
      "Pin less to the chip, or spread the population over more chips.",
    );
  }
}

/**
 * Refuses units that no chip could take even if it were empty.
 *
 * @throws {ChipTooSmallError} naming the first such unit
 */
export function checkUnitsFit(units: Units, room: Room, nameOf: NameOf): void {
  let mostCores = 0;
  let mostSdram = 0;
  for (let chip = 0; chip < room.cores.length; chip++) {
    mostCores = Math.max(mostCores, room.cores[chip]!);
    if (room.cores[chip]! > 0) mostSdram = Math.max(mostSdram, room.sdram[chip]!);
  }
  for (let unit = 0; unit < units.count; unit++) {
    const cores = units.cores[unit]!;
    const sdram = units.sdram[unit]!;
    if (units.pinned[unit]! >= 0 || (cores <= mostCores && sdram <= mostSdram)) continue;
    const first = nameOf(units.vertices[units.start[unit]!]!);
    const where = cores === 1 ? first : `the ${cores} vertices that share a chip with ${first}`;
    if (cores > mostCores) {
      throw new ChipTooSmallError(
        where,
        `${cores} cores needed on one chip, the best chip has ${mostCores}`,
        `Let at most ${mostCores} vertices share a chip.`,
      );
    }
    throw new ChipTooSmallError(
      where,
      `${sdram} bytes of SDRAM needed on one chip, the best chip has ${mostSdram}`,
      `It would fit with ${sdram - mostSdram} bytes less: fewer neurons a core, or less recording a run.`,
    );
  }
}

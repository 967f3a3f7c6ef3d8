import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import { LOCAL, type RoutingTable } from "../netlist.ts";
import { defaultRoute } from "../tables/default-route.ts";
import { RouterLookup } from "../tables/router-lookup.ts";
import { cubeContains } from "../tables/ternary-cube.ts";
import type { PacketFault, PacketRule, PathStep } from "./delivery-fault.ts";
import type { DeliverySpec } from "./delivery-spec.ts";

/**
 * Follows whole cubes of keys through the tables of a machine, net by net.
 *
 * O(chips passed × entries tried) time; O(chips) space, used again from cube to cube.
 */
export class PacketWalk {
  /** Cubes followed so far, and chips they passed. */
  cubesFollowed = 0;
  chipsPassed = 0;
  readonly #machine: Machine;
  readonly #spec: DeliverySpec;
  readonly #tableOf: Int32Array;
  readonly #tables: readonly RoutingTable[];
  readonly #lookups: readonly RouterLookup[];
  /** Cores of each chip that are sinks of the net under way, as route bits; cleared after each net. */
  readonly #wanted: Uint32Array;
  /** Walk in which a chip was last reached. */
  readonly #reachedIn: Int32Array;
  /** The walk's nodes, in order of arrival: chip, link of arrival, entry hit, route, and the node before. */
  readonly #chip: Int32Array;
  readonly #arrival: Uint8Array;
  readonly #entry: Int32Array;
  readonly #route: Uint32Array;
  readonly #before: Int32Array;
  #nodeCount = 0;
  /** Cubes of the net still to be followed. */
  readonly #cubes: { key: number; mask: number }[] = [];

  constructor(machine: Machine, tables: readonly RoutingTable[], spec: DeliverySpec) {
    const chipCount = machine.alive.length;
    this.#machine = machine;
    this.#spec = spec;
    this.#tables = tables;
    this.#lookups = tables.map((table) => new RouterLookup(table));
    this.#tableOf = new Int32Array(chipCount).fill(-1);
    tables.forEach((table, at) => {
      this.#tableOf[table.chip] = at;
    });
    this.#wanted = new Uint32Array(chipCount);
    this.#reachedIn = new Int32Array(chipCount);
    this.#chip = new Int32Array(chipCount + 1);
    this.#arrival = new Uint8Array(chipCount + 1);
    this.#entry = new Int32Array(chipCount + 1);
    this.#route = new Uint32Array(chipCount + 1);
    this.#before = new Int32Array(chipCount + 1);
  }

  /** The first rule that some key of the net breaks, or undefined when every key arrives as it should. */
  followNet(net: number): PacketFault | undefined {
    const { keys, sinkStart, sinkChip, sinkCore } = this.#spec;
    const from = sinkStart[net]!;
    const to = sinkStart[net + 1]!;
    if (from === to) return undefined;
    for (let sink = from; sink < to; sink++) this.#wanted[sinkChip[sink]!]! |= 64 << sinkCore[sink]!;

    this.#cubes.length = 0;
    this.#cubes.push({ key: keys.key[net]! | 0, mask: keys.mask[net]! | 0 });
    let fault: PacketFault | undefined;
    for (let cube = this.#cubes.pop(); cube && !fault; cube = this.#cubes.pop()) {
      fault = this.#followCube(net, cube.key, cube.mask);
    }

    for (let sink = from; sink < to; sink++) this.#wanted[sinkChip[sink]!] = 0;
    return fault;
  }

  /** Follows one cube from the source; when a table takes it apart, gives up and leaves the halves in `#cubes`. */
  #followCube(net: number, key: number, mask: number): PacketFault | undefined {
    const { neighbour, applicationCores } = this.#machine;
    const walk = ++this.cubesFollowed;
    this.#nodeCount = 0;
    this.#arrive(this.#spec.sourceChip[net]!, LOCAL, -1, walk);
    for (let node = 0; node < this.#nodeCount; node++) {
      const chip = this.#chip[node]!;
      const arrival = this.#arrival[node]!;
      const entry = this.#lookUp(chip, key, mask);
      if (entry === CUBE_HALVED) return undefined;
      if (entry === NO_ENTRY && arrival === LOCAL) return this.#fault("droppedAtSource", net, key, mask, node, {});
      const route = entry === NO_ENTRY ? defaultRoute(arrival) : this.#tables[this.#tableOf[chip]!]!.route[entry]!;
      this.#entry[node] = entry;
      this.#route[node] = route;

      const cores = route >>> 6;
      const unwanted = cores & ~(this.#wanted[chip]! >>> 6);
      if (unwanted !== 0) return this.#fault("unwantedCore", net, key, mask, node, { core: lowestBit(unwanted) });
      const unusable = cores & ~applicationCores[chip]!;
      if (unusable !== 0) return this.#fault("unusableCore", net, key, mask, node, { core: lowestBit(unusable) });
      for (let link = 0; link < LINK_COUNT; link++) {
        if ((route & (1 << link)) === 0) continue;
        const next = neighbour[chip * LINK_COUNT + link]!;
        if (next < 0) return this.#fault("deadLink", net, key, mask, node, { link });
        const arrivalThere = (link + 3) % LINK_COUNT;
        if (this.#reachedIn[next] === walk) {
          return this.#fault("chipReachedTwice", net, key, mask, node, { chip: next, link: arrivalThere });
        }
        this.#arrive(next, arrivalThere, node, walk);
      }
    }
    this.chipsPassed += this.#nodeCount;
    return this.#missingSink(net, key, mask);
  }

  #arrive(chip: number, arrival: number, before: number, walk: number): void {
    const node = this.#nodeCount++;
    this.#reachedIn[chip] = walk;
    this.#chip[node] = chip;
    this.#arrival[node] = arrival;
    this.#before[node] = before;
  }

  /** First entry of the chip's table that takes the whole cube; {@link CUBE_HALVED} when one takes a part of it. */
  #lookUp(chip: number, key: number, mask: number): number {
    const at = this.#tableOf[chip]!;
    if (at < 0) return NO_ENTRY;
    const entry = this.#lookups[at]!.firstMeeting(key, mask);
    if (entry < 0) return NO_ENTRY;
    const { key: entryKey, mask: entryMask } = this.#tables[at]!;
    if (cubeContains(entryKey[entry]!, entryMask[entry]!, key, mask)) return entry;
    const apart = entryMask[entry]! & ~mask;
    const bit = apart & -apart;
    this.#cubes.push({ key: key | bit, mask: mask | bit }, { key, mask: mask | bit });
    return CUBE_HALVED;
  }

  #missingSink(net: number, key: number, mask: number): PacketFault | undefined {
    const { sinkStart, sinkChip, sinkCore } = this.#spec;
    const walk = this.cubesFollowed;
    let delivered = 0;
    for (let node = 0; node < this.#nodeCount; node++) delivered += countBits(this.#route[node]! >>> 6);
    if (delivered === sinkStart[net + 1]! - sinkStart[net]!) return undefined;
    for (let sink = sinkStart[net]!; sink < sinkStart[net + 1]!; sink++) {
      const chip = sinkChip[sink]!;
      const core = sinkCore[sink]!;
      if (this.#reachedIn[chip] !== walk) {
        return this.#fault("missingSink", net, key, mask, this.#nodeCount - 1, { chip, core });
      }
      const node = this.#chip.subarray(0, this.#nodeCount).indexOf(chip);
      if ((this.#route[node]! & (64 << core)) === 0) return this.#fault("missingSink", net, key, mask, node, { core });
    }
    return undefined;
  }

  #fault(
    rule: PacketRule,
    net: number,
    key: number,
    mask: number,
    node: number,
    where: { chip?: number; core?: number; link?: number },
  ): PacketFault {
    const path: PathStep[] = [];
    for (let at = node; at >= 0; at = this.#before[at]!) {
      path.unshift({
        chip: this.#chip[at]!,
        arrival: this.#arrival[at]!,
        entry: this.#entry[at]!,
        route: this.#route[at]!,
      });
    }
    return { rule, net, key: key >>> 0, mask: mask >>> 0, path, chip: this.#chip[node]!, ...where };
  }
}

const NO_ENTRY = -1;
const CUBE_HALVED = -2;

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

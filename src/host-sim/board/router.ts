/**
 * Router of one chip: the multicast table, the point-to-point table, the fixed route and the diagnostic counters.
 *
 * Source: SpiNNaker datasheet 2.02, Router. Multicast keys and masks are write-only; reading them is a bus error.
 */

import type { RoutingTable } from "../../mapper/netlist.ts";
import type { RouterAccess } from "./application-engine.ts";
import type { CoreNumbering } from "./core-numbering.ts";
import { MemoryFault } from "./memory-fault.ts";
import { type RegisterBlock, ROUTER_BASE } from "./memory-map.ts";

export const MULTICAST_ENTRIES = 1024;
/** Point-to-point routes: 0-5 are links. */
export const P2P_NO_ROUTE = 6;
export const P2P_LOCAL = 7;

const P2P_WORDS = 8192;
const P2P_CLEARED_WORD = 0x00db_6db6;

const OFFSET = {
  control: 0x00,
  diagnosticEnable: 0x2c,
  fixedRoute: 0x84,
  filters: 0x200,
  counters: 0x300,
  multicastRoute: 0x4000,
  multicastKey: 0x8000,
  multicastMask: 0xc000,
  p2p: 0x1_0000,
} as const;

/** SCAMP's counter filters: local and external MC, P2P, NN, FR; dropped MC, P2P, NN, FR; four for users. */
const DEFAULT_FILTERS = [
  0x01fe_7cf1, 0x01fe_bcf1, 0x01fe_7cf2, 0x01fe_bcf2, 0x01fe_7cf4, 0x01fe_bcf4, 0x01fe_7cf8, 0x01fe_bcf8, 0x0001_fcf1,
  0x0001_fcf2, 0x0001_fcf4, 0x0001_fcf8, 0, 0, 0, 0,
];

export class Router implements RegisterBlock, RouterAccess {
  revision = 0;
  /** Uint32Array[1024] each, by entry; routes with physical cores. */
  readonly #keys = new Uint32Array(MULTICAST_ENTRIES).fill(0xffff_ffff);
  readonly #masks = new Uint32Array(MULTICAST_ENTRIES);
  readonly #routes = new Uint32Array(MULTICAST_ENTRIES).fill(0xff00_0000);
  readonly #p2p = new Uint32Array(P2P_WORDS).fill(P2P_CLEARED_WORD);
  readonly #filters = Uint32Array.from(DEFAULT_FILTERS);
  readonly #counters = new Uint32Array(16);
  #countersEnabled = 0xffff;
  #fixedRoute = 0xfc00_0000;
  #control: number;
  readonly #other = new Map<number, number>();
  readonly #chip: number;
  readonly #cores: () => CoreNumbering;

  /** @param cores the chip's numbering at the time of use: a remapped core changes it */
  constructor(chip: number, cores: () => CoreNumbering) {
    this.#chip = chip;
    this.#cores = cores;
    this.#control = 0x0040_0001 | (cores().monitorPhysical << 8);
  }

  setEntry(index: number, key: number, mask: number, physicalRoute: number): void {
    this.#keys[index] = key;
    this.#masks[index] = mask;
    this.#routes[index] = physicalRoute;
    this.revision++;
  }

  clearEntry(index: number): void {
    this.setEntry(index, 0xffff_ffff, 0, 0xff00_0000);
  }

  /** Route word of the first entry that matches, with physical cores, or undefined: default routing. */
  lookup(key: number): number | undefined {
    for (let index = 0; index < MULTICAST_ENTRIES; index++) {
      if ((key & this.#masks[index]!) >>> 0 === this.#keys[index]) return this.#routes[index]! & 0x00ff_ffff;
    }
    return undefined;
  }

  table(): RoutingTable {
    const used = [...this.#keys.keys()].filter((index) => this.#canMatch(index));
    return {
      chip: this.#chip,
      key: Uint32Array.from(used, (index) => this.#keys[index]!),
      mask: Uint32Array.from(used, (index) => this.#masks[index]!),
      route: Uint32Array.from(used, (index) => this.#cores().virtualRoute(this.#routes[index]!)),
    };
  }

  addToCounter(counter: number, packets: number): void {
    if ((this.#countersEnabled >>> counter) & 1) this.#counters[counter] = this.#counters[counter]! + packets;
  }

  /** Outgoing link towards a chip address (x << 8 | y), {@link P2P_LOCAL} or {@link P2P_NO_ROUTE}. */
  p2pRoute(address: number): number {
    return (this.#p2p[address >>> 3]! >>> (3 * (address & 7))) & 7;
  }

  setP2pRoute(address: number, route: number): void {
    const shift = 3 * (address & 7);
    this.#p2p[address >>> 3] = (this.#p2p[address >>> 3]! & ~(7 << shift)) | (route << shift);
  }

  set fixedRoute(physicalRoute: number) {
    this.#fixedRoute = ((this.#fixedRoute & 0xff00_0000) | (physicalRoute & 0x00ff_ffff)) >>> 0;
  }

  get control(): number {
    return this.#control >>> 0;
  }

  set control(value: number) {
    this.#control = value;
  }

  readRegister(offset: number): number {
    const at = offset & 0x1_ffff;
    if (at >= OFFSET.p2p) return this.#p2p[((at - OFFSET.p2p) >>> 2) & (P2P_WORDS - 1)]!;
    if (at >= OFFSET.multicastKey)
      throw new MemoryFault("read", ROUTER_BASE + at, "multicast keys and masks are write-only");
    const index = (at >>> 2) & (MULTICAST_ENTRIES - 1);
    if (at >= OFFSET.multicastRoute && at < OFFSET.multicastRoute + 0x1000) return this.#routes[index]!;
    if (at >= OFFSET.counters && at < OFFSET.counters + 0x40) return this.#counters[index & 15]!;
    if (at >= OFFSET.filters && at < OFFSET.filters + 0x40) return this.#filters[index & 15]!;
    switch (at) {
      case OFFSET.control:
        return this.control;
      case OFFSET.diagnosticEnable:
        return this.#countersEnabled;
      case OFFSET.fixedRoute:
        return this.#fixedRoute;
      default:
        return this.#other.get(at) ?? 0;
    }
  }

  writeRegister(offset: number, value: number): void {
    const at = offset & 0x1_ffff;
    const index = (at >>> 2) & (MULTICAST_ENTRIES - 1);
    if (at >= OFFSET.p2p) this.#p2p[((at - OFFSET.p2p) >>> 2) & (P2P_WORDS - 1)] = value;
    else if (at >= OFFSET.multicastMask) this.setEntry(index, this.#keys[index]!, value, this.#routes[index]!);
    else if (at >= OFFSET.multicastKey) this.setEntry(index, value, this.#masks[index]!, this.#routes[index]!);
    else if (at >= OFFSET.multicastRoute) this.setEntry(index, this.#keys[index]!, this.#masks[index]!, value);
    else if (at >= OFFSET.counters && at < OFFSET.counters + 0x40) this.#counters[index & 15] = value;
    else if (at >= OFFSET.filters && at < OFFSET.filters + 0x40) this.#filters[index & 15] = value;
    else this.#writeControlRegister(at, value);
  }

  #writeControlRegister(at: number, value: number): void {
    switch (at) {
      case OFFSET.control:
        this.#control = value;
        return;
      case OFFSET.diagnosticEnable:
        for (let n = 0; n < 16; n++) if ((value >>> (16 + n)) & 1) this.#counters[n] = 0;
        this.#countersEnabled = value & 0xffff;
        return;
      case OFFSET.fixedRoute:
        this.#fixedRoute = value >>> 0;
        return;
      default:
        if (at < 0x200) this.#other.set(at, value);
    }
  }

  /** An entry whose key has bits outside its mask matches nothing: that is how unused ones are marked. */
  #canMatch(index: number): boolean {
    return (this.#keys[index]! & ~this.#masks[index]!) === 0;
  }
}

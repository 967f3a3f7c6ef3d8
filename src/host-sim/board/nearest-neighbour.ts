/**
 * Nearest-neighbour commands on one chip: signals, memory writes and the flood fill.
 *
 * Packet: key[31:28] checksum, [27:24] opcode, [23:16] forward, [15:8] retry, [7:1] id; and a payload word.
 * Source: spinnaker_tools `scamp/scamp-nn.c` (4.0.0; v3.1.0 for regions).
 */

import { signalCores, startApplication } from "./application-control.ts";
import type { Chip } from "./chip.ts";
import { regionHolds } from "./region.ts";
import { wordBytes } from "./scp.ts";

export interface NnPacket {
  readonly key: number;
  readonly data: number;
}

export const NN = {
  sig0: 0,
  rtrc: 1,
  sig1: 4,
  ffs: 6,
  ffcs: 7,
  fbs: 12,
  fbd: 13,
  fbe: 14,
  ffe: 15,
} as const;

/** Opcodes below this one with an id are taken once an id. */
const FIRST_UNFILTERED = 7;
/** Opcodes with this bit are forwarded as the chip's own setting says, the others as their key says. */
const FORWARD_BY_SETTING = 4;
const SIG0 = { forwardRetry: 0, leds: 1, timePhase: 2, ids: 3, application: 5 } as const;

/** Four bits that make the packet's one's-complement sum zero, in bits 31:28. */
export function nnChecksum(key: number, data: number): number {
  let sum = (key >>> 0) + (data >>> 0);
  if (sum > 0xffff_ffff) sum -= 0xffff_ffff;
  for (const half of [16, 8, 4]) {
    const mask = (1 << half) - 1;
    sum = (sum & mask) + (sum >>> half);
    // A carry comes round to the other end.
    if (sum > mask) sum -= mask;
  }
  return ((~sum & 15) << 28) >>> 0;
}

/** What a chip passes on of packets that came in together. */
export interface Forwarding {
  readonly forwarded: readonly NnPacket[];
  /** Forward field of the last of them: they are of one kind. */
  readonly forward: number;
}

type FillState = "idle" | "between blocks" | "in block";

export class NearestNeighbour {
  readonly #chip: Chip;
  #forward = 0x3f;
  #seenIds = new Uint32Array(4);
  #lastIdReset: number | undefined;

  #state: FillState = "idle";
  #fillId = 0;
  #blocksWanted = 0;
  #blocksDone = 0;
  #failed = false;
  #load = false;
  #cores = 0;
  #lastCoreSelect = 0;
  readonly #blocksStarted = new Set<number>();
  #block = 0;
  #address = 0;
  #sum = 0;
  #wordsWanted = 0;
  /** Words of the open block by index; a block has up to 256 though only 64 fit the buffer that hosts use. */
  readonly #words = new Map<number, number>();

  constructor(chip: Chip) {
    this.#chip = chip;
  }

  /** As after boot. */
  reset(): void {
    this.#forward = this.#chip.sv.get("forward");
    this.#seenIds.fill(0);
    this.#state = "idle";
  }

  receive(packets: readonly NnPacket[]): Forwarding {
    const forwarded = packets.filter((packet) => this.#chip.monitor.guard(() => this.#handle(packet)) ?? false);
    const last = forwarded.at(-1);
    if (last === undefined) return { forwarded, forward: 0 };
    const bySetting = ((last.key >>> 24) & FORWARD_BY_SETTING) !== 0;
    return { forwarded, forward: bySetting ? this.#forward : (last.key >>> 16) & 255 };
  }

  /** @returns whether the packet is passed on */
  #handle({ key, data }: NnPacket): boolean {
    if (nnChecksum(key, data) !== 0) return false;
    const opcode = (key >>> 24) & 15;
    const id = (key >>> 1) & 127;
    if (opcode < FIRST_UNFILTERED && id !== 0 && !this.#markId(id)) return false;
    switch (opcode) {
      case NN.sig0:
        return this.#signal(data);
      case NN.rtrc:
        this.#routerControl(data);
        return true;
      case NN.sig1:
        this.#writeMemory(key, data);
        return true;
      case NN.ffs:
        this.#fillStart(key, data);
        return true;
      case NN.ffcs:
        return this.#coreSelect(key, data);
      case NN.fbs:
        return id === this.#fillId && this.#blockStart(key, data);
      case NN.fbd:
        return id === this.#fillId && this.#blockData(key, data);
      case NN.fbe:
        return id === this.#fillId && this.#blockEnd(key, data);
      case NN.ffe:
        return id === this.#fillId && this.#fillEnd(data);
      default:
        return false;
    }
  }

  /** Remember an id, forgetting those two words on. @returns false if it was known */
  #markId(id: number): boolean {
    const word = id >>> 5;
    const bit = 1 << (id & 31);
    if (this.#seenIds[word]! & bit) return false;
    this.#seenIds[word] = this.#seenIds[word]! | bit;
    this.#seenIds[(word + 2) % 4] = 0;
    return true;
  }

  #signal(data: number): boolean {
    const { sv } = this.#chip;
    switch (data >>> 28) {
      case SIG0.forwardRetry:
        this.#forward = (data >>> 8) & 255;
        sv.set("forward", this.#forward);
        sv.set("retry", data & 255);
        return true;
      case SIG0.leds:
        this.#chip.monitor.setLeds(data);
        return true;
      case SIG0.timePhase:
        sv.set("tp_scale", data & 15);
        return true;
      case SIG0.ids:
        if (data === this.#lastIdReset) return false;
        this.#lastIdReset = data;
        this.#seenIds.fill(data & 1 ? 0xffff_ffff : 0);
        return true;
      case SIG0.application:
        signalCores(this.#chip, data);
        return true;
      default:
        return true;
    }
  }

  /** Fields of the router's control register whose selection bit (5 wait2, 4 wait1, 3 W, 2 monitor, 1 phase) is set. */
  #routerControl(data: number): void {
    const fields = [0, 0xc0, 0x1f00, 0x8000, 0x00ff_0000, 0xff00_0000];
    const mask = fields.reduce((mask, field, bit) => ((data >>> bit) & 1 ? mask | field : mask), 0);
    const { router } = this.#chip;
    router.control = (router.control & ~mask) | (data & mask);
  }

  /** key[19:18] width 0, 1, 2 = 1, 2, 4 bytes; [17:16] base: sv, System RAM, system controller, sv.mem_ptr; [15:8] offset. */
  #writeMemory(key: number, data: number): void {
    if ((key >>> 20) & 15) return;
    const bases = [0xe500_7f00, 0xe500_0000, 0xe200_0000, this.#chip.sv.get("mem_ptr")];
    const address = bases[(key >>> 16) & 3]! + ((key >>> 8) & 255);
    const unit = ([1, 2, 4, 4] as const)[(key >>> 18) & 3]!;
    this.#chip.memory.write(address, wordBytes([data]).subarray(0, unit), unit);
  }

  #fillStart(key: number, data: number): void {
    this.#fillId = (key >>> 17) & 127;
    this.#blocksWanted = (key >>> 8) & 255;
    this.#blocksDone = 0;
    this.#failed = false;
    this.#load = this.#chip.version.hasRegions && this.#isInRegion(data);
    this.#cores = 0;
    this.#lastCoreSelect = 0;
    this.#blocksStarted.clear();
    this.#state = "between blocks";
  }

  /** Selections must come in ascending order of (region, cores): others are taken for repeats. */
  #coreSelect(key: number, data: number): boolean {
    const cores = key & 0x3_ffff;
    const order = data * 0x4_0000 + cores;
    if (order <= this.#lastCoreSelect) return false;
    this.#lastCoreSelect = order;
    if (!this.#chip.version.hasRegions || this.#isInRegion(data)) {
      this.#load = true;
      this.#cores |= cores;
    }
    return true;
  }

  #isInRegion(region: number): boolean {
    return (region & 0xffff) === 0 || regionHolds(region, this.#chip.x, this.#chip.y);
  }

  #blockStart(key: number, data: number): boolean {
    const block = (key >>> 16) & 255;
    if (this.#state !== "between blocks" || this.#blocksStarted.has(block)) return false;
    this.#blocksStarted.add(block);
    this.#block = block;
    this.#address = data;
    this.#sum = data;
    this.#wordsWanted = ((key >>> 8) & 255) + 1;
    this.#words.clear();
    this.#state = "in block";
    return true;
  }

  #blockData(key: number, data: number): boolean {
    const index = (key >>> 8) & 255;
    if (!this.#isOpen(key) || this.#words.has(index)) return false;
    this.#words.set(index, data);
    this.#sum = (this.#sum + data) >>> 0;
    return true;
  }

  #blockEnd(key: number, data: number): boolean {
    if (!this.#isOpen(key)) return false;
    this.#state = "between blocks";
    const complete = (this.#sum + data) >>> 0 === 0 && this.#words.size === this.#wordsWanted;
    if (!complete) {
      this.#failed = true;
      return true;
    }
    this.#blocksDone++;
    const words = Array.from({ length: this.#wordsWanted }, (_, index) => this.#words.get(index) ?? 0);
    this.#chip.memory.write(this.#address, wordBytes(words), 4);
    return true;
  }

  #isOpen(key: number): boolean {
    return this.#state === "in block" && ((key >>> 16) & 255) === this.#block;
  }

  #fillEnd(data: number): boolean {
    if (this.#state !== "between blocks") return false;
    this.#state = "idle";
    if (!this.#failed && this.#blocksDone === this.#blocksWanted && this.#load) {
      startApplication(this.#chip, this.#chip.sv.get("sdram_sys"), data | this.#cores);
    }
    return true;
  }
}

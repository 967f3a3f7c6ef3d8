/**
 * A deployment on emulated chips: the real binaries on ARM cores, packets through emulated routers, without SCAMP and
 * without UDP. What SCAMP would do (heaps, tables, starting, SYNC) is done here at once.
 */
import type { Deployment } from "../../image/deployment.ts";
import type { Machine } from "../../machine/machine.ts";
import { chipCoord } from "../../machine/machine.ts";
import { CORE_STATE } from "../../sdp/core-state.ts";
import { CoreNumbering } from "../board/core-numbering.ts";
import { StructView } from "../board/struct-view.ts";
import { SV_BYTES, SV_FIELDS, SV_OFFSET_IN_SYSRAM } from "../board/system-variables.ts";
import { VCPU_BYTES, VCPU_OFFSET_IN_SYSRAM } from "../board/vcpu.ts";
import type { Chip } from "../chip/chip.ts";
import { CYCLES_PER_MILLISECOND } from "../chip/peripheral.ts";
import { ApplicationMonitor } from "../machine/application-monitor.ts";
import { type CoreEngine, createEmulatedMachine, type EmulatedMachine } from "../machine/emulated-machine.ts";
import { readIobuf, readVirtualCpu, type VirtualCpu } from "../machine/scamp-memory.ts";
import { loadRouter } from "./emulated-router.ts";

/** As SCAMP lays SDRAM out: images from here, the system heap above. */
const SDRAM_HEAP = 0x6064_0000;
const STAGING = 0x6780_0000;
const SYSTEM_HEAP = 0x6784_0000;
const SDRAM_END = 0x6800_0000;
const HEAP_BYTES = 16;
const BLOCK_BYTES = 8;
const NO_TABLE = { chip: 0, key: new Uint32Array(0), mask: new Uint32Array(0), route: new Uint32Array(0) };
const USER0 = 112;
const IOBUF_BYTES = 16_384;
const APP_ID = 30;
/** Virtual time between two looks at the cores. */
const LOOK_CYCLES = CYCLES_PER_MILLISECOND / 2;
/** Most virtual time that cores may take to read their images. */
const WAIT_LIMIT_MILLIS = 500;

export interface LoadedCore {
  readonly chip: number;
  /** Virtual number. */
  readonly core: number;
  /** Address of the image. */
  readonly address: number;
}

/** A core has not reached the state it should. */
export interface FailedCore {
  readonly core: number;
  readonly vcpu: VirtualCpu;
  readonly iobuf: string;
}

export class ApplicationChips {
  readonly emulated: EmulatedMachine;
  readonly cores: readonly LoadedCore[];
  readonly #machine: Machine;
  readonly #monitors = new Map<number, ApplicationMonitor>();

  /** @param binary APLX file of a model by name */
  constructor(deployment: Deployment, binary: (name: string) => Uint8Array, engine: CoreEngine = "translator") {
    const { machine } = deployment;
    this.#machine = machine;
    this.emulated = createEmulatedMachine({ machine, monitorCore: monitorOf(machine), engine });
    for (const { x, y, chip } of this.emulated.chips()) {
      const index = y * machine.width + x;
      const monitor = new ApplicationMonitor(chip, numbering(machine, index), { message: () => {} });
      this.#monitors.set(index, monitor);
      this.emulated.act(() => {
        monitor.prepare(x, y);
        prepareHeaps(chip);
        loadRouter(chip, monitor.numbering, NO_TABLE);
      });
    }
    this.#loadTables(deployment);
    this.cores = this.#loadImages(deployment);
    this.#start(deployment, binary);
  }

  chip(index: number): Chip {
    const { x, y } = chipCoord(this.#machine, index);
    return this.emulated.chip(x, y);
  }

  state(core: number): number {
    const { chip, core: virtual } = this.cores[core]!;
    return this.#monitors.get(chip)!.state(virtual);
  }

  read(core: number, offset: number, length: number): Uint8Array {
    const { chip, address } = this.cores[core]!;
    const bytes = new Uint8Array(length);
    this.chip(chip).sdram.copyOut(address + offset, bytes);
    return bytes;
  }

  write(core: number, offset: number, bytes: Uint8Array): void {
    const { chip, address } = this.cores[core]!;
    this.chip(chip).sdram.copyIn(address + offset, bytes);
  }

  describe(core: number): FailedCore {
    const { chip, core: virtual } = this.cores[core]!;
    return { core, vcpu: readVirtualCpu(this.chip(chip), virtual), iobuf: readIobuf(this.chip(chip), virtual) };
  }

  /** SYNC0 or SYNC1 to all cores. */
  sync(level: 0 | 1): void {
    const masks = new Map<number, number>();
    for (const { chip, core } of this.cores) masks.set(chip, (masks.get(chip) ?? 0) | (1 << core));
    this.emulated.act(() => {
      for (const [chip, mask] of masks) this.#monitors.get(chip)!.sync(mask, level);
    });
  }

  /**
   * Lets time pass until all cores are in a state.
   * @returns the cores that failed or are late; none if all is well
   */
  runTo(state: number, limitMillis: number = WAIT_LIMIT_MILLIS): FailedCore[] {
    const end = this.emulated.cycles + limitMillis * CYCLES_PER_MILLISECOND;
    for (;;) {
      this.emulated.advance(LOOK_CYCLES);
      const states = this.cores.map((_, i) => this.state(i));
      if (states.every((s) => s === state)) return [];
      const failed = states.flatMap((s, i) => (s === CORE_STATE.RTE ? [i] : []));
      if (failed.length > 0) return failed.map((i) => this.describe(i));
      if (this.emulated.cycles > end) return states.flatMap((s, i) => (s === state ? [] : [this.describe(i)]));
    }
  }

  #loadTables({ tables }: Deployment): void {
    for (const table of tables) {
      this.emulated.act(() => {
        loadRouter(this.chip(table.chip), this.#monitors.get(table.chip)!.numbering, table);
      });
    }
  }

  #loadImages({ cores }: Deployment): LoadedCore[] {
    return cores.map(({ chip, core, image, totalBytes }) => {
      const sv = variables(this.chip(chip));
      const address = allocate(this.chip(chip), sv.get("sdram_heap"), totalBytes);
      this.chip(chip).sdram.copyIn(address, image);
      const at = VCPU_OFFSET_IN_SYSRAM + core * VCPU_BYTES + USER0;
      new DataView(this.chip(chip).systemRam.buffer, this.chip(chip).systemRam.byteOffset).setUint32(at, address, true);
      return { chip, core, address };
    });
  }

  #start({ cores }: Deployment, binary: (name: string) => Uint8Array): void {
    for (const { chip, core, binary: name } of cores) {
      this.chip(chip).sdram.copyIn(STAGING, binary(name));
      this.emulated.act(() => {
        this.#monitors.get(chip)!.startApplication(1 << core, STAGING, { appId: APP_ID, flags: 0 });
      });
    }
  }
}

function monitorOf(machine: Machine): (x: number, y: number) => number {
  return (x, y) => (1 + x + 5 * y) % coreCount(machine, y * machine.width + x);
}

function coreCount(machine: Machine, chip: number): number {
  return 32 - Math.clz32(machine.applicationCores[chip]! | 1);
}

function numbering(machine: Machine, chip: number): CoreNumbering {
  const { x, y } = chipCoord(machine, chip);
  const count = coreCount(machine, chip);
  return new CoreNumbering(
    monitorOf(machine)(x, y),
    Array.from({ length: count }, (_, core) => core),
  );
}

function variables(chip: Chip): StructView<typeof SV_FIELDS> {
  return new StructView(SV_FIELDS, chip.systemRam.subarray(SV_OFFSET_IN_SYSRAM, SV_OFFSET_IN_SYSRAM + SV_BYTES));
}

function prepareHeaps(chip: Chip): void {
  const sv = variables(chip);
  makeHeap(chip, SDRAM_HEAP, STAGING);
  makeHeap(chip, SYSTEM_HEAP, SDRAM_END);
  sv.set("sdram_heap", SDRAM_HEAP);
  sv.set("sys_heap", SYSTEM_HEAP);
  sv.set("sdram_sys", STAGING);
  sv.set("iobuf_size", IOBUF_BYTES);
}

/** One free block from the base to the top. */
function makeHeap({ sdram }: Chip, base: number, top: number): void {
  const [first, last] = [base + HEAP_BYTES, top - BLOCK_BYTES];
  for (const [n, word] of [first, first, last, last - first - BLOCK_BYTES].entries()) sdram.write32(base + 4 * n, word);
  for (const [n, word] of [last, 0].entries()) sdram.write32(first + 4 * n, word);
  for (const n of [0, 1]) sdram.write32(last + 4 * n, 0);
}

/** Takes a block from the only free one, which is all a fresh heap has. */
function allocate({ sdram }: Chip, heap: number, bytes: number): number {
  const block = sdram.read32(heap) >>> 0;
  const next = sdram.read32(block) >>> 0;
  const size = ((bytes + 3) & ~3) + BLOCK_BYTES;
  const rest = block + size;
  sdram.write32(rest, next);
  sdram.write32(rest + 4, 0);
  sdram.write32(block, rest);
  sdram.write32(block + 4, 0xffff_0000 | (APP_ID << 8));
  sdram.write32(heap, rest);
  sdram.write32(heap + 12, sdram.read32(heap + 12) - size);
  return block + BLOCK_BYTES;
}

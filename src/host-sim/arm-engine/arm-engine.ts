/**
 * Mode `arm` of a virtual board: the application cores execute their binaries, instruction by instruction, on emulated
 * chips that share the board's SDRAM.
 *
 * The board keeps SCAMP's part: it loads the binaries, knows the SYNC flags, answers SDP. What a core says of itself in
 * its own System RAM (state, IOBUF, registers after a fault) is carried over to the board's while it runs.
 */

import type { ChipIndex } from "../../machine/machine.ts";
import { CORE_STATE } from "../../sdp/core-state.ts";
import { ArmCore, DecodedPrograms, TranslationCache } from "../arm/index.ts";
import type { ApplicationCore, ApplicationEngine, BoardAccess, ChipAccess } from "../board/application-engine.ts";
import { CoreNumbering, NO_CORE } from "../board/core-numbering.ts";
import { SV_OFFSET_IN_SYSRAM, SV_V2P_MAP } from "../board/system-variables.ts";
import { VCPU_BYTES, VCPU_OFFSET_IN_SYSRAM } from "../board/vcpu.ts";
import { CORES, DTCM_BASE, SYSTEM_RAM_BASE, SYSTEM_RAM_BYTES } from "../chip/memory-map.ts";
import { CYCLES_PER_MILLISECOND } from "../chip/peripheral.ts";
import { Sdram } from "../chip/sdram.ts";
import { ApplicationMonitor } from "../machine/application-monitor.ts";
import { ChipMachine } from "../machine/chip-machine.ts";
import { readVirtualCpu } from "../machine/scamp-memory.ts";
import { loadRouter, type RouterCounts, readCounts } from "./emulated-router.ts";

const SDRAM_BASE = 0x6000_0000;
const VCPU_IOBUF = 88;
/** Registers, psr, sp and lr. */
const VCPU_DUMP_BYTES = 44;
/** Virtual time in one call of `advance`. */
const SLICE_CYCLES = CYCLES_PER_MILLISECOND / 10;
/** Time that packets on their way get after the last core of an application has paused. */
const SETTLE_CYCLES = CYCLES_PER_MILLISECOND;
const SIGNAL_EXIT = 8;

export function createArmEngine(): ApplicationEngine {
  return new ArmEngine();
}

interface EmulatedCore {
  readonly handle: ApplicationCore;
  readonly chip: EmulatedChip;
  /** What the board was told last: the core waits, or has ended. */
  told: "waiting" | "ended" | undefined;
  /** State it was last released from: it waits again only when it is in the other one. */
  released: number | undefined;
}

interface EmulatedChip {
  readonly access: ChipAccess;
  readonly monitor: ApplicationMonitor;
  tableRevision: number | undefined;
  counts: RouterCounts;
}

class ArmEngine implements ApplicationEngine {
  readonly name: string = "arm";
  #board!: BoardAccess;
  #machine: ChipMachine | undefined;
  readonly #chips = new Map<ChipIndex, EmulatedChip>();
  readonly #cores = new Map<ApplicationCore, EmulatedCore>();

  attach(board: BoardAccess): void {
    this.#board = board;
  }

  start(cores: readonly ApplicationCore[]): void {
    const machine = this.#machineNow(cores[0]!.chip);
    for (const handle of cores) {
      const chip = this.#chips.get(handle.chip)!;
      this.#cores.set(handle, { handle, chip, told: undefined, released: undefined });
      machine.act(() => {
        this.#copyVcpu(chip, handle);
        const entry = { appId: handle.appId, flags: 0 };
        chip.monitor.startLoaded(handle.virtualCore, handle.entryPoint, entry, (subsystem) => {
          subsystem.writeTcm(0, handle.itcm);
          subsystem.writeTcm(DTCM_BASE, handle.dtcm);
        });
      });
    }
  }

  resume(cores: readonly ApplicationCore[]): void {
    this.#machine?.act(() => {
      for (const chip of this.#chips.values()) this.#loadTable(chip);
      for (const handle of cores) {
        const core = this.#cores.get(handle);
        if (core === undefined) continue;
        const { monitor } = core.chip;
        core.told = undefined;
        core.released = monitor.state(handle.virtualCore);
        monitor.sync(1 << handle.virtualCore, core.released === CORE_STATE.SYNC1 ? 1 : 0);
      }
    });
  }

  signal(signal: number, cores: readonly ApplicationCore[]): void {
    if (signal !== SIGNAL_EXIT) return;
    this.#machine?.act(() => {
      for (const handle of cores) this.#cores.get(handle)?.chip.monitor.signal(1 << handle.virtualCore, signal);
    });
  }

  receive(): void {
    // The kernels listen to port 0 only, which the board answers.
  }

  stop(cores: readonly ApplicationCore[]): void {
    this.#machine?.act(() => {
      for (const handle of cores) {
        this.#cores.get(handle)?.chip.monitor.stop(1 << handle.virtualCore);
        this.#cores.delete(handle);
      }
    });
  }

  advance(): boolean {
    const machine = this.#machine;
    if (machine === undefined || this.#running() === 0) return false;
    machine.advance(SLICE_CYCLES);
    for (const appId of new Set([...this.#cores.keys()].map((handle) => handle.appId))) this.#tell(appId, machine);
    for (const chip of this.#chips.values()) this.#count(chip);
    return this.#running() > 0;
  }

  #running(): number {
    let running = 0;
    for (const { told } of this.#cores.values()) if (told === undefined) running++;
    return running;
  }

  /** Tells the board of the cores of an application: failures at once, waiting when all wait. */
  #tell(appId: number, machine: ChipMachine): void {
    const running = [...this.#cores.values()].filter((core) => core.handle.appId === appId && core.told === undefined);
    for (const core of running) this.#tellEnd(core);
    const left = running.filter((core) => core.told === undefined);
    if (left.length === 0 || !left.every(isWaiting)) return;
    machine.advance(SETTLE_CYCLES);
    for (const core of left) {
      this.#showPrinted(core);
      core.told = "waiting";
    }
    for (const { handle } of left) handle.waitForSync();
  }

  #tellEnd(core: EmulatedCore): void {
    const { handle, chip } = core;
    const state = chip.monitor.state(handle.virtualCore);
    if (state !== CORE_STATE.RTE && state !== CORE_STATE.EXIT) return;
    this.#showPrinted(core);
    core.told = "ended";
    if (state === CORE_STATE.EXIT) {
      handle.exit();
      return;
    }
    const at = VCPU_OFFSET_IN_SYSRAM + handle.virtualCore * VCPU_BYTES;
    const dump = chip.monitor.chip.systemRam.slice(at, at + VCPU_DUMP_BYTES);
    chip.access.memory.write(SYSTEM_RAM_BASE + at, dump);
    handle.fail(readVirtualCpu(chip.monitor.chip, handle.virtualCore).runTimeError);
  }

  /** The core's name and IOBUF, which lies in the shared SDRAM. */
  #showPrinted({ handle, chip }: EmulatedCore): void {
    const { appName, iobuf } = readVirtualCpu(chip.monitor.chip, handle.virtualCore);
    handle.setName(appName);
    const at = SYSTEM_RAM_BASE + VCPU_OFFSET_IN_SYSRAM + handle.virtualCore * VCPU_BYTES + VCPU_IOBUF;
    chip.access.memory.writeWord(at, iobuf);
  }

  #copyVcpu({ access, monitor }: EmulatedChip, handle: ApplicationCore): void {
    const at = VCPU_OFFSET_IN_SYSRAM + handle.virtualCore * VCPU_BYTES;
    monitor.chip.systemRam.set(access.memory.read(SYSTEM_RAM_BASE + at, VCPU_BYTES), at);
  }

  #loadTable(chip: EmulatedChip): void {
    const { router } = chip.access;
    if (chip.tableRevision === router.revision) return;
    chip.tableRevision = router.revision;
    loadRouter(chip.monitor.chip, chip.monitor.numbering, router.table());
  }

  /** What the emulated router counted is added to the board's counters. */
  #count(chip: EmulatedChip): void {
    const counts = readCounts(chip.monitor.chip);
    counts.forEach(({ counter, packets }, k) => {
      const more = packets - (chip.counts[k]?.packets ?? 0);
      if (more > 0) chip.access.router.addToCounter(counter, more);
    });
    chip.counts = counts;
  }

  /** The emulated chips of the board as it is now: a board that was booted again has others. */
  #machineNow(some: ChipIndex): ChipMachine {
    const current = this.#chips.get(some);
    if (this.#machine !== undefined && current?.access === this.#board.chip(some)) return this.#machine;
    this.#cores.clear();
    this.#chips.clear();
    const { machine } = this.#board;
    const coreOptions = { programs: new DecodedPrograms(), translations: new TranslationCache() };
    const access = new Map<number, ChipAccess>();
    machine.alive.forEach((alive, index) => {
      if (alive === 1) access.set(index, this.#board.chip(index as ChipIndex));
    });
    const numberings = new Map([...access].map(([index, chip]) => [index, numberingOf(chip)]));
    this.#machine = new ChipMachine({
      machine,
      setup: (index) => ({
        workingCores: numberings.get(index)!.v2p.reduce((mask, physical) => mask | (1 << physical), 0),
        monitor: numberings.get(index)!.monitorPhysical,
        sdram: new Sdram((offset) => access.get(index)!.memory.sdramPage(SDRAM_BASE + offset)),
      }),
      transmit: () => {},
      makeCore: (memory, index, bus) => new ArmCore(memory, index, bus, coreOptions),
    });
    for (const [index, chipAccess] of access) {
      const chip = this.#machine.chips[index]!;
      const monitor = new ApplicationMonitor(chip, numberings.get(index)!, { message: () => {} });
      chip.systemRam.set(chipAccess.memory.read(SYSTEM_RAM_BASE, SYSTEM_RAM_BYTES));
      this.#chips.set(index as ChipIndex, {
        access: chipAccess,
        monitor,
        tableRevision: undefined,
        counts: readCounts(chip),
      });
    }
    return this.#machine;
  }
}

function isWaiting({ handle, chip, released }: EmulatedCore): boolean {
  const state = chip.monitor.state(handle.virtualCore);
  return (state === CORE_STATE.SYNC0 || state === CORE_STATE.SYNC1) && state !== released;
}

/** Cores as the board's SCAMP counts them. */
function numberingOf({ memory }: ChipAccess): CoreNumbering {
  const map = memory.read(SYSTEM_RAM_BASE + SV_OFFSET_IN_SYSRAM + SV_V2P_MAP, CORES);
  const physical = [...map].filter((core) => core !== NO_CORE);
  return new CoreNumbering(physical[0]!, physical);
}

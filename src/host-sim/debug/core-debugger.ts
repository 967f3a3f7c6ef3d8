/**
 * Holds one core of an emulated machine by the neck: breakpoints, single steps, registers and memory.
 *
 * While the core is stopped no virtual time passes anywhere, so that SCAMP does not take it for dead. It goes on in the
 * same state, and what it does does not depend on where it was stopped.
 */

import type { Core } from "../arm/index.ts";
import type { ProcessingSubsystem } from "../chip/processing-subsystem.ts";
import type { EmulatedMachine } from "../machine/emulated-machine.ts";
import { physicalCore } from "../machine/scamp-memory.ts";

/** A core by chip and virtual number. */
export interface CorePlace {
  readonly x: number;
  readonly y: number;
  readonly core: number;
}

/** Why the core stands still. */
export type DebugStop = "breakpoint" | "step" | "interrupt";

/** Registers as GDB numbers them: r0 to r15, then CPSR. */
export const GDB_REGISTERS = 17;
const CPSR = 16;

export class CoreDebugger {
  readonly place: CorePlace;
  readonly #machine: EmulatedMachine;
  readonly #subsystem: ProcessingSubsystem;
  readonly #observerBefore: Core["observer"];
  readonly #breakpoints = new Set<number>();
  #running = false;
  /** Stop after this many instructions; undefined for no such stop. */
  #steps: number | undefined;
  /** The instruction at which the core stands is executed even if there is a breakpoint on it. */
  #leaving = false;
  #stopped: (reason: DebugStop) => void = () => {};

  /** Stops the machine. @throws {RangeError} there is no such core */
  constructor(machine: EmulatedMachine, place: CorePlace) {
    const chip = machine.chip(place.x, place.y);
    const subsystem = chip.cores[physicalCore(chip, place.core)];
    if (subsystem === undefined) throw new RangeError(`chip (${place.x}, ${place.y}) has no core ${place.core}`);
    this.place = place;
    this.#machine = machine;
    this.#subsystem = subsystem;
    this.#observerBefore = subsystem.core.observer;
    machine.paused = true;
  }

  get running(): boolean {
    return this.#running;
  }

  set onStop(listener: (reason: DebugStop) => void) {
    this.#stopped = listener;
  }

  /** Lets the machine go on, for ever or until this core has executed `steps` instructions. */
  resume(steps?: number): void {
    this.#steps = steps;
    this.#leaving = true;
    this.#running = true;
    this.#observe();
    this.#machine.paused = false;
  }

  /** Stops the machine where it is, whether the core sleeps or not. */
  interrupt(): void {
    if (this.#running) this.#stop("interrupt");
  }

  /** Takes the hands off: no breakpoints, and the machine goes on. */
  detach(): void {
    this.#breakpoints.clear();
    this.#running = false;
    this.#subsystem.core.observer = this.#observerBefore;
    this.#machine.paused = false;
  }

  setBreakpoint(address: number): void {
    this.#breakpoints.add(address >>> 0);
  }

  clearBreakpoint(address: number): void {
    this.#breakpoints.delete(address >>> 0);
  }

  register(index: number): number {
    const { core } = this.#subsystem;
    return (index === CPSR ? core.cpsr : (core.registers[index] ?? 0)) >>> 0;
  }

  setRegister(index: number, value: number): void {
    const { core } = this.#subsystem;
    if (index === CPSR) core.cpsr = value | 0;
    else if (index < CPSR) core.registers[index] = value;
  }

  /** TCMs, SDRAM, System RAM and ROM; undefined elsewhere: reading a register would change the machine. */
  readMemory(address: number, bytes: number): Uint8Array | undefined {
    const tcm = this.#subsystem.tcm(address, bytes);
    if (tcm !== undefined) return tcm.slice();
    const data = new Uint8Array(bytes);
    const { noc } = this.#machine.chip(this.place.x, this.place.y);
    for (let i = 0; i < bytes; i++) {
      if (!isMemory(address + i)) return undefined;
      const byte = noc.read((address + i) | 0, 1);
      if (Number.isNaN(byte)) return undefined;
      data[i] = byte;
    }
    return data;
  }

  /** @returns false where there is no memory to write */
  writeMemory(address: number, data: Uint8Array): boolean {
    if (this.#subsystem.writeTcm(address, data)) return true;
    const { noc } = this.#machine.chip(this.place.x, this.place.y);
    for (let i = 0; i < data.length; i++) {
      if (!isMemory(address + i) || !noc.write((address + i) | 0, 1, data[i]!)) return false;
    }
    return true;
  }

  #observe(): void {
    const needed = this.#breakpoints.size > 0 || this.#steps !== undefined;
    this.#subsystem.core.observer = needed ? (core) => this.#beforeInstruction(core) : this.#observerBefore;
  }

  #beforeInstruction(core: Core): boolean {
    const leaving = this.#leaving;
    this.#leaving = false;
    if (this.#steps === 0) {
      this.#stop("step");
      return true;
    }
    if (!leaving && this.#breakpoints.has(core.registers[15]! >>> 0)) {
      this.#stop("breakpoint");
      return true;
    }
    if (this.#steps !== undefined) this.#steps--;
    return this.#observerBefore?.(core) ?? false;
  }

  #stop(reason: DebugStop): void {
    this.#running = false;
    this.#machine.paused = true;
    this.#stopped(reason);
  }
}

/** SDRAM, System RAM, boot ROM or boot area. */
function isMemory(address: number): boolean {
  const top = (address >>> 24) & 0xff;
  return (top >= 0x60 && top < 0x80) || [0xe5, 0xf5, 0xe6, 0xf6, 0xff].includes(top);
}

/**
 * The little that `tick.c` needs around its core: a periodic timer and the vector register of an interrupt controller.
 * Runs in virtual time; a sleeping core costs nothing.
 */

import { ArmCore, type ArmCoreOptions, type Bus, CoreMemory } from "../../src/host-sim/arm/index.ts";
import { TICK_PROGRAM } from "./tick.ts";

const TIMER_INT_CLR = 0x1100_000c;
const VIC_VECTOR = 0x1f00_0030;
/** Core cycles between interrupts: 0.1 ms at 200 MHz, of which the program is busy for about half. */
const TICK_CYCLES = 20_000;
/** Of an access to a peripheral on the core's own bus. */
const PERIPHERAL_WAIT_CYCLES = 2;

export class TickBoard implements Bus {
  fault = false;
  waitCycles = 0;
  readonly core: ArmCore;
  #nextTick = TICK_CYCLES;

  /** @param options as for the core; with `translations` it runs translated code */
  constructor(options: ArmCoreOptions = {}) {
    this.core = new ArmCore(new CoreMemory(1), 0, this, options);
    this.core.reset(false);
    this.core.itcm.set(new Uint8Array(TICK_PROGRAM.buffer));
    this.core.invalidate(0, this.core.itcm.length);
  }

  /** Lets core and timer go on until the core's clock is at `cycles`, or a few more. */
  runUntil(cycles: number): void {
    const { core } = this;
    while (core.cycles < cycles) {
      const next = Math.min(this.#nextTick, cycles);
      if (core.run(next - core.cycles) === "waiting") core.cycles = next;
      if (core.cycles < this.#nextTick) continue;
      this.#nextTick += TICK_CYCLES;
      core.irq = true;
    }
  }

  read32(address: number): number {
    this.waitCycles += PERIPHERAL_WAIT_CYCLES;
    if (address !== VIC_VECTOR) this.fault = true;
    return 0;
  }

  write32(address: number, _value: number): void {
    this.waitCycles += PERIPHERAL_WAIT_CYCLES;
    if (address === TIMER_INT_CLR) this.core.irq = false;
    else if (address !== VIC_VECTOR) this.fault = true;
  }

  // The program accesses words only.

  read8(): number {
    this.fault = true;
    return 0;
  }

  read16(): number {
    this.fault = true;
    return 0;
  }

  write8(): void {
    this.fault = true;
  }

  write16(): void {
    this.fault = true;
  }
}

/**
 * Watchdog of a chip: ARM SP805 (SpiNNaker datasheet §16). Interrupts at the first expiry, resets the chip at the
 * second.
 */

import { BUS_ERROR, type Peripheral, type Scheduler } from "./peripheral.ts";

const LOAD = 0x00;
const COUNT = 0x04;
const CONTROL = 0x08;
const INT_CLR = 0x0c;
const RAW_INT = 0x10;
const MASKED_INT = 0x14;
const LOCK = 0xc00;

const COUNT_ENABLE = 1 << 0;
const RESET_ENABLE = 1 << 1;
/** Writing this to LOCK allows writes to the other registers; anything else forbids them. */
const UNLOCK = 0x1acc_e551;
const IDENTIFICATION = [0x05, 0x18, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

/** Core clock cycles of 200 MHz per count: the system bus runs at 133 MHz. */
const COUNT_CYCLES = 1.5;

export class Watchdog implements Peripheral {
  readonly #scheduler: Scheduler;
  readonly #interrupt: (level: boolean) => void;
  readonly #expired: () => void;
  #load = 0xffff_ffff;
  #control = 0;
  #locked = false;
  #raw = false;
  #since = 0;
  /** Counts the settings, so that an expiry knows whether it is still meant. */
  #generation = 0;

  /**
   * @param interrupt level of interrupt source 0
   * @param expired the second expiry without attention: the chip is to be reset
   */
  constructor(scheduler: Scheduler, interrupt: (level: boolean) => void, expired: () => void) {
    this.#scheduler = scheduler;
    this.#interrupt = interrupt;
    this.#expired = expired;
  }

  reset(): void {
    this.#generation++;
    this.#load = 0xffff_ffff;
    this.#control = 0;
    this.#locked = false;
    this.#raw = false;
  }

  read(offset: number): number {
    switch (offset) {
      case LOAD:
        return this.#load;
      case COUNT:
        return this.#count();
      case CONTROL:
        return this.#control;
      case INT_CLR:
        return 0;
      case RAW_INT:
        return this.#raw ? 1 : 0;
      case MASKED_INT:
        return this.#raw && (this.#control & COUNT_ENABLE) !== 0 ? 1 : 0;
      case LOCK:
        return this.#locked ? 1 : 0;
      default:
        return offset >= 0xfe0 && offset < 0x1000 ? (IDENTIFICATION[(offset - 0xfe0) >>> 2] ?? 0) : BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    if (offset === LOCK) {
      this.#locked = value >>> 0 !== UNLOCK;
      return true;
    }
    if (offset > MASKED_INT) return false;
    if (this.#locked) return true;
    switch (offset) {
      case LOAD:
        this.#load = value >>> 0;
        this.#start();
        break;
      case CONTROL:
        this.#control = value & 3;
        this.#start();
        break;
      case INT_CLR:
        this.#raw = false;
        this.#start();
        break;
    }
    this.#interrupt(this.#raw && (this.#control & COUNT_ENABLE) !== 0);
    return true;
  }

  #count(): number {
    if ((this.#control & COUNT_ENABLE) === 0) return this.#load;
    return Math.max(0, this.#load - Math.floor((this.#scheduler.now - this.#since) / COUNT_CYCLES));
  }

  #start(): void {
    const generation = ++this.#generation;
    this.#since = this.#scheduler.now;
    if ((this.#control & COUNT_ENABLE) === 0) return;
    this.#scheduler.at(this.#since + Math.ceil(Math.max(1, this.#load) * COUNT_CYCLES), () => {
      if (generation === this.#generation) this.#expire();
    });
  }

  #expire(): void {
    if (this.#raw && (this.#control & RESET_ENABLE) !== 0) {
      this.#expired();
      return;
    }
    this.#raw = true;
    this.#interrupt(true);
    this.#start();
  }
}

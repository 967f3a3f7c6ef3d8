/**
 * One of the two timers of a core: the dual-timer of ARM's development kit, as the SpiNNaker datasheet shows it (§5).
 *
 * The counter is not ticked: its value follows from the time at which it was last set, so a timer costs nothing while
 * nobody looks. The owner asks for {@link Timer.alarm} and calls {@link Timer.advance} when that time has come.
 */

import { BUS_ERROR, type Clock, NEVER, type Peripheral } from "./peripheral.ts";

const LOAD = 0x00;
export const TIMER_COUNT = 0x04;
const CONTROL = 0x08;
const INT_CLR = 0x0c;
const RAW_INT = 0x10;
const MASKED_INT = 0x14;
const BG_LOAD = 0x18;

const ONE_SHOT = 1 << 0;
const SIZE_32 = 1 << 1;
const INT_ENABLE = 1 << 5;
const PERIODIC = 1 << 6;
const ENABLE = 1 << 7;

/** Interrupt enabled, everything else off. */
const CONTROL_RESET = 0x20;

const PRESCALE_BITS = 3 << 2;
/** Clock cycles per count for CONTROL[3:2]; 3 is undefined and taken as 256. */
const PRESCALE = [1, 16, 256, 256] as const;

export class Timer implements Peripheral {
  readonly #clock: Clock;
  readonly #line: (level: boolean) => void;
  #control = CONTROL_RESET;
  #reload = 0xffff_ffff;
  /** Value of the counter at {@link #since}. */
  #count = 0xffff_ffff;
  /** Time at which the counter had the value {@link #count}. */
  #since = 0;
  #raw = false;
  /** Time that a cycle of the core's clock takes. */
  #period = 1;
  /** A one-shot count is over; a new one begins with a write to LOAD, or when the one-shot bit is cleared. */
  #halted = false;

  /** @param line called with the level of the interrupt request whenever it may have changed */
  constructor(clock: Clock, line: (level: boolean) => void) {
    this.#clock = clock;
    this.#line = line;
  }

  /** When the interrupt line will next rise by itself, if nothing is written before. */
  get alarm(): number {
    if (!this.#counting() || (this.#control & INT_ENABLE) === 0 || this.#raw) return NEVER;
    return Math.ceil(this.#zeroAt());
  }

  /** When the counter will be 0, if until then reading COUNT is all that its time does: it may go on unwatched. */
  get freeRunningUntil(): number | undefined {
    const plain = ENABLE | SIZE_32;
    const mask = plain | ONE_SHOT | INT_ENABLE | PRESCALE_BITS;
    return (this.#control & mask) === plain && this.#period === 1 ? this.#zeroAt() : undefined;
  }

  /** The core's clock has another rate from now on. @param period time that a cycle takes */
  setPeriod(period: number): void {
    if (period === this.#period) return;
    this.advance();
    this.#count = this.#value();
    this.#since = this.#clock.now;
    this.#period = period;
  }

  /** Brings the counter to the present; raises the interrupt if it passed zero. */
  advance(): void {
    if (!this.#counting()) {
      this.#since = this.#clock.now;
      return;
    }
    const zeroAt = this.#zeroAt();
    if (this.#clock.now < zeroAt) return;
    this.#raw = true;
    if ((this.#control & ONE_SHOT) !== 0) {
      this.#count = 0;
      this.#since = this.#clock.now;
      this.#halted = true;
    } else {
      this.#count = (this.#control & PERIODIC) !== 0 ? this.#masked(this.#reload) : this.#masked(0xffff_ffff);
      const period = Math.max(1, this.#count) * this.#countTime();
      this.#since = zeroAt + Math.floor((this.#clock.now - zeroAt) / period) * period;
    }
    this.#drive();
  }

  /** Hard reset only: a soft reset leaves timers running. */
  reset(): void {
    this.#control = CONTROL_RESET;
    this.#reload = 0xffff_ffff;
    this.#count = 0xffff_ffff;
    this.#since = this.#clock.now;
    this.#raw = false;
    this.#halted = false;
    this.#drive();
  }

  /** The clock stood still for `cycles`; the counter goes on from where it was. */
  pause(cycles: number): void {
    this.#since += cycles;
  }

  read(offset: number): number {
    this.advance();
    switch (offset) {
      case LOAD:
      case BG_LOAD:
        return this.#reload;
      case TIMER_COUNT:
        return this.#value();
      case CONTROL:
        return this.#control;
      case INT_CLR:
        return 0;
      case RAW_INT:
        return this.#raw ? 1 : 0;
      case MASKED_INT:
        return this.#level() ? 1 : 0;
      default:
        return BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    this.advance();
    switch (offset) {
      case LOAD:
        this.#reload = value >>> 0;
        this.#count = this.#masked(this.#reload);
        this.#since = this.#clock.now;
        this.#halted = false;
        break;
      case BG_LOAD:
        this.#reload = value >>> 0;
        break;
      case CONTROL:
        this.#count = this.#value();
        this.#since = this.#clock.now;
        this.#control = value & 0xff;
        this.#count = this.#masked(this.#count);
        if ((value & ONE_SHOT) === 0) this.#halted = false;
        break;
      case INT_CLR:
        this.#raw = false;
        break;
      case TIMER_COUNT:
      case RAW_INT:
      case MASKED_INT:
        return true;
      default:
        return false;
    }
    this.#drive();
    return true;
  }

  #counting(): boolean {
    return (this.#control & ENABLE) !== 0 && !this.#halted;
  }

  /** Time that the counter takes to go down by one. */
  #countTime(): number {
    return (PRESCALE[(this.#control >>> 2) & 3] ?? 1) * this.#period;
  }

  #masked(count: number): number {
    return (this.#control & SIZE_32) !== 0 ? count : count & 0xffff;
  }

  /** The datasheet does not say whether a period is LOAD or LOAD + 1 cycles; it is LOAD here, and never less than one. */
  #zeroAt(): number {
    return this.#since + Math.max(1, this.#count) * this.#countTime();
  }

  #value(): number {
    if (!this.#counting()) return this.#count;
    return Math.max(0, this.#count - Math.floor((this.#clock.now - this.#since) / this.#countTime()));
  }

  #level(): boolean {
    return this.#raw && (this.#control & INT_ENABLE) !== 0;
  }

  #drive(): void {
    this.#line(this.#level());
  }
}

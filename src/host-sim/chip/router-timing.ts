/** The router's timing counters (SpiNNaker datasheet §10.11, r12 to r31): cycles, busy cycles, delays of packets. */

import type { Clock } from "./peripheral.ts";
import { ROUTER_CYCLE } from "./router-wait.ts";

const ENABLE_CYCLES = 1 << 0;
const ENABLE_BUSY = 1 << 1;
const ENABLE_HISTOGRAM = 1 << 2;
const RESET_CYCLES = 1 << 16;
const RESET_BUSY = 1 << 17;
const RESET_HISTOGRAM = 1 << 18;
const BINS = 16;

export class RouterTiming {
  readonly #clock: Clock;
  readonly #histogram = new Uint32Array(BINS);
  #control = 0;
  /** Time at which the cycle counter was zero. */
  #cyclesFrom = 0;
  #busyCycles = 0;
  #unblocked = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get control(): number {
    return this.#control;
  }

  set control(value: number) {
    if ((value & RESET_CYCLES) !== 0 || (value & ~this.#control & ENABLE_CYCLES) !== 0) {
      this.#cyclesFrom = this.#clock.now;
    }
    if ((value & RESET_BUSY) !== 0) this.#busyCycles = 0;
    if ((value & RESET_HISTOGRAM) !== 0) {
      this.#histogram.fill(0);
      this.#unblocked = 0;
    }
    this.#control = value & (ENABLE_CYCLES | ENABLE_BUSY | ENABLE_HISTOGRAM);
  }

  get cycles(): number {
    if ((this.#control & ENABLE_CYCLES) === 0) return 0;
    return Math.floor((this.#clock.now - this.#cyclesFrom) / ROUTER_CYCLE) | 0;
  }

  get busyCycles(): number {
    return this.#busyCycles | 0;
  }

  get unblockedPackets(): number {
    return this.#unblocked | 0;
  }

  /** Packets whose delay fell into a bin. */
  bin(index: number): number {
    return this.#histogram[index] ?? 0;
  }

  /** A packet has left after waiting for `delay` core clock cycles. */
  count(delay: number): void {
    const cycles = Math.floor(delay / ROUTER_CYCLE);
    if ((this.#control & ENABLE_BUSY) !== 0) this.#busyCycles += 1 + cycles;
    if ((this.#control & ENABLE_HISTOGRAM) === 0) return;
    if (cycles === 0) this.#unblocked++;
    else this.#histogram[Math.min(BINS - 1, (cycles - 1) >>> 4)]!++;
  }
}

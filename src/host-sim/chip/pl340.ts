/**
 * SDRAM controller ARM PL340 with the chip's delay-locked loop, as far as software touches it: registers keep what is
 * written, the controller reports the state that was commanded, and the delay line is always locked.
 */

import { BUS_ERROR, type Peripheral } from "./peripheral.ts";

const STATUS = 0x00;
const COMMAND = 0x04;
const DLL_STATUS = 0x300;
const WINDOW_BYTES = 0x1000;

/** Controller states of STATUS[1:0]. */
const STATE = { CONFIGURE: 0, READY: 1, PAUSED: 2 } as const;
/** COMMAND values: 0 go, 3 pause, 4 configure; the others change no state here. */
const STATE_AFTER: Readonly<Record<number, number>> = { 0: STATE.READY, 3: STATE.PAUSED, 4: STATE.CONFIGURE };

const DLL_LOCKED = 1 << 18;

export class Pl340 implements Peripheral {
  readonly #registers = new Uint32Array(WINDOW_BYTES / 4);
  #state: number = STATE.CONFIGURE;

  reset(): void {
    this.#registers.fill(0);
    this.#state = STATE.CONFIGURE;
  }

  read(offset: number): number {
    if (offset >= WINDOW_BYTES) return BUS_ERROR;
    if (offset === STATUS) return this.#state;
    if (offset === DLL_STATUS) return DLL_LOCKED;
    return this.#registers[offset >>> 2]!;
  }

  write(offset: number, value: number): boolean {
    if (offset >= WINDOW_BYTES) return false;
    if (offset === COMMAND) this.#state = STATE_AFTER[value & 7] ?? this.#state;
    this.#registers[offset >>> 2] = value;
    return true;
  }
}

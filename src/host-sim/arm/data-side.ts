/**
 * Loads and stores in full: TCM windows and enables, alignment, bus errors, wait cycles, code that is overwritten.
 * The engines handle aligned accesses to enabled TCMs themselves and leave the rest to this.
 *
 * The TCMs repeat through their windows of 4 MiB each.
 */

import type { Clock } from "./clock.ts";
import type { Bus } from "./core.ts";
import { DTCM_BYTES, DTCM_OFFSET, ITCM_BYTES } from "./core-memory.ts";

/** First address of the DTCM window, and size of either window. */
export const DTCM_ADDRESS = 0x0040_0000;

export class DataSide {
  /** Control bits of coprocessor 15 that matter here. */
  itcmEnabled = true;
  dtcmEnabled = true;
  alignmentFaults = false;
  /** The last access ended in a bus error or alignment fault: take the abort and set this false. */
  aborted = false;
  /** The access is made as user mode makes it (LDRT, STRT). */
  userAccess = false;
  /** ITCM bytes are about to be decoded anew. */
  readonly #invalidate: (offset: number, bytes: number) => void;
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #bytes: Uint8Array;
  readonly #halves: Uint16Array;
  readonly #words: Int32Array;

  /** @param bytes the core's memory from its base: ITCM at 0, DTCM at 0x10000 */
  constructor(bytes: Uint8Array, bus: Bus, clock: Clock, invalidate: (offset: number, bytes: number) => void) {
    this.#bytes = bytes;
    this.#halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.#bus = bus;
    this.#clock = clock;
    this.#invalidate = invalidate;
  }

  /** An unaligned word is the aligned one rotated, so that the addressed byte comes lowest. */
  load32(address: number): number {
    const misalignment = address & 3;
    if (misalignment === 0) return this.#read32(address);
    if (this.alignmentFaults) return this.#abort();
    const word = this.#read32(address & ~3);
    return (word >>> (8 * misalignment)) | (word << (32 - 8 * misalignment));
  }

  /** Word of a multiple transfer: the low address bits do not exist. */
  load32Aligned(address: number): number {
    if ((address & 3) !== 0 && this.alignmentFaults) return this.#abort();
    return this.#read32(address & ~3);
  }

  load16(address: number): number {
    if ((address & 1) !== 0 && this.alignmentFaults) return this.#abort();
    const at = this.#tcmOffset(address);
    if (at >= 0) return this.#halves[at >>> 1]!;
    return this.#settle(this.#bus.read16(address & ~1));
  }

  load8(address: number): number {
    const at = this.#tcmOffset(address);
    if (at >= 0) return this.#bytes[at]!;
    return this.#settle(this.#bus.read8(address));
  }

  store32(address: number, value: number): void {
    if ((address & 3) !== 0 && this.alignmentFaults) {
      this.aborted = true;
      return;
    }
    const at = this.#tcmOffset(address);
    if (at >= 0) {
      this.#words[at >>> 2] = value;
      if (at < ITCM_BYTES) this.#invalidate(at & ~3, 4);
    } else {
      this.#bus.write32(address & ~3, value);
      this.#settle(0);
    }
  }

  store16(address: number, value: number): void {
    if ((address & 1) !== 0 && this.alignmentFaults) {
      this.aborted = true;
      return;
    }
    const at = this.#tcmOffset(address);
    if (at >= 0) {
      this.#halves[at >>> 1] = value;
      if (at < ITCM_BYTES) this.#invalidate(at & ~1, 2);
    } else {
      this.#bus.write16(address & ~1, value);
      this.#settle(0);
    }
  }

  store8(address: number, value: number): void {
    const at = this.#tcmOffset(address);
    if (at >= 0) {
      this.#bytes[at] = value;
      if (at < ITCM_BYTES) this.#invalidate(at, 1);
    } else {
      this.#bus.write8(address, value);
      this.#settle(0);
    }
  }

  /**
   * Instruction word at a multiple of 4; sets {@link aborted} where there is none.
   *
   * @param again the word was fetched before, by the Thumb instruction in its lower half: it takes no time
   */
  fetch(address: number, again: boolean): number {
    const at = this.#tcmOffset(address);
    if (at >= 0) return this.#words[at >>> 2]!;
    const word = this.#bus.read32(address);
    if (again) this.#bus.waitCycles = 0;
    return this.#settle(word);
  }

  #read32(address: number): number {
    const at = this.#tcmOffset(address);
    if (at >= 0) return this.#words[at >>> 2]!;
    return this.#settle(this.#bus.read32(address));
  }

  /** Offset into the core's memory, -1 where the bus answers. */
  #tcmOffset(address: number): number {
    if ((address & 0xff80_0000) !== 0) return -1;
    if ((address & DTCM_ADDRESS) !== 0) return this.dtcmEnabled ? DTCM_OFFSET | (address & (DTCM_BYTES - 1)) : -1;
    return this.itcmEnabled ? address & (ITCM_BYTES - 1) : -1;
  }

  #settle(value: number): number {
    const bus = this.#bus;
    if (bus.waitCycles !== 0) {
      this.#clock.left -= bus.waitCycles;
      bus.waitCycles = 0;
    }
    if (bus.fault) {
      bus.fault = false;
      this.aborted = true;
    }
    return value;
  }

  #abort(): number {
    this.aborted = true;
    return 0;
  }
}

/**
 * Micro-operations of all ITCM code, decoded when first reached.
 *
 * One array for both instruction sets: two words per instruction, ARM entries from 0, Thumb entries after them. The
 * index of an instruction at `pc` is `pc >>> 1` in ARM state and `THUMB_ENTRIES + pc` in Thumb state.
 */

import { ITCM_BYTES } from "./core-memory.ts";
import { NO_SOURCES } from "./cycles.ts";
import { decodeArm, decodeThumb } from "./decode.ts";

/** First word of the Thumb entries. */
export const THUMB_ENTRIES: number = ITCM_BYTES / 2;
const ENTRY_WORDS = THUMB_ENTRIES + ITCM_BYTES;

export class DecodeCache {
  readonly entries: Int32Array = new Int32Array(ENTRY_WORDS);
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;

  /** @param itcm the 32 KiB of code */
  constructor(itcm: Uint8Array) {
    this.#words = new Int32Array(itcm.buffer, itcm.byteOffset, ITCM_BYTES / 4);
    this.#halves = new Uint16Array(itcm.buffer, itcm.byteOffset, ITCM_BYTES / 2);
  }

  /** Fills the entry of the instruction at `pc`, an ITCM address. */
  decode(pc: number, thumb: boolean): void {
    if (thumb) {
      const at = pc >>> 1;
      const half = this.#halves[at]!;
      decodeThumb(half, this.#halves[at - 1] ?? 0, this.#halves[at + 1] ?? 0, pc, this.entries, THUMB_ENTRIES + pc);
    } else {
      const at = pc >>> 2;
      decodeArm(this.#words[at]!, this.#words[at + 1] ?? NO_SOURCES, pc, this.entries, pc >>> 1);
    }
  }

  /** Forgets `bytes` from `offset`, and the instructions beside them, whose interlocks or loops depend on them. */
  invalidate(offset: number, bytes: number): void {
    const from = Math.max(0, (offset & ~3) - 4);
    const to = Math.min(ITCM_BYTES, offset + bytes + 4);
    for (let address = from; address < to; address += 4) {
      this.#forget(address >>> 1);
      this.#forget(THUMB_ENTRIES + address);
      this.#forget(THUMB_ENTRIES + address + 2);
    }
  }
  /** Without touching memory that was never used. */
  #forget(entry: number): void {
    if (this.entries[entry] !== 0) this.entries[entry] = 0;
  }
}

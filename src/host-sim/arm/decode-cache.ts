/**
 * Micro-operations of all ITCM code, decoded when first reached.
 *
 * One array for both instruction sets: two words per instruction, ARM entries from 0, Thumb entries after them. The
 * index of an instruction at `pc` is `pc >>> 1` in ARM state and `THUMB_ENTRIES + pc` in Thumb state.
 *
 * Cores with the same ITCM share the array once their program has settled, until one of them changes its code: a hundred
 * arrays would not fit the host's caches.
 */

import { ITCM_BYTES } from "./core-memory.ts";
import { NO_SOURCES } from "./cycles.ts";
import { decodeArm, decodeThumb } from "./decode.ts";

/** First word of the Thumb entries. */
export const THUMB_ENTRIES: number = ITCM_BYTES / 2;
const ENTRY_WORDS = THUMB_ENTRIES + ITCM_BYTES;
/** Instructions decoded one after the other, no code being written between, before a program is taken to have settled. */
const SETTLED_AFTER = 64;
/** Programs that are remembered. */
const MOST_PROGRAMS = 64;

export interface DecodedProgram {
  /** Above 0, like no other's. */
  readonly number: number;
  /** The whole ITCM. */
  readonly words: Int32Array;
  readonly entries: Int32Array;
}

let programsSeen = 0;

/** Decoded programs, for all cores that are given the same. */
export class DecodedPrograms {
  /** The latest last. */
  readonly #programs: DecodedProgram[] = [];

  /** What an ITCM with these contents shares; `entries`, which belong to it, if it is the first. */
  share(words: Int32Array, entries: Int32Array): DecodedProgram {
    const known = this.#programs.find((program) => program.words.every((word, i) => word === words[i]));
    if (known !== undefined) return known;
    if (this.#programs.length === MOST_PROGRAMS) this.#programs.shift();
    const program = { number: ++programsSeen, words: words.slice(), entries };
    this.#programs.push(program);
    return program;
  }
}

export class DecodeCache {
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #programs: DecodedPrograms;
  readonly #settled: (program: DecodedProgram) => void;
  #entries: Int32Array = new Int32Array(ENTRY_WORDS);
  #shared = false;
  /** Instructions decoded since code was last written. */
  #decoded = 0;

  /**
   * @param itcm the 32 KiB of code
   * @param settled called when the cache is shared from now on, until {@link invalidate} says otherwise
   */
  constructor(itcm: Uint8Array, programs: DecodedPrograms, settled: (program: DecodedProgram) => void) {
    this.#settled = settled;
    this.#words = new Int32Array(itcm.buffer, itcm.byteOffset, ITCM_BYTES / 4);
    this.#halves = new Uint16Array(itcm.buffer, itcm.byteOffset, ITCM_BYTES / 2);
    this.#programs = programs;
  }

  /** Another array after {@link decode} and {@link invalidate}. */
  get entries(): Int32Array {
    return this.#entries;
  }

  /** Fills the entry of the instruction at `pc`, an ITCM address. */
  decode(pc: number, thumb: boolean): void {
    if (!this.#shared && ++this.#decoded > SETTLED_AFTER) {
      const program = this.#programs.share(this.#words, this.#entries);
      this.#entries = program.entries;
      this.#shared = true;
      this.#settled(program);
    }
    if (thumb) {
      const at = pc >>> 1;
      const half = this.#halves[at]!;
      decodeThumb(half, this.#halves[at - 1] ?? 0, this.#halves[at + 1] ?? 0, pc, this.#entries, THUMB_ENTRIES + pc);
    } else {
      const at = pc >>> 2;
      decodeArm(this.#words[at]!, this.#words[at + 1] ?? NO_SOURCES, pc, this.#entries, pc >>> 1);
    }
  }

  /**
   * Forgets `bytes` from `offset`, and the instructions beside them, whose interlocks or loops depend on them.
   *
   * @returns was the cache shared, so that {@link entries} are another array now?
   */
  invalidate(offset: number, bytes: number): boolean {
    const wasShared = this.#shared;
    if (wasShared) this.#entries = this.#entries.slice();
    this.#shared = false;
    this.#decoded = 0;
    const from = Math.max(0, (offset & ~3) - 4);
    const to = Math.min(ITCM_BYTES, offset + bytes + 4);
    for (let address = from; address < to; address += 4) {
      this.#forget(address >>> 1);
      this.#forget(THUMB_ENTRIES + address);
      this.#forget(THUMB_ENTRIES + address + 2);
    }
    return wasShared;
  }

  /** Without touching memory that was never used. */
  #forget(entry: number): void {
    if (this.#entries[entry] !== 0) this.#entries[entry] = 0;
  }
}

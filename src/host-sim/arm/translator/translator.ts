/**
 * The fast engine of a core: runs translated regions where there are any, has the interpreter do the rest, and
 * translates what is reached often.
 */

import type { Clock } from "../clock.ts";
import { type CoreMemory, ENTRIES_OFFSET, ITCM_BYTES } from "../core-memory.ts";
import type { DataSide } from "../data-side.ts";
import type { DecodeCache } from "../decode-cache.ts";
import type { Exceptions } from "../exceptions.ts";
import { FUNCTION_SHIFT, type HotCode, SINGLE_STEP } from "../hot-code.ts";
import type { Interpreter } from "../interpreter.ts";
import { ABORTED, type CoreState, LEFT_AT_ACCESS, SYSTEM, T, UNUSUAL_CONTROL } from "../state.ts";
import type { BusAccesses } from "./bus-functions.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { type CodeKey, entryOf, RegionFinder } from "./region.ts";
import { Translation, type TranslationCache } from "./translation.ts";

/** Times code is reached before it is translated: about what a translation costs in interpreted instructions. */
export const TRANSLATION_THRESHOLD = 1000;

/** Times code is reached before it is worth asking whether another core has had it translated. */
const WORTH_ASKING = 4;
/** Code that a program keeps writing over, or that shares its words with data, is not translated any more. */
const MOST_SPOILT = 8;

/** What a translator works with: the parts of its core. */
export interface CoreParts {
  readonly state: CoreState;
  readonly clock: Clock;
  readonly data: DataSide;
  readonly exceptions: Exceptions;
  readonly cache: DecodeCache;
  readonly interpreter: Interpreter;
}

export class Translator implements HotCode, BusAccesses {
  readonly entries: Int32Array;
  readonly threshold: number;
  readonly #base: number;
  readonly #parts: CoreParts;
  readonly #words: Int32Array;
  readonly #clock: Clock;
  readonly #data: DataSide;
  readonly #translations: TranslationCache;
  readonly #dispatcher: Dispatcher;
  readonly #itcm: Int32Array;
  /** By function number. */
  readonly #active = new Map<number, Translation>();
  /** By decode cache index: how often the program itself wrote over a region that begins there. */
  readonly #spoilt = new Map<number, number>();
  /** Since the last look, translated code was written over. */
  #overwritten = false;
  /** By ITCM word: may a region depend on it? */
  readonly #covered: Uint8Array = new Uint8Array(ITCM_BYTES / 4);

  constructor(memory: CoreMemory, core: number, parts: CoreParts, translations: TranslationCache, threshold: number) {
    const { buffer } = memory.memory;
    this.#base = memory.base(core);
    this.#parts = parts;
    this.#words = parts.state.words;
    this.#clock = parts.clock;
    this.#data = parts.data;
    this.#translations = translations;
    this.#itcm = new Int32Array(buffer, this.#base, ITCM_BYTES / 4);
    this.entries = new Int32Array(buffer, this.#base + ENTRIES_OFFSET, parts.cache.entries.length);
    this.threshold = threshold;
    this.#dispatcher = translations.dispatcher(memory);
    this.#dispatcher.attach(this.#base, this);
  }

  /** Executes while `clock.left` is positive, or until the core has to look at its lines and requests. */
  run(): void {
    const clock = this.#clock;
    const words = this.#words;
    if ((words[SYSTEM]! & UNUSUAL_CONTROL) !== 0) {
      // Rare enough to let the interpreter do the whole run, even if the program changes that meanwhile.
      this.#parts.interpreter.run(undefined);
      return;
    }
    while (clock.left > 0) {
      const result = this.#dispatcher.dispatch(this.#base, clock.left);
      clock.left = result >> 1;
      if (this.#overwritten) {
        // The function that was left has just told where it goes on, but may be one of those that are gone.
        this.#overwritten = false;
        this.#parts.state.forgetTranslated();
      }
      if ((result & 1) === 0) return;
      const { state, exceptions, interpreter } = this.#parts;
      if (this.#data.aborted) {
        this.#data.aborted = false;
        words[ABORTED] = 0;
        exceptions.dataAbort();
      } else if (state.pendingInterrupts !== 0) {
        clock.interrupt();
        return;
      } else {
        const entry = this.#entry();
        if (entry !== SINGLE_STEP && entry <= 0) interpreter.run(this);
        else if (!interpreter.executeUncommon()) {
          clock.held += clock.left - 1;
          clock.left = 1;
          interpreter.run(undefined);
          return;
        }
      }
    }
  }

  load32(address: number): number {
    this.#clock.left = this.#words[LEFT_AT_ACCESS]!;
    return this.#accessed(this.#data.load32(address));
  }

  load16(address: number): number {
    this.#clock.left = this.#words[LEFT_AT_ACCESS]!;
    return this.#accessed(this.#data.load16(address));
  }

  load8(address: number): number {
    this.#clock.left = this.#words[LEFT_AT_ACCESS]!;
    return this.#accessed(this.#data.load8(address));
  }

  store32(address: number, value: number): void {
    this.#clock.left = this.#words[LEFT_AT_ACCESS]!;
    this.#data.store32(address, value);
    this.#accessed(0);
  }

  store16(address: number, value: number): void {
    this.#clock.left = this.#words[LEFT_AT_ACCESS]!;
    this.#data.store16(address, value);
    this.#accessed(0);
  }

  store8(address: number, value: number): void {
    this.#clock.left = this.#words[LEFT_AT_ACCESS]!;
    this.#data.store8(address, value);
    this.#accessed(0);
  }

  #accessed(value: number): number {
    this.#words[LEFT_AT_ACCESS] = this.#clock.left;
    if (this.#data.aborted) this.#words[ABORTED] = 1;
    return value;
  }

  /** The entry at r15, counted; translated if it is time. 0 outside the ITCM. */
  #entry(): number {
    const pc = this.#words[15]!;
    if (pc >>> 0 >= ITCM_BYTES) return 0;
    const key = pc | this.#words[T]!;
    const at = entryOf(key);
    const reached = this.entries[at]!;
    if (reached > 0 || reached < -this.threshold) return reached;
    if (reached === -this.threshold) this.#translate(key);
    else if (reached > -WORTH_ASKING) this.entries[at] = reached - 1;
    else if (!this.#share(key)) {
      this.entries[at] = reached - 1;
      if (this.#translations.countReached(at) === this.threshold) this.#translate(key);
    }
    return this.entries[at]!;
  }

  /** Takes over a translation that another core has had made. */
  #share(root: CodeKey): boolean {
    const translation = this.#translations.find(entryOf(root), this.#itcm);
    if (translation !== undefined) this.#activate(translation, entryOf(root));
    return translation !== undefined;
  }

  #translate(root: CodeKey): void {
    const at = entryOf(root);
    if ((this.#spoilt.get(at) ?? 0) >= MOST_SPOILT) this.entries[at] = -this.threshold - 1;
    else if (!this.#share(root)) {
      const region = new RegionFinder(this.#parts.cache, this.#itcm, this.entries).find(root);
      const translation = new Translation(region, this.#itcm);
      this.#translations.add(translation);
      this.#activate(translation, at);
    }
  }

  /** @param wanted decode cache index that was asked for */
  #activate(translation: Translation, wanted: number): void {
    const fn = this.#dispatcher.numberOf(translation);
    const { entries } = this;
    this.#active.set(fn, translation);
    for (const { at, place, needs } of translation.instructions) {
      // The first translation of an instruction stays: it has the more fitting neighbours, being hotter.
      if (entries[at]! > 0 && at !== wanted) continue;
      entries[at] = place === SINGLE_STEP ? SINGLE_STEP : (fn << FUNCTION_SHIFT) | place;
      entries[at + 1] = needs;
    }
    for (const place of translation.places) this.#covered[place] = 1;
  }

  /**
   * Forgets what depends on `bytes` of the ITCM from `offset`.
   *
   * @param settled until now other cores had the same program, and this one may be running what they had translated
   */
  invalidate(offset: number, bytes: number, settled: boolean): void {
    if (settled) this.#forgetTranslated();
    const from = Math.max(0, offset >> 2);
    const to = Math.min(ITCM_BYTES / 4, (offset + bytes + 3) >> 2);
    if (!this.#covered.subarray(from, to).includes(1)) return;
    this.#forgetTranslated();
    this.#covered.fill(0);
    for (const [fn, translation] of this.#active) {
      const { places, root } = translation;
      if (places.some((place) => place >= from && place < to)) {
        this.#active.delete(fn);
        this.#deactivate(fn, translation);
        // More than a word comes from a loader: a new program, which deserves a new chance.
        const at = entryOf(root);
        if (bytes > 4) this.#spoilt.delete(at);
        else this.#spoilt.set(at, (this.#spoilt.get(at) ?? 0) + 1);
      } else for (const place of places) this.#covered[place] = 1;
    }
  }

  /** Nothing of it may be executed any more: not even by a function that has just made this very store. */
  #forgetTranslated(): void {
    this.#clock.interrupt();
    this.#overwritten = true;
    this.#parts.state.forgetTranslated();
  }

  #deactivate(fn: number, { instructions }: Translation): void {
    const { entries } = this;
    for (const { at } of instructions) {
      if (entries[at] === SINGLE_STEP || entries[at]! >> FUNCTION_SHIFT === fn) entries[at] = 0;
    }
  }
}

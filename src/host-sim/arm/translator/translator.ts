/**
 * The fast engine of a core: runs translated regions where there are any, has the interpreter do the rest, and
 * translates what is reached often.
 */

import type { Clock } from "../clock.ts";
import type { Coprocessor15 } from "../coprocessor-15.ts";
import { type CoreMemory, ITCM_BYTES } from "../core-memory.ts";
import type { DataSide } from "../data-side.ts";
import type { DecodeCache } from "../decode-cache.ts";
import type { HotCode } from "../hot-code.ts";
import type { Interpreter } from "../interpreter.ts";
import { type CoreState, INSTRUCTIONS, T } from "../state.ts";
import { type CodeKey, entryOf, RegionFinder } from "./region.ts";
import { type RunRegion, Translation, type TranslationCache } from "./translation.ts";

/** Times code is reached before it is translated: about what a translation costs in interpreted instructions. */
export const TRANSLATION_THRESHOLD = 1000;

interface ActiveRegion {
  readonly root: CodeKey;
  readonly translation: Translation;
  readonly run: RunRegion;
}

/** A run of fewer instructions is not worth entering translated code for; one in three should be longer. */
const WORTHWHILE_INSTRUCTIONS = 12;
const MOST_FUTILE_RUNS = 50;
/** Code that a program keeps writing over, or that shares its words with data, is not translated any more. */
const MOST_SPOILT = 8;

/** Bits of an entry that tell the block; the region is above them. */
const BLOCK_BITS = 8;

export class Translator implements HotCode {
  readonly entries: Int32Array;
  readonly threshold: number;
  readonly #memory: CoreMemory;
  readonly #base: number;
  readonly #state: CoreState;
  readonly #clock: Clock;
  readonly #data: DataSide;
  readonly #cp15: Coprocessor15;
  readonly #cache: DecodeCache;
  readonly #interpreter: Interpreter;
  readonly #translations: TranslationCache;
  readonly #itcm: Int32Array;
  /** By number; [0] and forgotten ones undefined. */
  readonly #regions: (ActiveRegion | undefined)[] = [undefined];
  /** By decode cache index: runs that were not worthwhile, less twice those that were. */
  readonly #futile: Uint8Array;
  /** By decode cache index: how often the program itself wrote over a region that begins there. */
  readonly #spoilt: Uint8Array;
  /** By ITCM word: may a region depend on it? */
  readonly #covered: Uint8Array = new Uint8Array(ITCM_BYTES / 4);

  constructor(
    memory: CoreMemory,
    core: number,
    state: CoreState,
    clock: Clock,
    data: DataSide,
    cp15: Coprocessor15,
    cache: DecodeCache,
    interpreter: Interpreter,
    translations: TranslationCache,
    threshold: number,
  ) {
    this.#memory = memory;
    this.#base = memory.base(core);
    this.#state = state;
    this.#clock = clock;
    this.#data = data;
    this.#cp15 = cp15;
    this.#cache = cache;
    this.#interpreter = interpreter;
    this.#translations = translations;
    this.#itcm = new Int32Array(memory.memory.buffer, this.#base, ITCM_BYTES / 4);
    this.entries = new Int32Array(cache.entries.length);
    this.#futile = new Uint8Array(cache.entries.length);
    this.#spoilt = new Uint8Array(cache.entries.length);
    this.threshold = threshold;
  }

  /** Executes while `clock.left` is positive. */
  run(): void {
    const { left } = this.#clock;
    if (left <= 0) return;
    if (!this.#data.itcmEnabled || !this.#data.dtcmEnabled || !this.#cp15.loadsInterwork) {
      // Rare enough to let the interpreter do the whole run, even if the program changes that meanwhile.
      this.#interpreter.run(undefined);
      return;
    }
    while (this.#clock.left > 0) {
      if (!this.#runTranslated()) this.#interpreter.run(this);
    }
  }

  /** @returns false if the interpreter has to execute the next instruction */
  #runTranslated(): boolean {
    const { words, registers } = this.#state;
    const clock = this.#clock;
    for (;;) {
      const pc = registers[15]!;
      if (pc >>> 0 >= ITCM_BYTES) return false;
      const key = pc | words[T]!;
      const entry = this.#entry(key);
      if (entry <= 0) return false;
      const region = this.#regions[entry >> BLOCK_BITS]!;
      const block = (entry & ((1 << BLOCK_BITS) - 1)) - 1;
      if (clock.left <= region.translation.needs[block]!) return false;
      const result = region.run(this.#base, block, clock.left);
      clock.left = result >> 1;
      const executed = words[INSTRUCTIONS]!;
      clock.instructions += executed;
      if ((result & 1) !== 0) {
        this.#judge(key, executed);
        return false;
      }
      if (this.#state.pendingInterrupts !== 0) clock.interrupt();
      if (clock.left <= 0) return true;
    }
  }

  /** Gives up a block that again and again leaves almost everything to the interpreter, as a polling loop does. */
  #judge(key: CodeKey, executed: number): void {
    const at = entryOf(key);
    if (executed >= WORTHWHILE_INSTRUCTIONS) this.#futile[at] = Math.max(0, this.#futile[at]! - 2);
    else if (++this.#futile[at]! === MOST_FUTILE_RUNS) {
      this.#futile[at] = 0;
      this.entries[at] = 0;
    }
  }

  /** The entry at `key`, counted, and translated if it is time. */
  #entry(key: CodeKey): number {
    const at = entryOf(key);
    const reached = this.entries[at]!;
    if (reached > 0 || reached < -this.threshold) return reached;
    if (reached > -this.threshold) {
      this.entries[at] = reached - 1;
      return 0;
    }
    this.#translate(key);
    return this.entries[at]!;
  }

  #translate(root: CodeKey): void {
    if (this.#spoilt[entryOf(root)]! >= MOST_SPOILT) {
      this.entries[entryOf(root)] = -this.threshold - 1;
      return;
    }
    const translation = this.#translations.get(root, this.#itcm, () => {
      return new Translation(new RegionFinder(this.#cache, this.#itcm).find(root), this.#itcm);
    });
    if (!translation.keys.includes(root)) {
      this.entries[entryOf(root)] = -this.threshold - 1;
      return;
    }
    const id = this.#activate(root, translation);
    translation.keys.forEach((key, block) => {
      if (key < 0) return;
      const at = entryOf(key);
      // The first translation of a block stays: it has the more fitting neighbours, being hotter.
      if (this.entries[at]! <= 0 || key === root) this.entries[at] = (id << BLOCK_BITS) | (block + 1);
    });
    for (const place of translation.places) this.#covered[place] = 1;
  }

  /** @returns number of the region */
  #activate(root: CodeKey, translation: Translation): number {
    const active = this.#regions.findIndex((region) => region?.translation === translation);
    if (active > 0) return active;
    return this.#regions.push({ root, translation, run: translation.bind(this.#memory) }) - 1;
  }

  /** Forgets what depends on `bytes` of the ITCM from `offset`. */
  invalidate(offset: number, bytes: number): void {
    const from = Math.max(0, offset >> 2);
    const to = Math.min(ITCM_BYTES / 4, (offset + bytes + 3) >> 2);
    if (!this.#covered.subarray(from, to).includes(1)) return;
    this.#covered.fill(0);
    this.#regions.forEach((region, id) => {
      if (region === undefined) return;
      const { places, keys } = region.translation;
      if (places.some((place) => place >= from && place < to)) {
        this.#regions[id] = undefined;
        // More than a word comes from a loader: a new program, which deserves a new chance.
        const spoilt = entryOf(region.root);
        this.#spoilt[spoilt] = bytes > 4 ? 0 : Math.min(MOST_SPOILT, this.#spoilt[spoilt]! + 1);
        for (const key of keys) {
          const at = key < 0 ? -1 : entryOf(key);
          if (at >= 0 && this.entries[at]! >> BLOCK_BITS === id) this.entries[at] = 0;
        }
      } else for (const place of places) this.#covered[place] = 1;
    });
  }
}

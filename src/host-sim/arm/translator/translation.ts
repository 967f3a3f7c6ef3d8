/**
 * A translated region, independent of the core it was made for: any core whose ITCM holds the same words may run it.
 */

import { WASM, type WasmFunction, type WasmModule } from "../../../codegen/wasm/webassembly.ts";
import type { CoreMemory } from "../core-memory.ts";
import { NEVER_FAST, placeOf, SINGLE_STEP } from "../hot-code.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type Block, type CodeKey, entryOf, isHalfCall, type Region, sizeOf } from "./region.ts";
import { cyclesBeforeLast } from "./region-translator.ts";
import { translateRegion } from "./translate.ts";

/** Functions of a translation, as {@link translateRegion} describes them. */
export interface TranslatedFunctions {
  readonly run: WasmFunction;
  readonly step: WasmFunction;
}

/** What the entries of an instruction become, see `hot-code.ts`. */
export interface TranslatedInstruction {
  /** Decode cache index. */
  readonly at: number;
  /** Block and instruction; {@link SINGLE_STEP} where the interpreter goes on. */
  readonly place: number;
  readonly needs: number;
}

export class Translation {
  readonly root: CodeKey;
  readonly instructions: readonly TranslatedInstruction[];
  /** Indices of the ITCM words that the translation depends on, ascending. */
  readonly places: Int32Array;
  readonly #words: Int32Array;
  readonly #module: WasmModule;

  /** @param itcm words of the core that `region` was found in */
  constructor(region: Region, itcm: Int32Array) {
    const places = new Set<number>();
    for (const { key, code } of region.blocks) {
      // With the instruction before, which may make a branch a delay loop, and the one after, which may have to wait for
      // the result of the last.
      const start = Math.max(0, key - sizeOf(key));
      const end = key + sizeOf(key) * (code.length / 2 + 1);
      for (let place = start >>> 2; 4 * place < end && place < itcm.length; place++) places.add(place);
    }
    const bytes = translateRegion(region, (address) => {
      places.add(address >>> 2);
      return itcm[address >>> 2]!;
    });
    this.root = region.root;
    this.instructions = region.blocks.flatMap(instructionsOf);
    this.places = Int32Array.from(places).sort();
    this.#words = this.places.map((place) => itcm[place]!);
    this.#module = new WASM.Module(bytes);
  }

  /** Does this ITCM hold the code that was translated? */
  fits(itcm: Int32Array): boolean {
    return this.#words.every((word, i) => word === itcm[this.places[i]!]);
  }

  /** @param env the memory that the core's state is in, and the functions for accesses to the chip */
  bind(env: Readonly<Record<string, unknown>>): TranslatedFunctions {
    return new WASM.Instance(this.#module, { env }).exports as unknown as TranslatedFunctions;
  }
}

function instructionsOf(block: Block, index: number): TranslatedInstruction[] {
  const count = block.code.length / 2;
  const key = (i: number): CodeKey => block.key + sizeOf(block.key) * i;
  const needs = cyclesBeforeLast(block);
  const instructions = Array.from({ length: count }, (_, i) => ({
    at: entryOf(key(i)),
    place: isHalfCall(block, i) ? SINGLE_STEP : placeOf(index, i),
    needs: i === 0 ? needs : NEVER_FAST,
  }));
  if (block.interpret) instructions.push({ at: entryOf(key(count)), place: SINGLE_STEP, needs: NEVER_FAST });
  return instructions;
}

/** Different code at one address that is remembered: programs that are loaded in turn. */
const MOST_PER_ADDRESS = 8;

/** Translations by the addresses of their blocks, for cores that run the same program, and what runs them. */
export class TranslationCache {
  /** By decode cache index. */
  readonly #byBlock = new Map<number, Translation[]>();
  readonly #reached = new Map<number, number>();
  readonly #dispatchers = new WeakMap<CoreMemory, Dispatcher>();

  /** A translation that has a block at this decode cache index, if there is one for this code. */
  find(at: number, itcm: Int32Array): Translation | undefined {
    return this.#byBlock.get(at)?.find((translation) => translation.fits(itcm));
  }

  add(translation: Translation): void {
    for (const { at, needs } of translation.instructions) {
      if (needs === NEVER_FAST) continue;
      const known = this.#byBlock.get(at) ?? [];
      this.#byBlock.set(at, [...known.slice(1 - MOST_PER_ADDRESS), translation]);
    }
  }

  /** How often the code at a decode cache index was reached by all cores, from this time on. */
  countReached(at: number): number {
    const reached = (this.#reached.get(at) ?? 0) + 1;
    this.#reached.set(at, reached);
    return reached;
  }

  dispatcher(memory: CoreMemory): Dispatcher {
    let dispatcher = this.#dispatchers.get(memory);
    if (dispatcher === undefined) {
      dispatcher = new Dispatcher(memory);
      this.#dispatchers.set(memory, dispatcher);
    }
    return dispatcher;
  }
}

/**
 * A translated region, independent of the core it was made for: any core whose ITCM holds the same words may run it.
 */

import { WASM, type WasmModule } from "../../../codegen/wasm/webassembly.ts";
import type { CoreMemory } from "../core-memory.ts";
import { type CodeKey, type Region, sizeOf } from "./region.ts";
import { cyclesBeforeLast, isWorthEntering, translateRegion } from "./translate.ts";

/** As {@link translateRegion} describes it. */
export type RunRegion = (base: number, block: number, left: number) => number;

export class Translation {
  /** Where blocks begin; those that are not worth entering are left out as -1. */
  readonly keys: Int32Array;
  /** A block may be entered with more cycles left than this. */
  readonly needs: Int32Array;
  /** Indices of the ITCM words that the translation depends on, ascending. */
  readonly places: Int32Array;
  readonly #words: Int32Array;
  readonly #module: WasmModule;
  readonly #instances = new WeakMap<CoreMemory, RunRegion>();

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
    this.keys = Int32Array.from(region.blocks, (block) => (isWorthEntering(block) ? block.key : -1));
    this.needs = Int32Array.from(region.blocks, cyclesBeforeLast);
    this.places = Int32Array.from(places).sort();
    this.#words = this.places.map((place) => itcm[place]!);
    this.#module = new WASM.Module(bytes);
  }

  /** Does this ITCM hold the code that was translated? */
  fits(itcm: Int32Array): boolean {
    return this.#words.every((word, i) => word === itcm[this.places[i]!]);
  }

  /** The code, bound to the memory that the core's state is in. */
  bind(memory: CoreMemory): RunRegion {
    let run = this.#instances.get(memory);
    if (run === undefined) {
      const instance = new WASM.Instance(this.#module, { env: { memory: memory.memory } });
      run = instance.exports.run as unknown as RunRegion;
      this.#instances.set(memory, run);
    }
    return run;
  }
}

/** Different code at one address that is remembered: programs that are loaded in turn. */
const MOST_PER_ROOT = 8;

/** Translations by the address they begin at, for cores that run the same program. */
export class TranslationCache {
  readonly #byRoot = new Map<CodeKey, Translation[]>();

  /** The translation from `root`, made by `make` if no core has needed it yet. */
  get(root: CodeKey, itcm: Int32Array, make: () => Translation): Translation {
    const known = this.#byRoot.get(root) ?? [];
    const found = known.find((translation) => translation.fits(itcm));
    if (found !== undefined) return found;
    const made = make();
    this.#byRoot.set(root, [...known.slice(1 - MOST_PER_ROOT), made]);
    return made;
  }
}

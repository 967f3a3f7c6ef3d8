/**
 * Where the state of cores lives: one WebAssembly memory for the cores of a chip, so that interpreter (through typed
 * arrays) and translated code (through loads and stores) work on the same bytes.
 *
 * First a table that all of them share, see `translator/dispatcher.ts`. Of each core's part:
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0x00000 | 32 Ki | ITCM |
 * | 0x08000 | 32 Ki | registers, banks, flags (see `state.ts`), then free |
 * | 0x10000 | 64 Ki | DTCM |
 * | 0x20000 | 192 Ki | what is known of the code at each ITCM address (see `hot-code.ts`) |
 */

import { WASM, type WasmMemory } from "../../codegen/wasm/webassembly.ts";

const PAGE_BYTES = 0x10000;
const PAGES_PER_CORE = 5;

/**
 * Between the bases of two cores. Not a multiple of a large power of two: cores of a program use the same addresses, and
 * would compete for the same few lines of the host's caches.
 */
export const BYTES_PER_CORE: number = PAGES_PER_CORE * PAGE_BYTES + 33 * 64;
/** For the same reason the memories of the first chips begin at different places. */
const MEMORY_STARTS = 48;
const START_STEP_BYTES = 595 * 64;
let memories = 0;

/** The shared table, from offset 0. */
export const RECENT_BYTES = 0x1000;

export const ITCM_BYTES = 0x8000;
export const DTCM_BYTES = 0x10000;
export const STATE_OFFSET = 0x8000;
export const DTCM_OFFSET = 0x10000;
export const ENTRIES_OFFSET = 0x20000;

export class CoreMemory {
  readonly memory: WasmMemory;
  readonly cores: number;
  readonly #start: number;

  /** @param cores how many cores share this memory, numbered from 0 */
  constructor(cores: number) {
    this.#start = RECENT_BYTES + START_STEP_BYTES * (memories++ % MEMORY_STARTS);
    const pages = Math.ceil((this.#start + cores * BYTES_PER_CORE) / PAGE_BYTES);
    this.cores = cores;
    this.memory = new WASM.Memory({ initial: pages, maximum: pages });
  }

  /** Byte offset of a core's part. */
  base(core: number): number {
    return this.#start + core * BYTES_PER_CORE;
  }
}

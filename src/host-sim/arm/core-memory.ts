/**
 * Where the state of cores lives: one WebAssembly memory for the cores of a chip, so that interpreter (through typed
 * arrays) and translated code (through loads and stores) work on the same bytes.
 *
 * Each core has two pages of 64 KiB:
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0x00000 | 32 Ki | ITCM |
 * | 0x08000 | 32 Ki | registers, banks, flags (see `state.ts`), then free |
 * | 0x10000 | 64 Ki | DTCM |
 */

import { WASM, type WasmMemory } from "../../codegen/wasm/webassembly.ts";

const PAGE_BYTES = 0x10000;
const PAGES_PER_CORE = 2;

export const ITCM_BYTES = 0x8000;
export const DTCM_BYTES = 0x10000;
export const STATE_OFFSET = 0x8000;
export const DTCM_OFFSET = 0x10000;

export class CoreMemory {
  readonly memory: WasmMemory;
  readonly cores: number;

  /** @param cores how many cores share this memory, numbered from 0 */
  constructor(cores: number) {
    const pages = cores * PAGES_PER_CORE;
    this.cores = cores;
    this.memory = new WASM.Memory({ initial: pages, maximum: pages });
  }

  /** Byte offset of a core's two pages. */
  base(core: number): number {
    return core * PAGES_PER_CORE * PAGE_BYTES;
  }
}

/**
 * Multicast entries as SCAMP keeps them: `rtr_copy`, 1025 rows of 16 bytes in the system heap, which is at once the
 * readable copy of the hardware table (with virtual cores) and the allocation list.
 *
 * | u16 next | u16 free | u32 route | u32 key | u32 mask |
 *
 * `next` is the block above, `free` the next free block or 0x8000 | core << 8 | app_id. Row 0 is SCAMP's own, row 1024
 * the end marker. Source: spinnaker_tools `sark/sark_hw.c`, `sark/sark_alloc.c`.
 */

import type { CoreNumbering } from "./core-numbering.ts";
import { MemoryFault } from "./memory-fault.ts";
import type { MemoryMap } from "./memory-map.ts";
import { MULTICAST_ENTRIES, type Router } from "./router.ts";
import type { StructView } from "./struct-view.ts";
import type { SV_FIELDS } from "./system-variables.ts";

export const ROUTER_ROW_BYTES = 16;
const FIRST_BLOCK = 1;
const LAST_BLOCK = MULTICAST_ENTRIES;
const UNUSED_ROUTE = 0xff00_0000;
const ALLOCATED = 0x8000;
/** The bits of `free` that say "allocated, by this application", whichever core loaded it. */
const OWNER_BITS = 0xe0ff;

export class RouterHeap {
  readonly #memory: MemoryMap;
  readonly #router: Router;
  readonly #sv: StructView<typeof SV_FIELDS>;
  readonly #cores: () => CoreNumbering;

  constructor(memory: MemoryMap, router: Router, sv: StructView<typeof SV_FIELDS>, cores: () => CoreNumbering) {
    this.#memory = memory;
    this.#router = router;
    this.#sv = sv;
    this.#cores = cores;
  }

  /** Empty all entries from `start` on and forget every allocation. */
  initialise(start: 0 | 1): void {
    this.clear(start, MULTICAST_ENTRIES - start);
    this.#sv.set("rtr_free", FIRST_BLOCK);
    this.#setNext(FIRST_BLOCK, LAST_BLOCK);
    this.#setFree(FIRST_BLOCK, 0);
    this.#setNext(LAST_BLOCK, 0);
    this.#setFree(LAST_BLOCK, 0);
    this.#memory.writeWord(this.#row(LAST_BLOCK) + 4, UNUSED_ROUTE);
  }

  /** @returns false if the entries do not exist; nothing is cleared then */
  clear(start: number, count: number): boolean {
    if (start + count > MULTICAST_ENTRIES) return false;
    for (let index = start; index < start + count; index++) {
      this.#writeRoute(index, UNUSED_ROUTE, 0xffff_ffff, 0);
      this.#router.clearEntry(index);
    }
    return true;
  }

  /** Set one entry; bits 31:24 of the route override the app id 0 of the monitor. */
  set(index: number, key: number, mask: number, virtualRoute: number): boolean {
    if (index >= MULTICAST_ENTRIES) return false;
    const route = virtualRoute & 0x00ff_ffff;
    this.#setFree(index, ALLOCATED | (virtualRoute >>> 24));
    this.#writeRoute(index, route, key, mask);
    this.#router.setEntry(index, key, mask, this.#cores().physicalRoute(route));
    return true;
  }

  /**
   * Load a table from the chip's memory: rows of u16 index, u16 count (of the first row, used if `count` is 0), u32
   * route, key, mask.
   * @returns false at the first row that cannot be; rows before it stay
   */
  load(table: number, count: number, base: number, appId: number): boolean {
    const rows = count === 0 ? this.#memory.readWord(table) >>> 16 : count;
    if (rows > MULTICAST_ENTRIES) return false;
    for (let row = 0; row < rows; row++) {
      const at = table + row * ROUTER_ROW_BYTES;
      const index = ((this.#memory.readWord(at) & 0xffff) + base) >>> 0;
      const route = (this.#memory.readWord(at + 4) + appId * 0x100_0000) >>> 0;
      if (!this.set(index, this.#memory.readWord(at + 8), this.#memory.readWord(at + 12), route)) return false;
    }
    return true;
  }

  /** First fit. @returns the first entry of the block, or 0 */
  allocate(count: number, appId: number): number {
    if (count === 0) return 0;
    let previous = 0;
    for (const block of this.#freeBlocks()) {
      const next = this.#next(block);
      const end = block + count;
      if (end > next) {
        previous = block;
        continue;
      }
      if (end < next) {
        this.#setNext(end, next);
        this.#setNext(block, end);
        this.#setFree(end, this.#free(block));
        this.#setFree(block, end);
      }
      this.#linkAfter(previous, this.#free(block));
      this.#setFree(block, ALLOCATED | appId);
      return block;
    }
    return 0;
  }

  free(entry: number, clear: boolean): void {
    if (entry < FIRST_BLOCK || entry >= LAST_BLOCK) return;
    if (clear) this.clear(entry, (this.#next(entry) - entry) >>> 0);
    let previous = 0;
    let next = 0;
    for (const candidate of this.#freeBlocks()) {
      if (entry < candidate) {
        next = candidate;
        break;
      }
      previous = candidate;
    }
    this.#setFree(entry, next);
    this.#linkAfter(previous, entry);
    if (next !== 0 && this.#next(entry) === next) this.#absorb(entry, next);
    if (previous !== 0 && this.#next(previous) === entry) this.#absorb(previous, entry);
  }

  freeByApp(appId: number, clear: boolean): number {
    let freed = 0;
    let block = FIRST_BLOCK;
    for (let steps = 0; ; steps++) {
      const next = this.#next(block);
      if (next === 0 || block >= LAST_BLOCK) return freed;
      if (steps > MULTICAST_ENTRIES)
        throw new MemoryFault("read", this.#row(block), "the list of routing blocks has no end");
      if ((this.#free(block) & OWNER_BITS) === (ALLOCATED | appId)) {
        this.free(block, clear);
        freed++;
      }
      block = this.#next(block);
    }
  }

  /** Entries of the largest free block. */
  largestFree(): number {
    let largest = 0;
    for (const block of this.#freeBlocks()) {
      const next = this.#next(block);
      if (next !== 0) largest = Math.max(largest, next - block);
    }
    return largest;
  }

  *#freeBlocks(): Generator<number> {
    let block = this.#sv.get("rtr_free");
    for (let steps = 0; block !== 0; steps++) {
      if (steps > MULTICAST_ENTRIES)
        throw new MemoryFault("read", this.#row(block), "the list of free routing blocks has no end");
      yield block;
      block = this.#free(block);
    }
  }

  #absorb(lower: number, upper: number): void {
    this.#setNext(lower, this.#next(upper));
    this.#setFree(lower, this.#free(upper));
  }

  #linkAfter(previous: number, block: number): void {
    if (previous === 0) this.#sv.set("rtr_free", block);
    else this.#setFree(previous, block);
  }

  #writeRoute(index: number, route: number, key: number, mask: number): void {
    const row = this.#row(index);
    this.#memory.writeWord(row + 4, route);
    this.#memory.writeWord(row + 8, key);
    this.#memory.writeWord(row + 12, mask);
  }

  #row(index: number): number {
    return this.#sv.get("rtr_copy") + index * ROUTER_ROW_BYTES;
  }

  #next(index: number): number {
    return this.#memory.readWord(this.#row(index)) & 0xffff;
  }

  #free(index: number): number {
    return this.#memory.readWord(this.#row(index)) >>> 16;
  }

  #setNext(index: number, next: number): void {
    this.#memory.write(this.#row(index), Uint8Array.of(next, next >>> 8), 2);
  }

  #setFree(index: number, free: number): void {
    this.#memory.write(this.#row(index) + 2, Uint8Array.of(free, free >>> 8), 2);
  }
}

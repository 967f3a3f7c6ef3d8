/**
 * SARK's heaps, in the chip's own memory, so that a host which reads the block lists finds what it would on a board.
 *
 * | | bytes | fields |
 * |---|---|---|
 * | heap | 16 | free (first free block), first, last, free_bytes |
 * | block | 8 | next (block above), free (next free block, or 0xffff0000 \| app_id << 8 \| tag while allocated) |
 *
 * Address-ordered first fit; a block is split only when more than a header would remain. The block list ends with an
 * empty block whose `next` is 0. Source: spinnaker_tools `sark/sark_alloc.c`.
 *
 * One deviation: SARK frees by app id whatever has that id in bits 15:8 of `free`, which can be the address in a free
 * block, and then loops for ever. Here only blocks marked as allocated are freed.
 */

import { MemoryFault } from "./memory-fault.ts";
import type { MemoryMap } from "./memory-map.ts";
import { CoreRunTimeError, RTE } from "./run-time-error.ts";

const BLOCK_HEADER_BYTES = 8;
export const HEAP_HEADER_BYTES = 16;
const ALLOCATED = 0xffff_0000;
/** More blocks than any heap of ours can have: a list this long has a loop. */
const MAX_BLOCKS = 1 << 22;

/** Word offsets in a heap and in a block. */
const HEAP = { free: 0, first: 4, last: 8, freeBytes: 12 } as const;
const BLOCK = { next: 0, free: 4 } as const;

export interface AllocationRequest {
  readonly bytes: number;
  /** 0 is no tag; above 255 fails. */
  readonly tag: number;
  readonly appId: number;
  /** Return the block that has this tag already, if its size is the one asked for (SC&MP 4.x). */
  readonly acceptExisting?: boolean;
}

export class Heap {
  readonly base: number;
  readonly #memory: MemoryMap;
  readonly #allocTag: () => number;

  /** @param allocTag address of the `alloc_tag` table: u32[65536] by app_id << 8 | tag */
  constructor(memory: MemoryMap, base: number, allocTag: () => number) {
    this.#memory = memory;
    this.base = base;
    this.#allocTag = allocTag;
  }

  /** Make all memory from the base to `top` one free block. */
  initialise(top: number): void {
    const first = this.base + HEAP_HEADER_BYTES;
    const last = top - BLOCK_HEADER_BYTES;
    this.#setHeap(HEAP.free, first);
    this.#setHeap(HEAP.first, first);
    this.#setHeap(HEAP.last, last);
    this.#setHeap(HEAP.freeBytes, last - first - BLOCK_HEADER_BYTES);
    this.#write(first + BLOCK.next, last);
    this.#write(first + BLOCK.free, 0);
    this.#write(last + BLOCK.next, 0);
    this.#write(last + BLOCK.free, 0);
  }

  get freeBytes(): number {
    return this.#heap(HEAP.freeBytes);
  }

  /** @returns address of the bytes, or 0: no block large enough, tag in use or too large, nothing asked for */
  allocate(request: AllocationRequest): number {
    const { bytes, tag, appId } = request;
    if (bytes === 0 || tag > 255) return 0;
    const tagEntry = this.#allocTag() + 4 * ((appId << 8) | tag);
    if (tag !== 0) {
      const existing = this.#read(tagEntry);
      if (existing !== 0) return request.acceptExisting && this.#payloadBytes(existing) === bytes ? existing : 0;
    }
    const need = Math.floor((bytes + 3) / 4) * 4 + BLOCK_HEADER_BYTES;
    let previous = 0;
    for (const block of this.#freeBlocks()) {
      const next = this.#read(block + BLOCK.next);
      const end = block + need;
      if (end > next) {
        previous = block;
        continue;
      }
      if (end + BLOCK_HEADER_BYTES < next) {
        this.#write(end + BLOCK.next, next);
        this.#write(block + BLOCK.next, end);
        this.#write(end + BLOCK.free, this.#read(block + BLOCK.free));
        this.#write(block + BLOCK.free, end);
      }
      this.#linkAfter(previous, this.#read(block + BLOCK.free));
      this.#setHeap(HEAP.freeBytes, this.freeBytes - need);
      this.#write(block + BLOCK.free, ALLOCATED + ((appId << 8) | tag));
      const address = block + BLOCK_HEADER_BYTES;
      if (tag !== 0) this.#write(tagEntry, address);
      return address;
    }
    return 0;
  }

  /** @throws {CoreRunTimeError} address 0: SARK stops the calling core */
  free(address: number): void {
    if (address === 0) throw new CoreRunTimeError(`heap at ${this.base}`, RTE.null, "free of address 0");
    const block = address - BLOCK_HEADER_BYTES;
    const entry = this.#read(block + BLOCK.free) & 0xffff;
    if ((entry & 255) !== 0) this.#write(this.#allocTag() + 4 * entry, 0);
    this.#setHeap(HEAP.freeBytes, this.freeBytes + this.#read(block + BLOCK.next) - block);

    let previous = 0;
    let next = 0;
    for (const candidate of this.#freeBlocks()) {
      if (block < candidate) {
        next = candidate;
        break;
      }
      previous = candidate;
    }
    this.#write(block + BLOCK.free, next);
    this.#linkAfter(previous, block);
    if (next !== 0 && this.#read(block + BLOCK.next) === next) this.#absorb(block, next);
    if (previous !== 0 && this.#read(previous + BLOCK.next) === block) this.#absorb(previous, block);
  }

  /** Free every block of an application. @returns how many there were */
  freeByApp(appId: number): number {
    let freed = 0;
    let block = this.#heap(HEAP.first);
    for (let steps = 0; ; steps++) {
      const next = this.#read(block + BLOCK.next);
      if (next === 0) return freed;
      if (steps > MAX_BLOCKS) throw new MemoryFault("read", block, "the heap's block list has no end");
      const owner = this.#read(block + BLOCK.free);
      if (owner >= ALLOCATED && ((owner >>> 8) & 255) === appId) {
        this.free(block + BLOCK_HEADER_BYTES);
        freed++;
      }
      block = next;
    }
  }

  /** Bytes of the largest block that could be allocated. */
  largestFree(): number {
    let largest = 0;
    for (const block of this.#freeBlocks()) {
      const next = this.#read(block + BLOCK.next);
      if (next !== 0) largest = Math.max(largest, next - block - BLOCK_HEADER_BYTES);
    }
    return largest;
  }

  /** Does a block end where the next one starts, and no other thing between? Then `upper` becomes part of `lower`. */
  #absorb(lower: number, upper: number): void {
    this.#write(lower + BLOCK.next, this.#read(upper + BLOCK.next));
    this.#write(lower + BLOCK.free, this.#read(upper + BLOCK.free));
  }

  *#freeBlocks(): Generator<number> {
    let block = this.#heap(HEAP.free);
    for (let steps = 0; block !== 0; steps++) {
      if (steps > MAX_BLOCKS) throw new MemoryFault("read", block, "the heap's free list has no end");
      yield block;
      block = this.#read(block + BLOCK.free);
    }
  }

  #payloadBytes(address: number): number {
    return this.#read(address - BLOCK_HEADER_BYTES + BLOCK.next) - address;
  }

  /** Make `block` the successor of `previous` in the free list; 0 is the head. */
  #linkAfter(previous: number, block: number): void {
    if (previous === 0) this.#setHeap(HEAP.free, block);
    else this.#write(previous + BLOCK.free, block);
  }

  #heap(field: number): number {
    return this.#read(this.base + field);
  }

  #setHeap(field: number, value: number): void {
    this.#write(this.base + field, value);
  }

  #read(address: number): number {
    return this.#memory.readWord(address);
  }

  #write(address: number, value: number): void {
    this.#memory.writeWord(address, value);
  }
}

/**
 * The chip's SDRAM, 128 MiB. Memory of the host is taken in pages when they are first written; the rest reads as zero.
 * Addresses are taken modulo the size, as the address lines are: SCAMP finds the size by this aliasing.
 */

export const SDRAM_BYTES: number = 128 * 1024 * 1024;

const PAGE_BITS = 14;
const PAGE_BYTES: number = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_BYTES - 1;
const ADDRESS_MASK = SDRAM_BYTES - 1;
const PAGES = SDRAM_BYTES >>> PAGE_BITS;

interface Page {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Int32Array;
}

/** Up to so many bytes a loop is faster than a copy by the library: synaptic rows are mostly short. */
const SHORT_COPY_BYTES = 64;

/** Bytes of the pages that host memory is taken in. */
export const SDRAM_PAGE_BYTES: number = PAGE_BYTES;

export class Sdram {
  readonly #pages: (Page | undefined)[] = new Array<Page | undefined>(PAGES).fill(undefined);
  readonly #sharedPage: ((offset: number) => Uint8Array) | undefined;

  /**
   * @param sharedPage for memory that somebody else has too: the live bytes of the page that begins at an offset into
   *   the SDRAM, {@link SDRAM_PAGE_BYTES} of them, aligned to a word in their buffer
   */
  constructor(sharedPage?: (offset: number) => Uint8Array) {
    this.#sharedPage = sharedPage;
  }

  read8(address: number): number {
    const page = this.#pages[(address & ADDRESS_MASK) >>> PAGE_BITS] ?? this.#unknownPage(address);
    return page === undefined ? 0 : page.bytes[address & PAGE_MASK]!;
  }

  read16(address: number): number {
    const page = this.#pages[(address & ADDRESS_MASK) >>> PAGE_BITS] ?? this.#unknownPage(address);
    return page === undefined ? 0 : page.halves[(address & PAGE_MASK) >>> 1]!;
  }

  read32(address: number): number {
    const page = this.#pages[(address & ADDRESS_MASK) >>> PAGE_BITS] ?? this.#unknownPage(address);
    return page === undefined ? 0 : page.words[(address & PAGE_MASK) >>> 2]!;
  }

  write8(address: number, value: number): void {
    this.#page(address).bytes[address & PAGE_MASK] = value;
  }

  write16(address: number, value: number): void {
    this.#page(address).halves[(address & PAGE_MASK) >>> 1] = value;
  }

  write32(address: number, value: number): void {
    this.#page(address).words[(address & PAGE_MASK) >>> 2] = value;
  }

  /** Fills `bytes` of `into` from index `first`. */
  copyOut(address: number, into: Uint8Array, first = 0, bytes: number = into.length - first): void {
    for (let done = 0; done < bytes; ) {
      const at = (address + done) & ADDRESS_MASK;
      const length = Math.min(PAGE_BYTES - (at & PAGE_MASK), bytes - done);
      const page = this.#pages[at >>> PAGE_BITS] ?? this.#unknownPage(at);
      if (page === undefined) into.fill(0, first + done, first + done + length);
      else copy(page.bytes, at & PAGE_MASK, into, first + done, length);
      done += length;
    }
  }

  /** Takes `bytes` of `from` from index `first`. */
  copyIn(address: number, from: Uint8Array, first = 0, bytes: number = from.length - first): void {
    for (let done = 0; done < bytes; ) {
      const at = (address + done) & ADDRESS_MASK;
      const length = Math.min(PAGE_BYTES - (at & PAGE_MASK), bytes - done);
      copy(from, first + done, this.#page(at).bytes, at & PAGE_MASK, length);
      done += length;
    }
  }

  /** Host memory taken so far. */
  get allocatedBytes(): number {
    return this.#pages.reduce((bytes, page) => bytes + (page === undefined ? 0 : PAGE_BYTES), 0);
  }

  /** A page of which this object knows nothing yet: shared memory may hold something there. */
  #unknownPage(address: number): Page | undefined {
    return this.#sharedPage === undefined ? undefined : this.#page(address);
  }

  #page(address: number): Page {
    const index = (address & ADDRESS_MASK) >>> PAGE_BITS;
    const present = this.#pages[index];
    if (present !== undefined) return present;
    const bytes = this.#sharedPage?.(index << PAGE_BITS) ?? new Uint8Array(PAGE_BYTES);
    const page = {
      bytes,
      halves: new Uint16Array(bytes.buffer, bytes.byteOffset, PAGE_BYTES / 2),
      words: new Int32Array(bytes.buffer, bytes.byteOffset, PAGE_BYTES / 4),
    };
    this.#pages[index] = page;
    return page;
  }
}

function copy(from: Uint8Array, fromIndex: number, to: Uint8Array, toIndex: number, bytes: number): void {
  if (bytes > SHORT_COPY_BYTES) to.set(from.subarray(fromIndex, fromIndex + bytes), toIndex);
  else for (let i = 0; i < bytes; i++) to[toIndex + i] = from[fromIndex + i]!;
}

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

  copyOut(address: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const at = (address + done) & ADDRESS_MASK;
      const length = Math.min(PAGE_BYTES - (at & PAGE_MASK), into.length - done);
      const page = this.#pages[at >>> PAGE_BITS] ?? this.#unknownPage(at);
      if (page === undefined) into.fill(0, done, done + length);
      else into.set(page.bytes.subarray(at & PAGE_MASK, (at & PAGE_MASK) + length), done);
      done += length;
    }
  }

  copyIn(address: number, from: Uint8Array): void {
    for (let done = 0; done < from.length; ) {
      const at = (address + done) & ADDRESS_MASK;
      const length = Math.min(PAGE_BYTES - (at & PAGE_MASK), from.length - done);
      this.#page(at).bytes.set(from.subarray(done, done + length), at & PAGE_MASK);
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

/**
 * The chip's SDRAM, 128 MiB. Memory of the host is taken in pages when they are first written; the rest reads as zero.
 * Addresses are taken modulo the size, as the address lines are: SCAMP finds the size by this aliasing.
 */

export const SDRAM_BYTES: number = 128 * 1024 * 1024;

const PAGE_BITS = 16;
const PAGE_BYTES = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_BYTES - 1;
const ADDRESS_MASK = SDRAM_BYTES - 1;
const PAGES = SDRAM_BYTES >>> PAGE_BITS;

interface Page {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Int32Array;
}

export class Sdram {
  readonly #pages: (Page | undefined)[] = new Array<Page | undefined>(PAGES).fill(undefined);

  read8(address: number): number {
    const page = this.#pages[(address & ADDRESS_MASK) >>> PAGE_BITS];
    return page === undefined ? 0 : page.bytes[address & PAGE_MASK]!;
  }

  read16(address: number): number {
    const page = this.#pages[(address & ADDRESS_MASK) >>> PAGE_BITS];
    return page === undefined ? 0 : page.halves[(address & PAGE_MASK) >>> 1]!;
  }

  read32(address: number): number {
    const page = this.#pages[(address & ADDRESS_MASK) >>> PAGE_BITS];
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
      const page = this.#pages[at >>> PAGE_BITS];
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

  #page(address: number): Page {
    const index = (address & ADDRESS_MASK) >>> PAGE_BITS;
    const present = this.#pages[index];
    if (present !== undefined) return present;
    const buffer = new ArrayBuffer(PAGE_BYTES);
    const page = { bytes: new Uint8Array(buffer), halves: new Uint16Array(buffer), words: new Int32Array(buffer) };
    this.#pages[index] = page;
    return page;
  }
}

/**
 * SDRAM of one chip: 128 MiB, of which only the pages that were written take memory.
 *
 * A page that was never touched, or was filled as a whole, is a single word: what every word of it reads as.
 * Offsets are bytes from the start of SDRAM; both address windows and their aliases are reduced to it by the caller.
 */

import { SDRAM_PAGE_BYTES } from "./application-engine.ts";
import { loadWord, storeWord } from "./little-endian.ts";

export const SDRAM_BYTES: number = 128 * 1024 * 1024;
const PAGES = SDRAM_BYTES / SDRAM_PAGE_BYTES;

export class Sdram {
  readonly #pages: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(PAGES);
  /** Uint32Array[pages]: the word that a page without bytes of its own consists of. */
  readonly #uniformWord: Uint32Array = new Uint32Array(PAGES);

  /** Live bytes of the page that holds `offset`. */
  page(offset: number): Uint8Array {
    const index = Math.floor(offset / SDRAM_PAGE_BYTES);
    let page = this.#pages[index];
    if (page === undefined) {
      page = new Uint8Array(SDRAM_PAGE_BYTES);
      const word = this.#uniformWord[index]!;
      if (word !== 0) new Uint32Array(page.buffer).fill(word);
      this.#pages[index] = page;
    }
    return page;
  }

  /** Word at an offset that is a multiple of 4. */
  readWord(offset: number): number {
    const index = Math.floor(offset / SDRAM_PAGE_BYTES);
    const page = this.#pages[index];
    return page === undefined ? this.#uniformWord[index]! : loadWord(page, offset % SDRAM_PAGE_BYTES);
  }

  writeWord(offset: number, word: number): void {
    storeWord(this.page(offset), offset % SDRAM_PAGE_BYTES, word);
  }

  /** Copy `target.length` bytes from `offset` on; must not pass the end of SDRAM. Reading makes no pages. */
  read(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const inPage = at % SDRAM_PAGE_BYTES;
      const count = Math.min(SDRAM_PAGE_BYTES - inPage, target.length - done);
      const index = (at - inPage) / SDRAM_PAGE_BYTES;
      const page = this.#pages[index];
      if (page !== undefined) target.set(page.subarray(inPage, inPage + count), done);
      else fillFromWord(target.subarray(done, done + count), this.#uniformWord[index]!, inPage);
      done += count;
    }
  }

  /** Store bytes from `offset` on; must not pass the end of SDRAM. */
  write(offset: number, source: Uint8Array): void {
    for (let done = 0; done < source.length; ) {
      const inPage = (offset + done) % SDRAM_PAGE_BYTES;
      const count = Math.min(SDRAM_PAGE_BYTES - inPage, source.length - done);
      this.page(offset + done).set(source.subarray(done, done + count), inPage);
      done += count;
    }
  }

  /** Fill `length` bytes from `offset` on with a little-endian word; both must be multiples of 4. */
  fill(offset: number, word: number, length: number): void {
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const inPage = at % SDRAM_PAGE_BYTES;
      const count = Math.min(SDRAM_PAGE_BYTES - inPage, length - done);
      if (count === SDRAM_PAGE_BYTES && this.#pages[at / SDRAM_PAGE_BYTES] === undefined) {
        this.#uniformWord[at / SDRAM_PAGE_BYTES] = word;
      } else {
        new Uint32Array(this.page(at).buffer, inPage, count / 4).fill(word);
      }
      done += count;
    }
  }
}

/** Bytes of a run of equal words, starting `phase` bytes into one. */
function fillFromWord(target: Uint8Array, word: number, phase: number): void {
  if (word === 0) {
    target.fill(0);
    return;
  }
  for (let i = 0; i < target.length; i++) target[i] = word >>> (8 * ((phase + i) & 3));
}

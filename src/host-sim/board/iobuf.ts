/**
 * IOBUF of one core: a chain of blocks in the chip's system heap, as SARK's `io_put_char` writes it.
 *
 * | next u32 | unix_time u32 | time_ms u32 | length u32 | text… (sv.iobuf_size bytes) |
 *
 * `length` moves only at a newline, a NUL or the end of the block: a line that is not finished cannot be read.
 */

import type { Chip } from "./chip.ts";
import type { ChipCore } from "./chip-core.ts";

const HEADER_BYTES = 16;
const FIELD = { next: 0, unixTime: 4, timeMillis: 8, length: 12 } as const;

export class IoBuf {
  readonly #chip: Chip;
  readonly #core: ChipCore;
  readonly #appId: number;
  /** Present block, 0 before the first character. */
  #block = 0;
  /** Characters in the present block, visible or not. */
  #used = 0;

  constructor(chip: Chip, core: ChipCore, appId: number) {
    this.#chip = chip;
    this.#core = core;
    this.#appId = appId;
  }

  /**
   * Append latin-1 text.
   * @returns false if the system heap has no room for another block; SARK then stops the core
   */
  put(text: string): boolean {
    const capacity = this.#chip.sv.get("iobuf_size");
    for (let at = 0; at < text.length; ) {
      if (this.#block === 0) {
        if (!this.#startBlock()) return false;
        this.#core.vcpu.set("iobuf", this.#block);
      }
      const newline = text.indexOf("\n", at);
      const end = newline < 0 ? text.length : newline + 1;
      const count = Math.min(end - at, capacity - this.#used);
      const piece = Uint8Array.from({ length: count }, (_, i) => text.charCodeAt(at + i));
      this.#chip.memory.write(this.#block + HEADER_BYTES + this.#used, piece);
      this.#used += count;
      at += count;
      const finishedLine = text[at - 1] === "\n";
      if (finishedLine || this.#used === capacity) this.#set(FIELD.length, this.#used);
      if (this.#used === capacity) {
        const full = this.#block;
        if (!this.#startBlock()) return false;
        this.#chip.memory.writeWord(full + FIELD.next, this.#block);
      }
    }
    return true;
  }

  #startBlock(): boolean {
    const { sv } = this.#chip;
    this.#block = this.#chip.systemHeap.allocate({
      bytes: HEADER_BYTES + sv.get("iobuf_size"),
      tag: 0,
      appId: this.#appId,
    });
    this.#used = 0;
    if (this.#block === 0) return false;
    this.#chip.tick();
    this.#set(FIELD.next, 0);
    this.#set(FIELD.unixTime, sv.get("unix_time"));
    this.#set(FIELD.timeMillis, sv.get("time_ms"));
    this.#set(FIELD.length, 0);
    return true;
  }

  #set(field: number, value: number): void {
    this.#chip.memory.writeWord(this.#block + field, value);
  }
}

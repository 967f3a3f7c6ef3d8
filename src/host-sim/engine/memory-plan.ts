/** Bytes that processors fetch together: what several threads write must not share them. */
const CACHE_LINES = 128;

/** Hands out addresses in a memory that is made once everything has its place. Byte addresses, 16-byte aligned. */
export class MemoryPlan {
  /** Address 0 stays free: several arguments of the generated code mean "nothing" by it. */
  #end = 64;

  allocate(bytes: number): number {
    const address = this.#end;
    this.#end += Math.ceil(bytes / 16) * 16;
    return address;
  }

  /** What is allocated from here on shares no cache line with what was before. */
  separate(): void {
    this.#end = Math.ceil(this.#end / CACHE_LINES) * CACHE_LINES;
  }

  /** 64 KiB pages that hold all of it. */
  get pages(): number {
    return Math.ceil(this.#end / 65_536);
  }
}

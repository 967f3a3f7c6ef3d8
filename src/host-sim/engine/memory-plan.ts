/** Hands out addresses in a memory that is made once everything has its place. Byte addresses, 16-byte aligned. */
export class MemoryPlan {
  /** Address 0 stays free: several arguments of the generated code mean "nothing" by it. */
  #end = 64;

  allocate(bytes: number): number {
    const address = this.#end;
    this.#end += Math.ceil(bytes / 16) * 16;
    return address;
  }

  /** 64 KiB pages that hold all of it. */
  get pages(): number {
    return Math.ceil(this.#end / 65_536);
  }
}

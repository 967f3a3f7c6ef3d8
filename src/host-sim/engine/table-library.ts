import type { MemoryPlan } from "./memory-plan.ts";

/** Tables by content: the cores of a population share theirs. */
export class TableLibrary {
  readonly #plan: MemoryPlan;
  readonly #addresses = new Map<string, { readonly address: number; readonly words: Uint32Array }>();

  constructor(plan: MemoryPlan) {
    this.#plan = plan;
  }

  address(words: Uint32Array): number {
    const id = Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString("latin1");
    let known = this.#addresses.get(id);
    if (known === undefined) {
      known = { address: this.#plan.allocate(words.byteLength), words };
      this.#addresses.set(id, known);
    }
    return known.address;
  }

  fill(memory: Uint32Array): void {
    for (const { address, words } of this.#addresses.values()) memory.set(words, address >>> 2);
  }
}

import type { RegisterBlock } from "./memory-map.ts";

/** More than the peripherals have that come here; keeps a host from filling our memory. */
const MAX_REGISTERS = 4096;

/** Registers that keep what is written to them and do nothing else. */
export class PlainRegisters implements RegisterBlock {
  readonly #words = new Map<number, number>();

  readRegister(offset: number): number {
    return this.#words.get(offset) ?? 0;
  }

  writeRegister(offset: number, value: number): void {
    if (this.#words.has(offset) || this.#words.size < MAX_REGISTERS) this.#words.set(offset, value);
  }
}

/** A bus with one block of memory, for tests of the core; everything else is a bus error. */

import type { Bus } from "../../../src/host-sim/arm/index.ts";

export class RamBus implements Bus {
  fault = false;
  waitCycles = 0;
  /** Cycles each access takes beyond its instruction. */
  latency = 0;
  readonly ram: Uint8Array;
  readonly #view: DataView;
  readonly #address: number;

  constructor(address: number, bytes: number) {
    this.#address = address;
    this.ram = new Uint8Array(bytes);
    this.#view = new DataView(this.ram.buffer);
  }

  read8(address: number): number {
    const at = this.#offset(address, 1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  read16(address: number): number {
    const at = this.#offset(address, 2);
    return at < 0 ? 0 : this.#view.getUint16(at, true);
  }

  read32(address: number): number {
    const at = this.#offset(address, 4);
    return at < 0 ? 0 : this.#view.getInt32(at, true);
  }

  write8(address: number, value: number): void {
    const at = this.#offset(address, 1);
    if (at >= 0) this.#view.setUint8(at, value);
  }

  write16(address: number, value: number): void {
    const at = this.#offset(address, 2);
    if (at >= 0) this.#view.setUint16(at, value, true);
  }

  write32(address: number, value: number): void {
    const at = this.#offset(address, 4);
    if (at >= 0) this.#view.setInt32(at, value, true);
  }

  #offset(address: number, bytes: number): number {
    const at = (address >>> 0) - this.#address;
    this.waitCycles += this.latency;
    if (at >= 0 && at + bytes <= this.ram.length) return at;
    this.fault = true;
    return -1;
  }
}

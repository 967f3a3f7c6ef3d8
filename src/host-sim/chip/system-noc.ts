/**
 * System network of a chip: which shared device answers at an address (SpiNNaker datasheet §3 and §12).
 *
 * Used by the cores for everything outside their own subsystem, by their DMA controllers, and by the router for peeks
 * and pokes of neighbours. The latter two see the System RAM where a core sees its own memories.
 */

import type { Ethernet } from "./ethernet.ts";
import { RX_RING_BYTES, TX_FRAME_BYTES } from "./ethernet.ts";
import { SYSTEM_DEVICE, SYSTEM_RAM_BYTES } from "./memory-map.ts";
import { BUS_ERROR, type Peripheral } from "./peripheral.ts";
import type { Sdram } from "./sdram.ts";
import type { SystemController } from "./system-controller.ts";

/** Byte, half-word or word. */
export type AccessBytes = 1 | 2 | 4;

export interface SystemDevices {
  readonly sdram: Sdram;
  /** {@link SYSTEM_RAM_BYTES}. */
  readonly systemRam: Uint8Array;
  /** BOOT_ROM_BYTES long. */
  readonly bootRom: Uint8Array;
  readonly pl340: Peripheral;
  readonly router: Peripheral;
  readonly systemController: SystemController;
  readonly watchdog: Peripheral;
  readonly ethernet: Ethernet;
}

const RX_RING_OFFSET = 0x4000;
/** The ring's 3 KiB and the rest of its 4 KiB window, which shows its start again. */
const RX_WINDOW_BYTES = 0x1000;

export class SystemNoc {
  readonly sdram: Sdram;
  readonly #devices: SystemDevices;

  constructor(devices: SystemDevices) {
    this.#devices = devices;
    this.sdram = devices.sdram;
  }

  /** @param address aligned to `bytes`. @returns zero-extended below 4 bytes; {@link BUS_ERROR} where nothing answers */
  read(address: number, bytes: AccessBytes): number {
    const region = address >>> 28;
    if (region === 6 || region === 7) {
      const { sdram } = this;
      return bytes === 4 ? sdram.read32(address) : bytes === 2 ? sdram.read16(address) : sdram.read8(address);
    }
    const memory = this.#memory(address);
    if (memory !== undefined) return load(memory, address & (SYSTEM_RAM_BYTES - 1), bytes);
    if (region < 0xe) return BUS_ERROR;
    const offset = address & 0xff_ffff;
    const device = this.#device(address);
    if (device === this.#devices.ethernet && offset < 0x8000) return this.#readFrames(offset, bytes);
    if (device === undefined || bytes !== 4) return BUS_ERROR;
    return device.read(offset);
  }

  /** @returns false for a bus error */
  write(address: number, bytes: AccessBytes, value: number): boolean {
    const region = address >>> 28;
    if (region === 6 || region === 7) {
      const { sdram } = this;
      if (bytes === 4) sdram.write32(address, value);
      else if (bytes === 2) sdram.write16(address, value);
      else sdram.write8(address, value);
      return true;
    }
    const memory = this.#memory(address);
    if (memory !== undefined) {
      if (memory === this.#devices.bootRom) return false;
      store(memory, address & (SYSTEM_RAM_BYTES - 1), bytes, value);
      return true;
    }
    if (region < 0xe) return false;
    const offset = address & 0xff_ffff;
    const device = this.#device(address);
    if (device === this.#devices.ethernet && offset < 0x8000) return this.#writeFrames(offset, bytes, value);
    if (device === undefined || bytes !== 4) return false;
    return device.write(offset, value);
  }

  /**
   * Fills `bytes` of `into` from index `first`.
   * @returns false for a bus error, after which they are only partly filled
   */
  readBlock(address: number, into: Uint8Array, first = 0, bytes: number = into.length - first): boolean {
    const region = address >>> 28;
    if (region === 6 || region === 7) {
      this.sdram.copyOut(address, into, first, bytes);
      return true;
    }
    for (let i = 0; i < bytes; i += 4) {
      const word = this.read((address + i) | 0, 4);
      if (Number.isNaN(word)) return false;
      store(into, first + i, 4, word);
    }
    return true;
  }

  /**
   * Takes `bytes` of `from` from index `first`.
   * @returns false for a bus error, before which some words may have been written
   */
  writeBlock(address: number, from: Uint8Array, first = 0, bytes: number = from.length - first): boolean {
    const region = address >>> 28;
    if (region === 6 || region === 7) {
      this.sdram.copyIn(address, from, first, bytes);
      return true;
    }
    for (let i = 0; i < bytes; i += 4) {
      if (!this.write((address + i) | 0, 4, load(from, first + i, 4))) return false;
    }
    return true;
  }

  /** System RAM or boot ROM, where one of them answers. */
  #memory(address: number): Uint8Array | undefined {
    const top = address >>> 24;
    if (top === 0xe5 || top === 0xf5 || top === 0) return this.#devices.systemRam;
    if (top === 0xe6 || top === 0xf6) return this.#devices.bootRom;
    if (top !== 0xff) return undefined;
    return this.#devices.systemController.bootAreaIsRam ? this.#devices.systemRam : this.#devices.bootRom;
  }

  #device(address: number): Peripheral | undefined {
    switch ((address >>> 24) & 15) {
      case SYSTEM_DEVICE.PL340:
        return this.#devices.pl340;
      case SYSTEM_DEVICE.ROUTER:
        return this.#devices.router;
      case SYSTEM_DEVICE.SYSTEM_CONTROLLER:
        return this.#devices.systemController;
      case SYSTEM_DEVICE.WATCHDOG:
        return this.#devices.watchdog;
      case SYSTEM_DEVICE.ETHERNET:
        return this.#devices.ethernet;
      default:
        return undefined;
    }
  }

  #readFrames(offset: number, bytes: AccessBytes): number {
    const { txFrame, rxRing } = this.#devices.ethernet;
    if (offset < TX_FRAME_BYTES) return load(txFrame, offset, bytes);
    const ring = offset - RX_RING_OFFSET;
    if (ring < 0 || ring >= RX_WINDOW_BYTES) return BUS_ERROR;
    return load(rxRing, ring % RX_RING_BYTES, bytes);
  }

  #writeFrames(offset: number, bytes: AccessBytes, value: number): boolean {
    if (offset >= TX_FRAME_BYTES) return false;
    store(this.#devices.ethernet.txFrame, offset, bytes, value);
    return true;
  }
}

function load(memory: Uint8Array, offset: number, bytes: AccessBytes): number {
  const low = memory[offset]!;
  if (bytes === 1) return low;
  const half = low | (memory[offset + 1]! << 8);
  return bytes === 2 ? half : half | (memory[offset + 2]! << 16) | (memory[offset + 3]! << 24);
}

function store(memory: Uint8Array, offset: number, bytes: AccessBytes, value: number): void {
  memory[offset] = value;
  if (bytes === 1) return;
  memory[offset + 1] = value >>> 8;
  if (bytes === 2) return;
  memory[offset + 2] = value >>> 16;
  memory[offset + 3] = value >>> 24;
}

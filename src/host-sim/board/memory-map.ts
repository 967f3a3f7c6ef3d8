/**
 * The addresses of a chip, as its three kinds of masters see them: cores (with their own tightly coupled memories),
 * neighbours by peek and poke, and the host's engine.
 *
 * Buffered and unbuffered windows are one memory here. RAM takes bytes, halves and words; registers only aligned words.
 * Source: SpiNNaker datasheet 2.02, memory map; the boot area is System RAM once SCAMP runs.
 */

import type { ChipMemoryAccess } from "./application-engine.ts";
import { loadWord, storeWord } from "./little-endian.ts";
import { type AccessKind, MemoryFault } from "./memory-fault.ts";
import { SDRAM_BYTES, type Sdram } from "./sdram.ts";

export const SDRAM_BASE = 0x6000_0000;
export const SYSRAM_BASE = 0xe500_0000;
export const ROUTER_BASE = 0xe100_0000;
export const DTCM_BASE = 0x0040_0000;

/** Leaves the region of an address: bit 28 tells buffered from unbuffered, bits 23:0 are the offset. */
const ALIAS_MASK = 0xef00_0000;

export const SYSRAM_BYTES = 0x8000;
export const ITCM_BYTES = 0x8000;
export const DTCM_BYTES = 0x1_0000;

/** A peripheral: aligned 32-bit registers at byte offsets from its base. */
export interface RegisterBlock {
  readRegister(offset: number): number;
  writeRegister(offset: number, value: number): void;
}

/** Every peripheral has a window of this size, in which its registers repeat; none has more than the router. */
const WINDOW_BYTES = 0x100_0000;
const REGISTER_BYTES = 0x2_0000;

/** Bytes per access; SCP calls them type 0, 1 and 2. */
export type AccessUnit = 1 | 2 | 4;

/**
 * What an access that nothing answers does: end in a {@link MemoryFault}, as on the chip, or read zero and write nothing
 * from there on.
 */
export type FaultPolicy = "abort" | "zero";

/** Where an address leads: RAM with the bytes that follow, a register, or SDRAM (by offset, as its pages come lazily). */
type Location =
  | { readonly kind: "ram"; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly kind: "sdram"; readonly offset: number }
  | { readonly kind: "register"; readonly block: RegisterBlock; readonly offset: number; readonly writable: boolean }
  | undefined;

/** Tightly coupled memories of one core. */
export interface CoreMemories {
  readonly itcm: Uint8Array;
  readonly dtcm: Uint8Array;
}

export interface ChipMemories {
  readonly sdram: Sdram;
  readonly sysram: Uint8Array;
  readonly router: RegisterBlock;
  readonly systemController: RegisterBlock;
  /** SDRAM controller, watchdog and Ethernet, by address without its top four bits. */
  readonly otherPeripherals: RegisterBlock;
}

export class MemoryMap implements ChipMemoryAccess {
  readonly #chip: ChipMemories;
  readonly #low: LowAddresses;
  readonly #policy: FaultPolicy;

  constructor(chip: ChipMemories, low: LowAddresses, policy: FaultPolicy) {
    this.#chip = chip;
    this.#low = low;
    this.#policy = policy;
  }

  read(address: number, length: number, unit: AccessUnit = 1): Uint8Array {
    const out = new Uint8Array(length);
    this.#obey(() => this.#transfer("read", address, out, unit));
    return out;
  }

  write(address: number, bytes: Uint8Array, unit: AccessUnit = 1): void {
    this.#obey(() => this.#transfer("write", address, bytes, unit));
  }

  readWord(address: number): number {
    const at = address >>> 0;
    // Lists and tables live in RAM and are read a word at a time: no allocation on that way.
    if ((at & 3) === 0) {
      if (at >>> 29 === SDRAM_BASE >>> 29) return this.#chip.sdram.readWord(at & (SDRAM_BYTES - 1));
      if ((at & ALIAS_MASK) >>> 0 === SYSRAM_BASE) return loadWord(this.#chip.sysram, at & (SYSRAM_BYTES - 1));
    }
    return loadWord(this.read(at, 4, 4), 0);
  }

  writeWord(address: number, value: number): void {
    const at = address >>> 0;
    const aligned = (at & 3) === 0;
    if (aligned && at >>> 29 === SDRAM_BASE >>> 29) {
      this.#chip.sdram.writeWord(at & (SDRAM_BYTES - 1), value);
    } else if (aligned && (at & ALIAS_MASK) >>> 0 === SYSRAM_BASE) {
      storeWord(this.#chip.sysram, at & (SYSRAM_BYTES - 1), value);
    } else {
      const word = new Uint8Array(4);
      storeWord(word, 0, value);
      this.write(at, word, 4);
    }
  }

  /** Store one word again and again, as SARK's word fill does: whole words, at least none. */
  fill(address: number, word: number, length: number): void {
    this.#obey(() => this.#fill(address, word, length));
  }

  #fill(address: number, word: number, length: number): void {
    const start = address >>> 0;
    if (start % 4 !== 0) throw new MemoryFault("write", start, "not a multiple of 4");
    const end = start + Math.floor(length / 4) * 4;
    for (let at = start; at < end; ) at += this.#fillRun(at, word, end - at);
  }

  /** Fill up to `length` bytes, as far as one kind of memory goes. @returns how many are done */
  #fillRun(address: number, word: number, length: number): number {
    const location = address > 0xffff_ffff ? undefined : this.#locate(address);
    switch (location?.kind) {
      case undefined:
        throw new MemoryFault("write", address, "nothing answers there");
      case "sdram": {
        const count = Math.min(length, SDRAM_BYTES - location.offset);
        this.#chip.sdram.fill(location.offset, word, count);
        return count;
      }
      case "ram": {
        const { bytes, offset } = location;
        const count = Math.min(length, bytes.length - offset);
        new Uint32Array(bytes.buffer, bytes.byteOffset + offset, count / 4).fill(word);
        return count;
      }
      case "register": {
        this.writeWord(address, word);
        // Registers repeat: the same value again into the same ones changes nothing.
        const windowEnd = (Math.floor(address / WINDOW_BYTES) + 1) * WINDOW_BYTES;
        return location.offset < REGISTER_BYTES ? 4 : Math.min(length, windowEnd - address);
      }
    }
  }

  sdramPage(address: number): Uint8Array {
    const location = this.#locate(address >>> 0);
    if (location?.kind !== "sdram") throw new MemoryFault("read", address, "not an address of SDRAM");
    return this.#chip.sdram.page(location.offset);
  }

  #obey(access: () => void): void {
    try {
      access();
    } catch (error) {
      if (this.#policy === "abort" || !(error instanceof MemoryFault)) throw error;
    }
  }

  #transfer(kind: AccessKind, start: number, data: Uint8Array, unit: AccessUnit): void {
    const from = start >>> 0;
    if (from % unit !== 0) throw new MemoryFault(kind, from, `not a multiple of the access unit of ${unit} bytes`);
    for (let done = 0; done < data.length; ) {
      done += this.#transferRun(kind, from + done, data.subarray(done), unit);
    }
  }

  /** Read into or write from the start of `data`, as far as one kind of memory goes. @returns how many bytes are done */
  #transferRun(kind: AccessKind, address: number, data: Uint8Array, unit: AccessUnit): number {
    const location = address > 0xffff_ffff ? undefined : this.#locate(address);
    switch (location?.kind) {
      case undefined:
        throw new MemoryFault(kind, address, "nothing answers there");
      case "sdram": {
        const part = data.subarray(0, SDRAM_BYTES - location.offset);
        if (kind === "read") this.#chip.sdram.read(location.offset, part);
        else this.#chip.sdram.write(location.offset, part);
        return part.length;
      }
      case "ram": {
        const part = data.subarray(0, location.bytes.length - location.offset);
        if (kind === "read") part.set(location.bytes.subarray(location.offset, location.offset + part.length));
        else location.bytes.set(part, location.offset);
        return part.length;
      }
      case "register":
        if (unit !== 4 || data.length < 4) throw new MemoryFault(kind, address, "registers take whole words only");
        if (kind === "read") storeWord(data, 0, location.block.readRegister(location.offset));
        else if (location.writable) location.block.writeRegister(location.offset, loadWord(data, 0));
        else throw new MemoryFault(kind, address, "read-only memory");
        return 4;
    }
  }

  #locate(address: number): Location {
    const top = address >>> 24;
    if (top >= 0x60 && top <= 0x7f) return { kind: "sdram", offset: address & (SDRAM_BYTES - 1) };
    if (top < 0x60) return this.#locateLow(address);
    if (top === 0xff) return address >= 0xffff_f000 ? NO_REGISTERS_HERE : this.#sysram(address);
    if (top < 0xe0) return undefined;
    const offset = address & 0x00ff_ffff;
    switch (top & 0xef) {
      case 0xe1:
        return { kind: "register", block: this.#chip.router, offset, writable: true };
      case 0xe2:
        return { kind: "register", block: this.#chip.systemController, offset, writable: true };
      case 0xe5:
        return this.#sysram(address);
      case 0xe6:
        return { kind: "register", block: ROM, offset, writable: false };
      case 0xe0: // SDRAM controller
      case 0xe3: // watchdog
      case 0xe4: // Ethernet
        return { kind: "register", block: this.#chip.otherPeripherals, offset: address & 0x0fff_ffff, writable: true };
      default:
        return undefined;
    }
  }

  #sysram(address: number): Location {
    return { kind: "ram", bytes: this.#chip.sysram, offset: address & (SYSRAM_BYTES - 1) };
  }

  #locateLow(address: number): Location {
    switch (this.#low.kind) {
      case "nothing":
        return undefined;
      case "link":
        return address < 0x0100_0000 ? this.#sysram(address) : undefined;
      case "core": {
        const { itcm, dtcm } = this.#low.memories;
        if (address < ITCM_BYTES) return { kind: "ram", bytes: itcm, offset: address };
        if (address >= DTCM_BASE && address < DTCM_BASE + DTCM_BYTES) {
          return { kind: "ram", bytes: dtcm, offset: address - DTCM_BASE };
        }
        const local = LOCAL_PERIPHERALS.has(address >>> 24);
        return local
          ? { kind: "register", block: this.#low.peripherals, offset: address & 0x00ff_ffff, writable: true }
          : undefined;
      }
    }
  }
}

/** What a master sees below SDRAM: a core its own memories and peripherals, a neighbour's peek and poke System RAM. */
export type LowAddresses =
  | { readonly kind: "nothing" }
  | { readonly kind: "link" }
  | { readonly kind: "core"; readonly memories: CoreMemories; readonly peripherals: RegisterBlock };

/** Communications controller, timers, VIC, DMA: each in an unbuffered and a buffered window. */
const LOCAL_PERIPHERALS: ReadonlySet<number> = new Set([0x10, 0x11, 0x1f, 0x20, 0x21, 0x2f, 0x30, 0x40]);

/** The boot ROM's bytes are not public; it reads as zero. */
const ROM: RegisterBlock = { readRegister: () => 0, writeRegister: () => undefined };

const NO_REGISTERS_HERE: Location = { kind: "register", block: ROM, offset: 0, writable: true };

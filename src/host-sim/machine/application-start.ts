/**
 * Starts an application on a core as SCAMP's loader does, without SCAMP: executes the list at the head of an APLX file
 * and enters the code in the state in which SARK and our own runtime expect to be entered (`boot_aplx.s`).
 */

import { SpinloomError } from "../../errors.ts";
import { hex } from "../../sdp/scp-command.ts";
import { APLX, APLX_ENTRY_BYTES } from "../board/aplx.ts";
import type { Chip } from "../chip/chip.ts";
import type { ProcessingSubsystem } from "../chip/processing-subsystem.ts";

/** The loader works in bursts of this many bytes. */
const BURST_BYTES = 32;
/** A list longer than the staging area of 256 KiB is none. */
const MAX_ENTRIES = 16_384;
/** Stack of the loader, where the application finds it. */
const ENTRY_STACK = 0x0040_ffe8;
/** What the loader's return address leads to: an application must not return. */
const ENTRY_LINK = 0xffff_0000 | 0;
const THUMB = 0x20;

/** How an application is entered. */
export interface EntryParameters {
  readonly appId: number;
  /** Bit 0: wait for the START signal. */
  readonly flags: number;
}

export class ApplicationImageError extends SpinloomError {
  readonly code = "APPLICATION_IMAGE";
  constructor(core: number, found: string) {
    super(
      `APLX image on physical core ${core}`,
      found,
      "Load a file made by mkaplx or by this project's kernel build.",
    );
  }
}

/**
 * Loads a core's memories from the image at an address of its chip and lets it run from the entry point on.
 *
 * @param physical number of the core
 * @param image address of the image, in SDRAM as a rule
 * @throws {ApplicationImageError} the list leads where there is no memory, or to no entry point
 */
export function startCore(chip: Chip, physical: number, image: number, entry: EntryParameters): void {
  const subsystem = chip.cores[physical];
  if (subsystem === undefined) throw new ApplicationImageError(physical, "there is no such core");
  subsystem.holdInReset();
  const list = new AplxList(chip, subsystem);
  const { address, next } = list.execute(image);
  enterApplication(subsystem, address, next, entry);
}

/**
 * Lets a core that is held in reset run what lies in its memories.
 *
 * @param address entry point; an odd one is Thumb code
 * @param next address after the list's last entry
 */
export function enterApplication(
  subsystem: ProcessingSubsystem,
  address: number,
  next: number,
  entry: EntryParameters,
): void {
  subsystem.enterCode();
  const { core } = subsystem;
  core.registers[0] = (entry.flags << 8) | entry.appId;
  core.registers[1] = address;
  core.registers[4] = next;
  core.registers[13] = ENTRY_STACK;
  core.registers[14] = ENTRY_LINK;
  core.registers[15] = address & ~1;
  if ((address & 1) !== 0) core.cpsr |= THUMB;
}

/** The list as one core sees it: its own memories, and those of its chip. */
class AplxList {
  readonly #chip: Chip;
  readonly #subsystem: ProcessingSubsystem;

  constructor(chip: Chip, subsystem: ProcessingSubsystem) {
    this.#chip = chip;
    this.#subsystem = subsystem;
  }

  /** @returns the entry point, and the address after the entry that named it */
  execute(image: number): { readonly address: number; readonly next: number } {
    for (let n = 0; n < MAX_ENTRIES; n++) {
      const at = image + n * APLX_ENTRY_BYTES;
      const words = new DataView(this.#read(at, APLX_ENTRY_BYTES).buffer);
      const [op, a, b, c] = [0, 4, 8, 12].map((offset) => words.getUint32(offset, true)) as [
        number,
        number,
        number,
        number,
      ];
      switch (op) {
        case APLX.absoluteCopy:
          this.#write(a, this.#read(b, wholeBursts(c)));
          break;
        case APLX.relativeCopy:
          this.#write(a, this.#read(at + b, wholeBursts(c)));
          break;
        case APLX.fill:
          this.#write(a, new Uint8Array(new Uint32Array(wholeBursts(b) / 4).fill(c).buffer));
          break;
        case APLX.execute:
          return { address: a | 0, next: at + APLX_ENTRY_BYTES };
        default:
          throw this.#error(`entry ${n} is none of copy, fill and execute`);
      }
    }
    throw this.#error("its list has no end");
  }

  #read(address: number, bytes: number): Uint8Array {
    const own = this.#subsystem.tcm(address, bytes);
    if (own !== undefined) return own.slice();
    const data = new Uint8Array(bytes);
    if (address >>> 0 < 0x1000_0000 || !this.#chip.noc.readBlock(address, data)) {
      throw this.#error(`nothing can be read at ${hex(address)}`);
    }
    return data;
  }

  #write(address: number, data: Uint8Array): void {
    if (this.#subsystem.writeTcm(address, data)) return;
    if (address >>> 0 < 0x1000_0000 || !this.#chip.noc.writeBlock(address, data)) {
      throw this.#error(`${data.length} bytes cannot be written at ${hex(address)}`);
    }
  }

  #error(found: string): ApplicationImageError {
    return new ApplicationImageError(this.#subsystem.number, found);
  }
}

/** At least one burst, and no more than any memory has. */
function wholeBursts(bytes: number): number {
  const bounded = Math.min(bytes >>> 0, 0x0800_0000);
  return Math.max(1, Math.ceil(bounded / BURST_BYTES)) * BURST_BYTES;
}

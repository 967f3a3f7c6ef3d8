/**
 * APLX, the loadable form of an application: a list of 16-byte entries `op, a, b, c` that each core executes for itself.
 *
 * Copies and fills move whole bursts of 32 bytes, at least one: up to 31 bytes after the end are written too.
 * Source: spinnaker_tools `scamp/boot_aplx.s`, `tools/mkaplx`.
 */

import { MemoryFault } from "./memory-fault.ts";
import type { MemoryMap } from "./memory-map.ts";
import { SDRAM_BYTES } from "./sdram.ts";

export const APLX = {
  /** Copy c bytes from address b to a. */
  absoluteCopy: 1,
  /** Copy c bytes from b bytes after this entry to a. */
  relativeCopy: 2,
  /** Fill b bytes at a with word c. */
  fill: 3,
  /** Jump to a. */
  execute: 4,
  end: 0xffff_ffff,
} as const;

export const APLX_ENTRY_BYTES = 16;
const BURST_BYTES = 32;
/** A list longer than the staging area of 256 KiB is not a list. */
const MAX_ENTRIES = 16_384;

/**
 * Run the list at `address` with the eyes of one core.
 *
 * @returns the address it jumps to, or undefined if the list ends without a jump
 * @throws {MemoryFault} an entry leads where there is no memory
 */
export function executeAplx(memory: MemoryMap, address: number): number | undefined {
  for (let n = 0; n < MAX_ENTRIES; n++) {
    const entry = address + n * APLX_ENTRY_BYTES;
    const op = memory.readWord(entry);
    const a = memory.readWord(entry + 4);
    const b = memory.readWord(entry + 8);
    const c = memory.readWord(entry + 12);
    switch (op) {
      case APLX.absoluteCopy:
        copy(memory, a, b, c);
        break;
      case APLX.relativeCopy:
        copy(memory, a, entry + b, c);
        break;
      case APLX.fill:
        memory.fill(a, c, wholeBursts(b));
        break;
      case APLX.execute:
        return a;
      default:
        return undefined;
    }
  }
  return undefined;
}

function copy(memory: MemoryMap, target: number, source: number, bytes: number): void {
  if (bytes > SDRAM_BYTES) throw new MemoryFault("read", source, "copy of more than all memory");
  memory.write(target, memory.read(source, wholeBursts(bytes), 4), 4);
}

function wholeBursts(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BURST_BYTES)) * BURST_BYTES;
}

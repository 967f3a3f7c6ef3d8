/**
 * The application that idles on every core no one uses. On a board it is SARK's default image, which SCAMP copies to the
 * start of the staging area after each STOP; ours is an APLX of the same size that only says what it is.
 */

import { APLX } from "./aplx.ts";
import type { MemoryMap } from "./memory-map.ts";
import { wordBytes } from "./scp.ts";

/** Bytes SCAMP overwrites at `sv.sdram_sys` when it makes cores idle. */
const DEFAULT_APPLICATION_BYTES = 3840;
export const DEFAULT_APPLICATION_NAME = "sark";
const HEADER_BYTES = 64;
const PROGRAM_BYTES = 32;
/** "idle", where an application has its reset vector. */
const MARK = 0x656c_6469;

export const DEFAULT_APPLICATION: Uint8Array = defaultApplication();

/** Is this the image that lies at an address? Its cores idle; they need not execute it to know. */
export function isDefaultApplication(memory: MemoryMap, address: number): boolean {
  return memory.read(address, HEADER_BYTES + 4).every((byte, i) => byte === DEFAULT_APPLICATION[i]);
}

function defaultApplication(): Uint8Array {
  const image = new Uint8Array(DEFAULT_APPLICATION_BYTES);
  image.set(wordBytes([APLX.relativeCopy, 0, HEADER_BYTES, PROGRAM_BYTES, APLX.execute, 0, 0, 0]));
  image.set(wordBytes([MARK]), HEADER_BYTES);
  return image;
}

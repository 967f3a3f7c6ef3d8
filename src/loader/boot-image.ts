/**
 * What every SCAMP boot image has, so that a file that is none is refused before a machine waits for it.
 *
 * The ROM leaves the image at {@link IMAGE_ADDRESS} and enters its first word: a stub that hands a list of copies and
 * fills, APLX, to its loader. One of the copies is that of the variables which the host fills in, and the last entry
 * jumps to SCAMP.
 *
 * @see SpiNNakerManchester/spinnaker_tools `scamp/Makefile`, `scamp/boot_aplx.s`, `tools/mkaplx`
 */
import { InputError } from "../errors.ts";
import { BOOT_BLOCK_BYTES, BOOT_BLOCKS_MAX } from "../sdp/boot-packets.ts";
import { hex } from "../sdp/scp-command.ts";

/** Offset and size of sv's first half in a boot image, which the host fills in. */
export const SV_OFFSET = 384;
export const SV_BYTES = 128;

/** Upper half of the monitor's DTCM. */
const IMAGE_ADDRESS = 0x0040_8000;
/** Word of the stub with the address of the list. */
const LIST_POINTER = 0x10;
const LIST_OFFSET = 0x80;
const LIST_END = 0x100;
const ENTRY_BYTES = 16;
/** SCAMP's code begins here: a file without it boots nothing. */
const CODE_OFFSET = 0x1000;
/** Where sv is in System RAM. */
const SV_ADDRESS = 0xf500_7f00;

/** Entries of the list, `operation, a, b, c`. */
const OPERATION = {
  /** Copy c bytes from b bytes after the entry to a. */
  relativeCopy: 2,
  /** Jump to a. */
  execute: 4,
} as const;

/** A file is no boot image. */
export class BootImageError extends InputError {
  readonly code = "BOOT_IMAGE";

  constructor(place: string, found: string, wanted: string) {
    super(place, found, `${wanted} Give a scamp.boot of SC&MP 3 or 4 as it is distributed.`);
  }
}

/**
 * @param place what to call the image in an error: its file
 * @throws {BootImageError} SCAMP cannot start from this
 */
export function checkBootImage(image: Uint8Array, place = "boot image"): void {
  const largest = BOOT_BLOCKS_MAX * BOOT_BLOCK_BYTES;
  if (image.length <= CODE_OFFSET || image.length > largest)
    throw new BootImageError(
      place,
      `${image.length} bytes`,
      `A boot image has more than ${CODE_OFFSET} and at most ${largest}.`,
    );
  const words = new DataView(image.buffer, image.byteOffset, image.length);
  const list = words.getUint32(LIST_POINTER, true);
  if (list !== IMAGE_ADDRESS + LIST_OFFSET) {
    const wanted = `A boot image has ${hex(IMAGE_ADDRESS + LIST_OFFSET)} there, where its list of copies is loaded to.`;
    throw new BootImageError(place, `its word at byte ${LIST_POINTER} is ${hex(list)}`, wanted);
  }
  let copiesVariables = false;
  let last = 0;
  for (let entry = LIST_OFFSET; entry < LIST_END; entry += ENTRY_BYTES) {
    const operation = words.getUint32(entry, true);
    if (operation === 0) break;
    last = operation;
    if (operation !== OPERATION.relativeCopy) continue;
    const source = entry + words.getInt32(entry + 8, true);
    const bytes = words.getUint32(entry + 12, true);
    if (source < 0 || source + bytes > image.length) {
      const found = `its list copies bytes ${source} to ${source + bytes}, and it has ${image.length}`;
      throw new BootImageError(place, found, "It may have been cut off.");
    }
    copiesVariables ||= source === SV_OFFSET && words.getUint32(entry + 4, true) === SV_ADDRESS;
  }
  if (!copiesVariables || last !== OPERATION.execute) {
    const found = copiesVariables ? "its list starts nothing" : "its list leaves the system variables where they are";
    const wanted = `A boot image copies byte ${SV_OFFSET} to ${hex(SV_ADDRESS)} and jumps to SCAMP at the end of its list.`;
    throw new BootImageError(place, found, wanted);
  }
}

/**
 * Commands on memory: READ, WRITE, FILL of the addressed core, LINK_READ and LINK_WRITE of a neighbour chip.
 *
 * @see SpiNNakerManchester/spinnaker_tools `scamp/scamp-cmd.c` (cmd_read, cmd_write, cmd_fill, cmd_link_read)
 */
import { inRange } from "./errors.ts";
import { NO_DATA, SCP_DATA_MAX } from "./scp.ts";
import { SCP_COMMAND } from "./scp-codes.ts";
import { commandWithoutReply, hex, type ScpCommand } from "./scp-command.ts";

/** Transfer units. Registers must be accessed by words; unaligned units give rotated data. */
export const MEMORY_UNIT = { byte: 0, half: 1, word: 2 } as const;

/** The largest unit that address and length allow. */
export function memoryUnit(address: number, length: number): number {
  const alignment = address | length;
  if ((alignment & 3) === 0) return MEMORY_UNIT.word;
  return (alignment & 1) === 0 ? MEMORY_UNIT.half : MEMORY_UNIT.byte;
}

/** Reads 1 to 256 bytes; the result is a view into the reply. */
export function readMemory(address: number, length: number): ScpCommand<Uint8Array> {
  inRange("READ address", address, 0, 0xffff_ffff);
  inRange("READ bytes", length, 1, SCP_DATA_MAX);
  return {
    command: SCP_COMMAND.READ,
    arg1: address,
    arg2: length,
    arg3: memoryUnit(address, length),
    data: NO_DATA,
    repeat: "again",
    minBody: length,
    maxBody: length,
    describe: () => `READ ${length} bytes at ${hex(address)}`,
    readReply: (body) => body,
  };
}

/** Writes 1 to 256 bytes. */
export function writeMemory(address: number, data: Uint8Array): ScpCommand<void> {
  inRange("WRITE address", address, 0, 0xffff_ffff);
  inRange("WRITE bytes", data.length, 1, SCP_DATA_MAX);
  return commandWithoutReply(
    SCP_COMMAND.WRITE,
    [address, data.length, memoryUnit(address, data.length)],
    "again",
    () => `WRITE ${data.length} bytes at ${hex(address)}`,
    { data },
  );
}

/** Stores `word` over `length` bytes; address and length are multiples of 4. */
export function fillMemory(address: number, word: number, length: number): ScpCommand<void> {
  inRange("FILL address / 4", address / 4, 0, 0x3fff_ffff);
  inRange("FILL words", length / 4, 0, 0x3fff_ffff);
  return commandWithoutReply(
    SCP_COMMAND.FILL,
    [address, inRange("FILL word", word, 0, 0xffff_ffff), length],
    "again",
    () => `FILL ${length} bytes at ${hex(address)}`,
  );
}

/** Reads whole words from the chip behind `link`, even when its monitor is dead. */
export function readLink(link: number, address: number, length: number): ScpCommand<Uint8Array> {
  return {
    command: SCP_COMMAND.LINK_READ,
    ...linkArguments(link, address, length),
    data: NO_DATA,
    repeat: "again",
    minBody: length,
    maxBody: length,
    describe: () => `LINK_READ ${length} bytes at ${hex(address)} over link ${link}`,
    readReply: (body) => body,
  };
}

/** Writes whole words to the chip behind `link`. */
export function writeLink(link: number, address: number, data: Uint8Array): ScpCommand<void> {
  const { arg1, arg2, arg3 } = linkArguments(link, address, data.length);
  return commandWithoutReply(
    SCP_COMMAND.LINK_WRITE,
    [arg1, arg2, arg3],
    "again",
    () => `LINK_WRITE ${data.length} bytes at ${hex(address)} over link ${link}`,
    { data },
  );
}

function linkArguments(link: number, address: number, length: number): { arg1: number; arg2: number; arg3: number } {
  inRange("link", link, 0, 5);
  inRange("link address / 4", address / 4, 0, 0x3fff_ffff);
  inRange("link transfer words", length / 4, 1, SCP_DATA_MAX / 4);
  return { arg1: address, arg2: length, arg3: link };
}

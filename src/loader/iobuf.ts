/** What a core printed: a chain of blocks in SDRAM, each with a header and room for `sv.iobuf_size` bytes of text. */
import type { ChipCoord } from "../machine/machine.ts";
import { wordAt } from "../sdp/scp-command.ts";
import type { Board } from "./board.ts";
import { coreStatus } from "./vcpu.ts";

/** u32 next, u32 unix time, u32 milliseconds, u32 length, then text. */
const HEADER_BYTES = 16;
const NEXT = 0;
const LENGTH = 12;
/** A chain that is longer has a loop in it. */
const BLOCKS_MAX = 1024;

/** Text of one core; a line it has not ended yet is not there. */
export async function readIobuf(board: Board, chip: ChipCoord, core: number, signal?: AbortSignal): Promise<string> {
  return readIobufChain(board, chip, (await coreStatus(board, chip, core, signal)).iobuf, signal);
}

/** Text of the chain that begins at an address (0: none). */
export async function readIobufChain(
  board: Board,
  chip: ChipCoord,
  first: number,
  signal?: AbortSignal,
): Promise<string> {
  let text = "";
  let block = first;
  for (let count = 0; block !== 0 && count < BLOCKS_MAX; count++) {
    const header = await board.read(chip, block, HEADER_BYTES, { signal });
    const length = Math.min(wordAt(header, LENGTH), board.facts.iobufBytes);
    const bytes = await board.read(chip, block + HEADER_BYTES, length, { signal });
    text += Buffer.from(bytes).toString("latin1");
    block = wordAt(header, NEXT);
  }
  return text;
}

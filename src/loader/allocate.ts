/**
 * Gets memory and routing entries from a chip's monitor, also when replies get lost: an allocation that may have
 * happened is looked for before it is asked for again.
 */
import type { ChipCoord } from "../machine/machine.ts";
import {
  allocateRouterEntries,
  allocateSdram,
  freeRouterEntriesOfApplication,
  sdramSpace,
  taggedSdram,
} from "../sdp/allocation-commands.ts";
import { chipInfo } from "../sdp/chip-commands.ts";
import { ScpNoReplyError } from "../sdp/errors.ts";
import type { Board } from "./board.ts";
import { ChipFullError } from "./errors.ts";

/** Times an allocation whose reply was lost is looked into. */
const LOST_REPLIES = 5;

/**
 * Address of a new block of SDRAM on a chip, named `tag` within the application.
 *
 * @throws {ChipFullError} no free block is large enough, or the tag is taken by a block of another size
 */
export async function allocateBlock(
  board: Board,
  chip: ChipCoord,
  appId: number,
  bytes: number,
  tag: number,
  signal: AbortSignal,
): Promise<number> {
  const size = Math.max(4, Math.ceil(bytes / 4) * 4);
  let address: number | undefined;
  for (let lost = 0; ; lost++) {
    try {
      address = await board.call(chip, allocateSdram(appId, size, tag, board.isScamp4), { signal });
      break;
    } catch (error) {
      if (!mayHaveRun(error) || lost === LOST_REPLIES) throw error;
      address = await board.call(chip, taggedSdram(appId, tag), { signal });
      if (address !== undefined) break;
    }
  }
  if (address !== undefined) return address;
  const { largest } = await board.call(chip, sdramSpace(), { signal });
  throw new ChipFullError(chip, `${size} bytes of SDRAM (tag ${tag})`, `${largest} bytes are`);
}

/**
 * First of `count` new consecutive routing entries of a chip.
 *
 * @throws {ChipFullError} there is no such block
 */
export async function allocateEntries(
  board: Board,
  chip: ChipCoord,
  appId: number,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  let first: number | undefined;
  for (let lost = 0; ; lost++) {
    try {
      first = await board.call(chip, allocateRouterEntries(appId, count), { signal });
      break;
    } catch (error) {
      if (!mayHaveRun(error) || lost === LOST_REPLIES) throw error;
      // Nobody else's entries: the application id is ours, and this is its only block on the chip.
      await board.call(chip, freeRouterEntriesOfApplication(appId, true), { signal });
    }
  }
  if (first !== undefined) return first;
  const { freeRouterEntries } = await board.call(chip, chipInfo(), { signal });
  throw new ChipFullError(chip, `${count} routing entries`, `${freeRouterEntries} are`);
}

function mayHaveRun(error: unknown): boolean {
  return error instanceof ScpNoReplyError && error.mayHaveRun;
}

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

/**
 * Wait for an allocation's answer, ms. Giving up early is safe: a monitor works in the order of arrival, so the questions
 * that follow are answered after the allocation, if that comes at all.
 */
const ANSWER_MILLIS = 300;
/** Times an allocation is asked for again when its reply was lost. */
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
  const options = { signal, ...(board.isScamp4 ? {} : { timeoutMillis: ANSWER_MILLIS }) };
  const size = Math.max(4, Math.ceil(bytes / 4) * 4);
  for (let lost = 0; ; lost++) {
    const address = await unlessLost(board.call(chip, allocateSdram(appId, size, tag, board.isScamp4), options));
    if (typeof address === "number") return address;
    // A request that came twice fails the second time, and the second answer may be the first to arrive.
    const found = board.isScamp4 ? undefined : await board.call(chip, taggedSdram(appId, tag), { signal });
    if (found !== undefined) return found;
    if (address !== LOST || lost === LOST_REPLIES) break;
  }
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
  const options = { signal, timeoutMillis: ANSWER_MILLIS };
  for (let tries = 0; tries <= LOST_REPLIES; tries++) {
    const first = await unlessLost(board.call(chip, allocateRouterEntries(appId, count), options));
    if (typeof first === "number") return first;
    if (first !== LOST && tries > 0) break;
    // Entries given to a request whose answer was lost, or that came twice, are in the way. They are nobody else's: the
    // application id is ours, and this is its only block on the chip.
    await board.call(chip, freeRouterEntriesOfApplication(appId, true), { signal });
  }
  const { freeRouterEntries } = await board.call(chip, chipInfo(), { signal });
  throw new ChipFullError(chip, `${count} routing entries`, `${freeRouterEntries} are`);
}

const LOST = Symbol("the reply was lost");

/** The result, or {@link LOST} when the command may have run but no reply came. */
async function unlessLost<T>(call: Promise<T>): Promise<T | typeof LOST> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ScpNoReplyError && error.mayHaveRun) return LOST;
    throw error;
  }
}

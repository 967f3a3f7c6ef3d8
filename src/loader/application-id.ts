/** Whether an application id is free: two applications with one id would be signalled, counted and freed together. */

import { wordAt } from "../sdp/scp-command.ts";
import type { Board, BoardChip } from "./board.ts";
import { ROUTER_COPY_ENTRY_BYTES, ROUTER_ENTRIES, SV, SV_ADDRESS } from "./chip-memory.ts";
import { type CorePlace, statusesOf } from "./core-states.ts";
import { ApplicationIdInUseError, chipText } from "./errors.ts";
import { together } from "./together.ts";

/**
 * Looks at cores that were not idle and at routers that were not empty when the board was connected to.
 *
 * @throws {ApplicationIdInUseError} a core or a routing entry belongs to the application
 */
export async function checkApplicationId(board: Board, appId: number, signal: AbortSignal | undefined): Promise<void> {
  const cores = board.facts.chips.flatMap(busyCores);
  const statuses = await statusesOf(board, { appId, cores }, signal);
  const user = cores.find((_, index) => statuses[index]!.appId === appId);
  if (user !== undefined) throw new ApplicationIdInUseError(`${chipText(user)} core ${user.core}`, appId);
  await together(
    signal,
    board.facts.chips
      .filter((chip) => chip.freeRouterEntries < ROUTER_ENTRIES - 1)
      .map((chip) => async (signal) => {
        if (await hasEntries(board, chip, appId, signal)) throw new ApplicationIdInUseError(chipText(chip), appId);
      }),
  );
}

function busyCores(chip: BoardChip): CorePlace[] {
  return Array.from({ length: chip.workingCores }, (_, core) => ({ x: chip.x, y: chip.y, core })).filter(
    ({ core }) => core > 0 && (chip.idleCores & (1 << core)) === 0,
  );
}

/** In use: bit 15 of the second half-word, the application in its lower byte. */
async function hasEntries(board: Board, chip: BoardChip, appId: number, signal: AbortSignal): Promise<boolean> {
  const copy = wordAt(await board.read(chip, SV_ADDRESS + SV.routerCopy, 4, { signal }), 0);
  const entries = await board.read(chip, copy, ROUTER_ENTRIES * ROUTER_COPY_ENTRY_BYTES, { signal });
  for (let entry = 1; entry < ROUTER_ENTRIES; entry++) {
    const at = entry * ROUTER_COPY_ENTRY_BYTES;
    if (entries[at + 2] === appId && (entries[at + 3]! & 0x80) !== 0) return true;
  }
  return false;
}

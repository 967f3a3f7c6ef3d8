/** Ends an application: its cores go back to idle, its memory and routing entries are freed. */

import type { ChipCoord } from "../machine/machine.ts";
import { pause } from "../sdp/abort.ts";
import type { Board } from "./board.ts";
import { statusesOf } from "./core-states.ts";
import { ApplicationNotStoppedError } from "./errors.ts";

const POLL_MILLIS = 20;
/** Looks before the signal is sent again. */
const LOOKS_PER_SIGNAL = 10;
const SIGNALS = 5;

/**
 * Stops an application on the whole machine and waits until none of its cores on the given chips is left (by default:
 * all chips). Takes no abort signal: it is what follows an abort.
 *
 * @throws {ApplicationNotStoppedError}
 */
export async function stopApplication(
  board: Board,
  appId: number,
  chips: readonly ChipCoord[] = board.facts.chips,
): Promise<void> {
  const cores = chips.flatMap((chip) => applicationCores(board, chip));
  let left = 0;
  for (let signals = 0; signals < SIGNALS; signals++) {
    await board.signal("STOP", appId);
    for (let looks = 0; looks < LOOKS_PER_SIGNAL; looks++) {
      const statuses = await statusesOf(board, { appId, cores });
      left = statuses.filter((status) => status.appId === appId).length;
      if (left === 0) return;
      await pause(POLL_MILLIS);
    }
  }
  throw new ApplicationNotStoppedError(board.name, appId, left, SIGNALS);
}

function applicationCores(board: Board, at: ChipCoord): { x: number; y: number; core: number }[] {
  const chip = board.chipAt(at);
  const count = chip === undefined ? 0 : chip.workingCores - 1;
  return Array.from({ length: count }, (_, index) => ({ x: at.x, y: at.y, core: index + 1 }));
}

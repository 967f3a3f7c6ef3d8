/** Loads multicast tables: entries allocated, rows staged, loaded, and compared with what the monitor says it loaded. */
import { type ChipCoord, chipCoord } from "../machine/machine.ts";
import type { RoutingTable } from "../mapper/netlist.ts";
import { encodeRouterRows, loadRouterEntries } from "../sdp/allocation-commands.ts";
import { wordAt } from "../sdp/scp-command.ts";
import { allocateEntries } from "./allocate.ts";
import type { Board } from "./board.ts";
import { ROUTER_COPY_ENTRY_BYTES, SV, SV_ADDRESS } from "./chip-memory.ts";
import { TableNotLoadedError } from "./errors.ts";
import type { LoadPlan } from "./load-plan.ts";
import { together } from "./together.ts";

/** @throws {ChipFullError | TableNotLoadedError} */
export async function loadTables(
  board: Board,
  plan: LoadPlan,
  signal: AbortSignal | undefined,
  onProgress: (chips: number) => void,
): Promise<void> {
  let done = 0;
  await together(
    signal,
    plan.tables
      .filter((table) => table.key.length > 0)
      .map((table) => async (signal) => {
        await loadTable(board, plan.appId, chipCoord(plan.machine, table.chip), table, signal);
        onProgress(++done);
      }),
  );
}

async function loadTable(
  board: Board,
  appId: number,
  chip: ChipCoord,
  table: RoutingTable,
  signal: AbortSignal,
): Promise<void> {
  const count = table.key.length;
  const first = await allocateEntries(board, chip, appId, count, signal);
  const staging = board.facts.stagingAddress;
  await board.write(chip, staging, encodeRouterRows(table), { signal });
  await board.call(chip, loadRouterEntries(appId, staging, count, first), { signal });
  // SC&MP 4.0.0 says OK to a load it refused, so look.
  const copy = wordAt(await board.read(chip, SV_ADDRESS + SV.routerCopy, 4, { signal }), 0);
  const entries = await board.read(chip, copy + first * ROUTER_COPY_ENTRY_BYTES, count * ROUTER_COPY_ENTRY_BYTES, {
    signal,
  });
  for (let row = 0; row < count; row++) {
    const at = row * ROUTER_COPY_ENTRY_BYTES;
    const same =
      (wordAt(entries, at + 4) & 0xff_ffff) === table.route[row] &&
      wordAt(entries, at + 8) === table.key[row] &&
      wordAt(entries, at + 12) === table.mask[row];
    if (!same) throw new TableNotLoadedError(chip, row, count);
  }
}

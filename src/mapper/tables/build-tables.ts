import type { Machine } from "../../machine/machine.ts";
import type { NetKeys, RouteForest, RoutingTable } from "../netlist.ts";
import { chipRoutes, leastEntries } from "./chip-routes.ts";
import { removeDefaultRoutes } from "./default-route.ts";
import type { MergeEffort } from "./merge-search.ts";
import { minimiseAll } from "./minimise-all.ts";
import { RoutingTableFullError, type Sender, type TableDemand } from "./routing-table-full.ts";

/** The plain tables of a mapping: one entry a net and chip, less what default routing does. */
export function buildTables(forest: RouteForest, keys: NetKeys, machine: Machine): RoutingTable[] {
  return chipRoutes(forest, keys, machine.alive.length)
    .map(removeDefaultRoutes)
    .filter((table) => table.key.length > 0);
}

export interface SmallTablesOptions {
  /** Catch keys not in use only where and as far as the router's free entries demand. Default: as far as it goes. */
  readonly onlyToFit?: boolean;
  /** How hard to look for merges; see {@link MergeEffort}. Default `normal`. */
  readonly effort?: MergeEffort;
  /** Most threads to work with; the tables are the same for any number. Default 1. */
  readonly threads?: number;
  /** What messages call the sender of a net, such as its population. */
  readonly senderOf?: (net: number) => string;
}

/**
 * The tables of a mapping made small, each proved to do what its chip is asked to; see {@link minimiseAll}.
 *
 * @throws {RoutingTableFullError} some table does not fit its router even so; tells all of them
 */
export function buildSmallTables(
  forest: RouteForest,
  keys: NetKeys,
  machine: Machine,
  options: SmallTablesOptions = {},
): RoutingTable[] {
  const all = chipRoutes(forest, keys, machine.alive.length);
  const free = Int32Array.from(all, ({ chip }) => machine.routerEntries[chip]!);
  const { onlyToFit = false, effort = "normal", threads = 1 } = options;
  const tables = minimiseAll(all, { effort, threads, ...(onlyToFit && { stopAt: free }) });
  const tooLong: TableDemand[] = [];
  tables.forEach(({ chip, key }, at) => {
    if (key.length <= free[at]!) return;
    tooLong.push({ chip, needed: key.length, free: free[at]!, distinctRoutes: leastEntries(all[at]!) });
  });
  if (tooLong.length > 0) {
    const { senderOf } = options;
    throw new RoutingTableFullError(tooLong, machine, (chip) =>
      senderOf === undefined ? [] : sendersThrough(forest, chip, senderOf),
    );
  }
  return tables.filter(({ key }) => key.length > 0);
}

/** Who sends through a chip, and by how many nets; most first. */
function sendersThrough(forest: RouteForest, chip: number, senderOf: (net: number) => string): Sender[] {
  const nets = new Map<string, number>();
  for (let net = 0; net + 1 < forest.start.length; net++) {
    if (!forest.chip.subarray(forest.start[net]!, forest.start[net + 1]!).includes(chip)) continue;
    const name = senderOf(net);
    nets.set(name, (nets.get(name) ?? 0) + 1);
  }
  return [...nets].map(([name, count]) => ({ name, nets: count })).sort((a, b) => b.nets - a.nets);
}

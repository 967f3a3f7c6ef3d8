import { Worker } from "node:worker_threads";
import { threadEntry } from "../../thread-entry.ts";
import type { RoutingTable } from "../netlist.ts";
import type { ChipRoutes } from "./chip-routes.ts";
import type { MergeEffort } from "./merge-search.ts";
import { minimise } from "./minimise.ts";
import { awaitTables, shareTableWork, takeTables, workOnTables } from "./table-work.ts";

/** With fewer routes than this for a thread, it would hardly have begun when all is done. */
const ROUTES_A_THREAD = 40_000;

/** Milliseconds without a table after which no thread is waited for: what they had begun is made again here. */
const PATIENCE = 120_000;

export interface MinimiseAllOptions {
  /** Int32Array[tables]: as `stopAt` of {@link minimise}, table by table. Default: all 0. */
  readonly stopAt?: Int32Array;
  /** How hard to look for merges; see {@link MergeEffort}. Default `normal`. */
  readonly effort?: MergeEffort;
  /** Most threads to work with, the caller's own among them. The tables are the same for any number. Default 1. */
  readonly threads?: number;
}

/** {@link minimise} for many chips, in their order. The caller's thread works like the others, and is blocked meanwhile. */
export function minimiseAll(all: readonly ChipRoutes[], options: MinimiseAllOptions = {}): RoutingTable[] {
  const { stopAt = new Int32Array(all.length), effort = "normal", threads = 1 } = options;
  const routes = all.reduce((sum, { key }) => sum + key.length, 0);
  const helpers = Math.min(threads, Math.ceil(routes / ROUTES_A_THREAD)) - 1;
  if (helpers < 1) return all.map((routes, at) => minimise(routes, { stopAt: stopAt[at]!, effort }));

  const work = shareTableWork(all, stopAt, effort);
  for (let helper = 0; helper < helpers; helper++) {
    const thread = new Worker(threadEntry("mapper/tables/table-thread"), { workerData: work });
    // A thread that cannot start or dies leaves its work to the others.
    thread.on("error", () => {});
    thread.unref();
  }
  workOnTables(work);
  awaitTables(work, PATIENCE);
  return takeTables(work);
}

import type { RoutingTable } from "../netlist.ts";
import type { ChipRoutes } from "./chip-routes.ts";
import type { MergeEffort } from "./merge-search.ts";
import { minimise } from "./minimise.ts";

/** Words of {@link TableWork.progress}: the next chip nobody has begun, and how many are finished. */
const NEXT = 0;
const FINISHED = 1;

/** Length of a table that is not there yet, and of one that a thread failed to make. */
const UNFINISHED = -1;
const FAILED = -2;

/**
 * The tables of many chips, to be made small by any number of threads, in memory that they share. Each thread takes the
 * next chip that nobody has begun, so who made a table hangs on chance, but not what is in it.
 */
export interface TableWork {
  readonly effort: MergeEffort;
  /** Int32Array[tables]: chip, and number of entries at which it is small enough. */
  readonly chip: Int32Array;
  readonly stopAt: Int32Array;
  /** Int32Array[tables + 1]: what chip i is asked to do is at `[start[i] .. start[i + 1])` of the next four. */
  readonly start: Int32Array;
  readonly key: Uint32Array;
  readonly mask: Uint32Array;
  readonly route: Uint32Array;
  readonly arrival: Uint8Array;
  /** The small tables, each where its chip's routes are, and Int32Array[tables]: their lengths. */
  readonly smallKey: Uint32Array;
  readonly smallMask: Uint32Array;
  readonly smallRoute: Uint32Array;
  readonly length: Int32Array;
  readonly progress: Int32Array;
}

/** @param stopAt Int32Array[tables] */
export function shareTableWork(all: readonly ChipRoutes[], stopAt: Int32Array, effort: MergeEffort): TableWork {
  const start = sharedWords(all.length + 1);
  all.forEach(({ key }, at) => {
    start[at + 1] = start[at]! + key.length;
  });
  const entries = start[all.length]!;
  const unsigned = (): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * entries));
  const work = {
    effort,
    chip: sharedWords(all.length),
    stopAt: sharedWords(all.length),
    start,
    key: unsigned(),
    mask: unsigned(),
    route: unsigned(),
    arrival: new Uint8Array(new SharedArrayBuffer(entries)),
    smallKey: unsigned(),
    smallMask: unsigned(),
    smallRoute: unsigned(),
    length: sharedWords(all.length).fill(UNFINISHED),
    progress: sharedWords(2),
  };
  work.stopAt.set(stopAt);
  all.forEach((routes, at) => {
    work.chip[at] = routes.chip;
    work.key.set(routes.key, start[at]!);
    work.mask.set(routes.mask, start[at]!);
    work.route.set(routes.route, start[at]!);
    work.arrival.set(routes.arrival, start[at]!);
  });
  return work;
}

/** Makes tables until all have been begun. Never throws: what fails is left to {@link takeTables}. */
export function workOnTables(work: TableWork): void {
  const { progress, length, chip } = work;
  for (;;) {
    const at = Atomics.add(progress, NEXT, 1);
    if (at >= chip.length) return;
    try {
      const { key, mask, route } = smallTable(work, at);
      const start = work.start[at]!;
      work.smallKey.set(key, start);
      work.smallMask.set(mask, start);
      work.smallRoute.set(route, start);
      Atomics.store(length, at, key.length);
    } catch {
      Atomics.store(length, at, FAILED);
    }
    Atomics.add(progress, FINISHED, 1);
    Atomics.notify(progress, FINISHED);
  }
}

/**
 * Waits until all tables are finished.
 *
 * @param patience milliseconds without a single one finished after which the others are taken for lost
 */
export function awaitTables({ progress, chip }: TableWork, patience: number): void {
  for (;;) {
    const finished = Atomics.load(progress, FINISHED);
    if (finished >= chip.length || Atomics.wait(progress, FINISHED, finished, patience) === "timed-out") return;
  }
}

/**
 * The finished tables, in the order of the chips. What a thread lost or failed at is made here, so that an error is
 * thrown where the caller sees it.
 */
export function takeTables(work: TableWork): RoutingTable[] {
  return Array.from(work.chip, (chip, at) => {
    const length = Atomics.load(work.length, at);
    if (length < 0) return smallTable(work, at);
    const start = work.start[at]!;
    return {
      chip,
      key: new Uint32Array(work.smallKey.subarray(start, start + length)),
      mask: new Uint32Array(work.smallMask.subarray(start, start + length)),
      route: new Uint32Array(work.smallRoute.subarray(start, start + length)),
    };
  });
}

function smallTable({ chip, stopAt, start, key, mask, route, arrival, effort }: TableWork, at: number): RoutingTable {
  const from = start[at]!;
  const to = start[at + 1]!;
  const routes = {
    chip: chip[at]!,
    key: key.subarray(from, to),
    mask: mask.subarray(from, to),
    route: route.subarray(from, to),
    arrival: arrival.subarray(from, to),
  };
  return minimise(routes, { stopAt: stopAt[at]!, effort });
}

function sharedWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

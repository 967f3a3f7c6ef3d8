import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import { LOCAL, type RoutingTable } from "../netlist.ts";
import { defaultRoute } from "../tables/default-route.ts";
import type { PathStep } from "./delivery-fault.ts";

/** One chip a packet passes, with the step of the trace it came from. */
export interface TraceStep extends PathStep {
  /** Index of the step before, or -1 for the first. */
  readonly before: number;
  /** How the packet ends on some branch here, if it does so badly. */
  readonly trouble?: "droppedAtSource" | "deadLink" | "chipReachedTwice";
}

/**
 * Follows one packet from the chip whose core sends it, breadth first, whatever the tables say: branches end at cores,
 * at dead links, and where a chip would be entered a second time.
 *
 * O(chips passed × entries) time.
 */
export function traceKey(
  tables: readonly RoutingTable[],
  machine: Machine,
  sourceChip: number,
  key: number,
): readonly TraceStep[] {
  const tableOf = new Map(tables.map((table) => [table.chip, table]));
  const reached = new Set([sourceChip]);
  const queue: { chip: number; arrival: number; before: number }[] = [{ chip: sourceChip, arrival: LOCAL, before: -1 }];
  const steps: TraceStep[] = [];
  for (const { chip, arrival, before } of queue) {
    const table = tableOf.get(chip);
    const entry = table ? firstMatch(table, key) : -1;
    const route = entry < 0 ? defaultRoute(arrival) : table!.route[entry]!;
    let trouble: TraceStep["trouble"] = entry < 0 && arrival === LOCAL ? "droppedAtSource" : undefined;
    for (let link = 0; link < LINK_COUNT; link++) {
      if ((route & (1 << link)) === 0) continue;
      const next = machine.neighbour[chip * LINK_COUNT + link]!;
      if (next < 0) trouble = "deadLink";
      else if (reached.has(next)) trouble = "chipReachedTwice";
      else {
        reached.add(next);
        queue.push({ chip: next, arrival: (link + 3) % LINK_COUNT, before: steps.length });
      }
    }
    steps.push({ chip, arrival, entry, route, before, ...(trouble ? { trouble } : {}) });
  }
  return steps;
}

/** Index of the entry the router takes for a packet, or -1. */
export function firstMatch(table: RoutingTable, key: number): number {
  for (let entry = 0; entry < table.key.length; entry++) {
    if ((key & table.mask[entry]!) >>> 0 === table.key[entry]) return entry;
  }
  return -1;
}

import type { NetKeys, RouteForest, RoutingTable } from "../netlist.ts";
import { isDefaultRouted } from "./default-route.ts";

/**
 * Everything a chip is asked to do: one entry for each key block that reaches or leaves it, also where default routing
 * would do. The blocks are disjoint, so their order means nothing; keys in no block never occur on this chip.
 */
export interface ChipRoutes extends RoutingTable {
  /** Uint8Array[entries]: link the block's packets arrive by, or LOCAL (7) when a core of this chip sends them. */
  readonly arrival: Uint8Array;
}

/**
 * Turns trees into what each chip has to do, in ascending order of chips and, within one, of keys.
 *
 * Chips that no packet touches are left out. O(nets log nets + nodes + chips) time; all chips share four arrays.
 */
export function chipRoutes(forest: RouteForest, keys: NetKeys, chipCount: number): ChipRoutes[] {
  const nodeCount = forest.chip.length;
  const first = new Int32Array(chipCount + 1);
  for (const chip of forest.chip) first[chip + 1]!++;
  for (let chip = 0; chip < chipCount; chip++) first[chip + 1]! += first[chip]!;

  const key = new Uint32Array(nodeCount);
  const mask = new Uint32Array(nodeCount);
  const route = new Uint32Array(nodeCount);
  const arrival = new Uint8Array(nodeCount);
  const next = first.slice(0, chipCount);
  for (const net of netsByKey(keys)) {
    const end = forest.start[net + 1]!;
    for (let node = forest.start[net]!; node < end; node++) {
      const at = next[forest.chip[node]!]!++;
      key[at] = keys.key[net]!;
      mask[at] = keys.mask[net]!;
      route[at] = forest.route[node]!;
      arrival[at] = forest.arrival[node]!;
    }
  }

  const all: ChipRoutes[] = [];
  for (let chip = 0; chip < chipCount; chip++) {
    const from = first[chip]!;
    const to = first[chip + 1]!;
    if (from === to) continue;
    all.push({
      chip,
      key: key.subarray(from, to),
      mask: mask.subarray(from, to),
      route: route.subarray(from, to),
      arrival: arrival.subarray(from, to),
    });
  }
  return all;
}

/** Different routes that default routing does not make: no table for the chip has fewer entries, whatever the keys. */
export function leastEntries({ route, arrival }: ChipRoutes): number {
  return new Set(route.filter((word, at) => !isDefaultRouted(arrival[at]!, word))).size;
}

function netsByKey(keys: NetKeys): Int32Array {
  const order = Int32Array.from({ length: keys.key.length }, (_, net) => net);
  return order.sort((a, b) => keys.key[a]! - keys.key[b]!);
}

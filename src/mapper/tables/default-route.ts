import { LINK_COUNT } from "../../machine/machine.ts";
import { LOCAL, type RoutingTable } from "../netlist.ts";
import type { ChipRoutes } from "./chip-routes.ts";
import { cubesMeet } from "./ternary-cube.ts";

/** Route word of a packet that matches no entry: straight on; 0 (dropped) when a core of the chip itself sent it. */
export function defaultRoute(arrival: number): number {
  return arrival === LOCAL ? 0 : 1 << ((arrival + 3) % LINK_COUNT);
}

/** Would packets that arrive like this and take this route do so without any entry? */
export function isDefaultRouted(arrival: number, route: number): boolean {
  return arrival !== LOCAL && route === defaultRoute(arrival);
}

/**
 * Leaves out the entries that default routing replaces: one arrival link, one route link opposite to it, and no kept
 * entry further down that would catch their keys instead.
 *
 * The entries may overlap and are then a priority list. O(defaults × kept entries) time.
 */
export function removeDefaultRoutes(routes: ChipRoutes): RoutingTable {
  const kept: number[] = [];
  for (let at = routes.key.length - 1; at >= 0; at--) {
    if (!isDefaultRouted(routes.arrival[at]!, routes.route[at]!) || caughtBelow(routes, at, kept)) kept.push(at);
  }
  kept.reverse();
  return {
    chip: routes.chip,
    key: Uint32Array.from(kept, (at) => routes.key[at]!),
    mask: Uint32Array.from(kept, (at) => routes.mask[at]!),
    route: Uint32Array.from(kept, (at) => routes.route[at]!),
  };
}

function caughtBelow(routes: ChipRoutes, at: number, below: readonly number[]): boolean {
  const { key, mask } = routes;
  return below.some((other) => cubesMeet(key[at]!, mask[at]!, key[other]!, mask[other]!));
}

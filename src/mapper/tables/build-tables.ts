import type { Machine } from "../../machine/machine.ts";
import type { NetKeys, RouteForest, RoutingTable } from "../netlist.ts";
import { chipRoutes } from "./chip-routes.ts";
import { removeDefaultRoutes } from "./default-route.ts";

/**
 * The plain tables of a mapping: one entry a net and chip, less what default routing does.
 *
 * Smaller ones come from `minimise`, which starts from {@link chipRoutes} because it needs the default-routed keys too.
 */
export function buildTables(forest: RouteForest, keys: NetKeys, machine: Machine): RoutingTable[] {
  return chipRoutes(forest, keys, machine.alive.length)
    .map(removeDefaultRoutes)
    .filter((table) => table.key.length > 0);
}

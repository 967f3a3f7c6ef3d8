export { buildSmallTables, buildTables, type SmallTablesOptions } from "./build-tables.ts";
export { type ChipRoutes, chipRoutes, leastEntries } from "./chip-routes.ts";
export { defaultRoute, isDefaultRouted, removeDefaultRoutes } from "./default-route.ts";
export {
  assertEquivalent,
  type EquivalenceProof,
  proveEquivalent,
  type RouteDifference,
  TablesDifferError,
} from "./equivalence.ts";
export { firstMatchBlocks } from "./first-match-blocks.ts";
export { joinSiblings, type KeyBlocks } from "./key-blocks.ts";
export type { MergeEffort } from "./merge-search.ts";
export { type MinimiseOptions, minimise } from "./minimise.ts";
export { type MinimiseAllOptions, minimiseAll } from "./minimise-all.ts";
export { RoutingTableFullError, type TableDemand } from "./routing-table-full.ts";
export { cubeContains, cubesMeet, matchesNothing } from "./ternary-cube.ts";

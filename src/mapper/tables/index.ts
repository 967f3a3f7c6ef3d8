export { buildTables } from "./build-tables.ts";
export { type ChipRoutes, chipRoutes } from "./chip-routes.ts";
export { defaultRoute, isDefaultRouted, removeDefaultRoutes } from "./default-route.ts";
export { minimise } from "./minimise.ts";
export { cubeContains, cubesMeet, matchesNothing } from "./ternary-cube.ts";

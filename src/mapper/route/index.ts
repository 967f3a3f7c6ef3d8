export { type CutLink, UnreachableTargetError } from "./errors.ts";
export { type RouteOptions, route } from "./route.ts";

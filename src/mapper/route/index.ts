export { type CutLink, UnreachableTargetError } from "./errors.ts";
export { route } from "./route.ts";

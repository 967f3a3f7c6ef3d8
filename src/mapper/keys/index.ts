export { allocateKeys, type KeyDemand } from "./allocate-keys.ts";
export { blockMask, KEY_LIMIT, KeySpaceExhaustedError } from "./key-space.ts";

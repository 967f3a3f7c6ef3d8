export { allocateKeys, type KeyDemand } from "./allocate-keys.ts";
export { blockMask, KEY_LIMIT, KeySpaceExhaustedError, RESERVED_KEYS } from "./key-space.ts";

export type { Effort } from "./effort.ts";
export { ChipTooSmallError, NoRoomError, PinError, type Shortage } from "./errors.ts";
export { type PlaceOptions, place } from "./place.ts";

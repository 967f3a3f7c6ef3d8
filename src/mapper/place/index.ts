export { ChipTooSmallError, NoRoomError, PinError, type Shortage } from "./errors.ts";
export { type Effort, type PlaceOptions, place } from "./place.ts";

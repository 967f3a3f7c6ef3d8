import { InputError } from "../errors.ts";

/** Bytes that were to be a core image are none, or are damaged. */
export class BadImageError extends InputError {
  readonly code = "BAD_IMAGE";

  constructor(found: string, remedy: string, place = "core image") {
    super(place, found, remedy);
  }
}

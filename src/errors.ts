/**
 * The one shape of every rejection: where, what was found, what would be right.
 *
 * A subclass stands for one broken rule. Its {@link code} never changes, so scripts may match it;
 * texts may be reworded at any time.
 */
export abstract class SpinloomError extends Error {
  /** Stable identifier of the broken rule, e.g. `ROUTING_TABLE_FULL`. */
  abstract readonly code: string;
  /** Where: a file and the path in it, a chip and core, a command, an address. */
  readonly place: string;
  /** What was found there. */
  readonly found: string;
  /** What would be right, or what to do. */
  readonly remedy: string;

  constructor(place: string, found: string, remedy: string, options?: { readonly cause?: unknown }) {
    super(`${place}: ${found}. ${remedy}`, options);
    this.name = new.target.name;
    this.place = place;
    this.found = found;
    this.remedy = remedy;
  }

  /** What helps to find the cause and takes more than a sentence, such as what cores printed; lines. */
  get details(): string | undefined {
    return undefined;
  }
}

/** Input that can never be right (usage, files, flags, parameters) ends the command line with 2; all else with 1. */
export abstract class InputError extends SpinloomError {}

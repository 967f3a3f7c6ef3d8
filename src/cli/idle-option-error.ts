import { InputError } from "../errors.ts";

/** An option that would do nothing beside the others: who gives it expects otherwise. */
export class IdleOptionError extends InputError {
  readonly code = "IDLE_OPTION";

  constructor(option: string, where: string, remedy: string) {
    super(option, `it does nothing ${where}`, remedy);
  }
}

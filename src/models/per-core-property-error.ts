import { InputError } from "../errors.ts";

/** A parameter that is tabulated once a core was given one value a neuron. */
export class PerCorePropertyError extends InputError {
  readonly code = "ONE_VALUE_NEEDED";

  constructor(cellType: string, parameter: string) {
    super(
      `parameter ${parameter} of ${cellType}`,
      "it differs between neurons",
      "Give one number, or use a population for each value.",
    );
  }
}

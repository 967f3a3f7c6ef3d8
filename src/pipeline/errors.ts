import { InputError } from "../errors.ts";

/** The network names a cell type that no model computes. */
export class UnsupportedCellError extends InputError {
  readonly code = "UNSUPPORTED_CELL";

  constructor(population: string, type: string, known: readonly string[]) {
    super(`population ${population}`, `cell type ${type} has no model`, `Models exist for ${known.join(", ")}.`);
  }
}

/** A projection ends on cells that take no input. */
export class NoReceptorError extends InputError {
  readonly code = "NO_RECEPTOR";

  constructor(projection: string, receptor: string, cellType: string, receptors: readonly string[]) {
    super(
      `projection ${projection}`,
      `receptor ${receptor} of ${cellType}`,
      receptors.length === 0 ? `${cellType} takes no input.` : `Its receptors are ${receptors.join(" and ")}.`,
    );
  }
}

/** Even one neuron a core does not fit the memory or the time of a core. */
export class CoreTooSmallError extends InputError {
  readonly code = "CORE_TOO_SMALL";

  constructor(population: string, found: string, remedy: string) {
    super(`population ${population}`, found, remedy);
  }
}

/** A current is injected into cells that take none. */
export class NoCurrentError extends InputError {
  readonly code = "NO_CURRENT";

  constructor(population: string, type: string) {
    super(`population ${population}`, `a current is injected into ${type}`, "Only cells with a drive take currents.");
  }
}

/** A deployment was made with models that whoever runs it does not know. */
export class UnknownModelError extends InputError {
  readonly code = "UNKNOWN_MODEL";

  constructor(model: string) {
    super(`model ${model}`, "it is not among the models known here", "Pass the model library it was mapped with.");
  }
}

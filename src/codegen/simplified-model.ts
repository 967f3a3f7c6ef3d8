import { withCommonVoltage } from "./common-voltage.ts";
import { withKnownParams } from "./fold-constants.ts";
import type { Model } from "./ir.ts";
import { type KnownRanges, lastingRanges } from "./value-ranges.ts";

/** What is known of the cells that some code is for. */
export interface KnownWords {
  /** Words of parameters that become part of the code: all core parameters, and others if that is worth it. */
  readonly known: ReadonlyMap<string, number>;
  /** Ranges of the words of all parameters and tables, and of the states to begin with. */
  readonly ranges: KnownRanges;
  /** Parameters that hold one word a neuron. */
  readonly perNeuron: readonly string[];
}

/** The model with less to compute, and the same bits, for such cells. */
export function simplifiedModel(model: Model, { known, ranges, perNeuron }: KnownWords): Model {
  const folded = withKnownParams(model, known);
  const shared = new Set(model.params.filter((name) => !perNeuron.includes(name)));
  return withCommonVoltage(folded, lastingRanges(folded, ranges), shared);
}

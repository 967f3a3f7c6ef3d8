import { withCommonVoltage } from "./common-voltage.ts";
import { withKnownParams } from "./fold-constants.ts";
import type { Expr, Model } from "./ir.ts";
import { shortProducts, withNarrowProducts } from "./narrow-products.ts";
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

/** A model with less to compute, and the same bits, for such cells. */
export interface SimplifiedModel {
  readonly model: Model;
  /** See {@link shortProducts}. */
  readonly shortProducts: ReadonlySet<Expr>;
}

export function simplifiedModel(model: Model, { known, ranges, perNeuron }: KnownWords): SimplifiedModel {
  const folded = withKnownParams(model, known);
  const shared = new Set(model.params.filter((name) => !perNeuron.includes(name)));
  const lasting = lastingRanges(folded, ranges);
  const simpler = withNarrowProducts(withCommonVoltage(folded, lasting, shared), lasting, shared);
  return { model: simpler, shortProducts: shortProducts(simpler, lasting) };
}

import type { Model } from "../../codegen/ir.ts";
import { type KnownRanges, type Range, rangeOfSteps, rangeOfWords } from "../../codegen/value-ranges.ts";
import type { ImageView } from "../../image/image-view.ts";

/** Ranges of a core's words as it begins. */
export function rangesOf(image: ImageView, model: Model): KnownRanges {
  const neurons = image.config("neurons");
  const ranges = (names: readonly string[], words: (k: number) => ArrayLike<number>): Map<string, Range> =>
    new Map(names.map((name, k) => [name, rangeOfWords(words(k))]));
  return {
    states: ranges(model.states, (k) => image.state(k).subarray(0, neurons)),
    params: ranges(model.params, (k) => {
      const param = image.param(k);
      return typeof param === "number" ? [param] : param.subarray(0, neurons);
    }),
    tables: ranges(model.tables, (k) => image.table(k)),
    steps: new Map(model.tables.map((name, k) => [name, rangeOfSteps(image.table(k))])),
  };
}

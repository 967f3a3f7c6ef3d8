import type { Model } from "../../codegen/ir.ts";
import { usesIndex } from "../../codegen/wasm/neuron-function.ts";
import { RECORDING_KINDS } from "../../image/layout.ts";
import type { EngineCore } from "./engine-core.ts";
import type { FunctionLibrary } from "./function-library.ts";
import { rangesOf } from "./known-words.ts";
import type { TableLibrary } from "./table-library.ts";

/** The code of a core's cells, and the words it needs. */
export interface CoreCode {
  /** Slots of the module's table: the plain update, and the one that stores recorded states. */
  readonly update: { readonly plain: number; readonly recording: number };
  readonly substeps: number;
  /** One word for every parameter of the model, 0 for those that are one a neuron. */
  readonly shared: readonly number[];
  /** Parameters that are one a neuron, in the model's order. */
  readonly perNeuron: readonly Uint32Array[];
  /** The same for cores whose cells can be computed together, as if they were one core's. */
  readonly kind: string;
}

export function coreCode(core: EngineCore, model: Model, code: FunctionLibrary, tables: TableLibrary): CoreCode {
  const { image } = core;
  const substeps = image.config("substeps");
  const params = model.params.map((_, k) => image.param(k));
  const recordings = Array.from({ length: image.config("recordings") }, (_, k) => image.recording(k));
  const ranges = rangesOf(image, model);
  const known = foldedParams(model, params);
  const options = {
    perNeuron: model.params.filter((_, k) => typeof params[k] !== "number"),
    tables: model.tables.map((_, k) => tables.address(image.table(k))),
    singleStep: substeps === 1,
  };
  const updateFor = (recorded: readonly string[]): number =>
    code.update(model, known, { ...options, recorded }, ranges);
  const recorded = recordings.filter((r) => r.kind === RECORDING_KINDS.state).map((r) => model.states[r.state]!);
  const update = { plain: updateFor([]), recording: updateFor(recorded) };
  const shared = params.map((p) => (typeof p === "number" ? p : 0));
  const place = usesIndex(model) ? [core.chip, core.core] : [];
  return {
    update,
    substeps,
    shared,
    perNeuron: params.filter((p) => typeof p !== "number"),
    kind: JSON.stringify([update, substeps, shared, place]),
  };
}

/**
 * Words that are folded into the code: core parameters, as a shift by a constant is one instruction and by a word five,
 * and zeros. Any other would make a function of its own for each population.
 */
function foldedParams(model: Model, params: readonly (number | Uint32Array)[]): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  model.params.forEach((name, k) => {
    const word = params[k];
    if (typeof word === "number" && (word === 0 || model.coreParams.includes(name))) known.set(name, word);
  });
  return known;
}

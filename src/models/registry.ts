import type { Model } from "../codegen/ir.ts";
import { modelText } from "../codegen/model-text.ts";
import { textHash } from "../image/layout.ts";
import type { CellModel } from "./cell-model.ts";
import { IF_COND_ALPHA, IF_COND_ALPHA_MODEL, IF_COND_EXP, IF_COND_EXP_MODEL } from "./conductance-cells.ts";
import { IF_CURR_ALPHA, IF_CURR_ALPHA_MODEL, IF_CURR_EXP, IF_CURR_EXP_MODEL } from "./current-cells.ts";
import { HH_COND_EXP, HH_COND_EXP_GATES_FIRST_MODEL, HH_COND_EXP_MODEL } from "./hh-cond-exp.ts";
import { IF_COND_EXP_SPYNNAKER_MODEL } from "./if-cond-exp-spynnaker.ts";
import { IF_CURR_DELTA, IF_CURR_DELTA_MODEL } from "./if-curr-delta.ts";
import { IZHIKEVICH, IZHIKEVICH_MODEL } from "./izhikevich.ts";
import { NOISE_SLOTS, withNoise } from "./noisy-drive.ts";
import { POISSON_PLANES, poissonModel, SPIKE_SOURCE_POISSON } from "./spike-source-poisson.ts";

/** Every cell type that is a model, by PyNN's name. SpikeSourceArray is none: it has no state to compute. */
export const CELL_MODELS: ReadonlyMap<string, CellModel> = new Map(
  [
    IF_COND_EXP,
    IF_COND_ALPHA,
    IF_CURR_EXP,
    IF_CURR_ALPHA,
    IF_CURR_DELTA,
    IZHIKEVICH,
    HH_COND_EXP,
    SPIKE_SOURCE_POISSON,
  ].map((cell) => [cell.type, cell]),
);

/** The IR models that cells of these types are encoded for; kernels are built from them. */
export const BUILT_IN_MODELS: readonly Model[] = [
  IF_COND_EXP_MODEL,
  IF_COND_EXP_SPYNNAKER_MODEL,
  IF_COND_ALPHA_MODEL,
  IF_CURR_EXP_MODEL,
  IF_CURR_ALPHA_MODEL,
  IF_CURR_DELTA_MODEL,
  IZHIKEVICH_MODEL,
  HH_COND_EXP_MODEL,
  HH_COND_EXP_GATES_FIRST_MODEL,
  ...POISSON_PLANES.map(poissonModel),
];

const hashes = new WeakMap<Model, number>();

/** Identifies a model by its expressions: what an image and a kernel binary must agree on. */
export function modelHash(model: Model): number {
  let hash = hashes.get(model);
  if (hash === undefined) {
    hash = textHash(modelText(model));
    hashes.set(model, hash);
  }
  return hash;
}

let builtIn: ReadonlyMap<number, Model> | undefined;
let noisy: ReadonlyMap<number, Model> | undefined;

/** The built-in model with this hash, or its variant with noisy currents. */
export function builtInModel(hash: number): Model | undefined {
  builtIn ??= byHash(BUILT_IN_MODELS);
  const found = builtIn.get(hash);
  if (found !== undefined) return found;
  noisy ??= byHash(noisyModels(BUILT_IN_MODELS));
  return noisy.get(hash);
}

/** The variants of models that noisy currents are injected into. */
export function noisyModels(models: readonly Model[]): Model[] {
  return models
    .filter((model) => model.params.includes("drive"))
    .flatMap((model) => Array.from({ length: NOISE_SLOTS }, (_, k) => withNoise(model, "drive", k + 1)));
}

function byHash(models: readonly Model[]): ReadonlyMap<number, Model> {
  return new Map(models.map((model) => [modelHash(model), model]));
}

import type { Model } from "../codegen/ir.ts";
import { CELL_TYPES, type CellType } from "../network/cell-types.ts";
import type { CellContext, CellModel, EncodedCells } from "./cell-model.ts";
import { BadModelError, checkModel } from "./check-model.ts";
import { BUILT_IN_MODELS, builtInModel, CELL_MODELS, modelHash, noisyModels } from "./registry.ts";

/** A cell type of the user's own: what a network may say about it, and how that becomes the words of a model. */
export interface CellDefinition {
  /** Name, parameters with defaults and ranges, variables, receptors, recordables: what networks are checked against. */
  readonly type: CellType;
  /** Every model that {@link encode} may choose. */
  readonly models: readonly Model[];
  /** Parameters and initial values in words; all of the type's parameters are there, in their ranges. */
  encode(context: CellContext): EncodedCells;
}

/** The cell types that networks may use and the models that run them: the standard ones and the user's own. */
export interface ModelLibrary {
  /** For `readNetwork` and `NetworkBuilder`. */
  readonly cellTypes: Readonly<Record<string, CellType>>;
  readonly cellModels: ReadonlyMap<string, CellModel>;
  /** Models that are not built in; plain data, which may be sent to a thread. */
  readonly ownModels: readonly Model[];
  /** The model that an image's hash stands for. */
  readonly modelOf: (hash: number) => Model | undefined;
}

/**
 * The standard cell types and some more.
 *
 * @throws {BadModelError} a definition contradicts itself or takes a name that is taken
 */
export function modelLibrary(cells: readonly CellDefinition[]): ModelLibrary {
  const cellTypes: Record<string, CellType> = { ...CELL_TYPES };
  const cellModels = new Map(CELL_MODELS);
  const names = new Set(BUILT_IN_MODELS.map(({ name }) => name));
  for (const { type, models, encode } of cells) {
    if (Object.hasOwn(cellTypes, type.name)) {
      throw new BadModelError(type.name, "there is such a cell type already", "Give it another name.");
    }
    for (const model of models) {
      checkModel(model);
      checkReceptors(type, model);
      if (names.has(model.name)) throw new BadModelError(model.name, "the name is taken", "Give it another name.");
      names.add(model.name);
    }
    cellTypes[type.name] = type;
    const receptors = Object.keys(type.receptors);
    const weightUnit = receptors.length === 0 ? "" : type.receptors[receptors[0]!]!.unit;
    cellModels.set(type.name, { type: type.name, receptors: models[0]?.receptors ?? receptors, weightUnit, encode });
  }
  const own = cells.flatMap(({ models }) => models);
  const ownModels = [...own, ...noisyModels(own)];
  return { cellTypes, cellModels, ownModels, modelOf: modelFinder(ownModels) };
}

export const STANDARD_LIBRARY: ModelLibrary = modelLibrary([]);

/** Finds models by hash among the built-in ones and some more. */
export function modelFinder(more: readonly Model[]): (hash: number) => Model | undefined {
  const own = new Map(more.map((model) => [modelHash(model), model]));
  return (hash) => own.get(hash) ?? builtInModel(hash);
}

function checkReceptors(type: CellType, model: Model): void {
  const receptors = Object.keys(type.receptors);
  if (receptors.length === model.receptors.length && receptors.every((name) => model.receptors.includes(name))) return;
  throw new BadModelError(
    model.name,
    `its receptors are ${model.receptors.join(", ") || "none"}`,
    `The receptors of cell type ${type.name} are ${receptors.join(", ") || "none"}.`,
  );
}

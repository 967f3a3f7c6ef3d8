import type { CellModel, EncodedCells, Values } from "../models/cell-model.ts";
import { streamKey } from "../models/philox.ts";
import { CELL_MODELS } from "../models/registry.ts";
import { drawValues } from "../network/draw-values.ts";
import type { Network, Population, Value } from "../network/network.ts";
import { stream } from "../random/index.ts";
import { UnsupportedCellError } from "./errors.ts";

/** The cells of every population in words; undefined for SpikeSourceArray, which has none. */
export function encodePopulations(
  network: Network,
  weightUnits: readonly Readonly<Record<string, number>>[],
): (EncodedCells | undefined)[] {
  return network.populations.map((population, index) =>
    population.cell.type === "SpikeSourceArray"
      ? undefined
      : cellModel(population).encode({
          size: population.size,
          timestepMs: network.timestepMicros / 1000,
          parameters: drawAll(population.cell.parameters, population.size, network.seed, "parameter", index),
          initial: drawAll(population.initial, population.size, network.seed, "initial", index),
          options: population.cell.options,
          weightUnits: weightUnits[index]!,
          streamKey: streamKey(network.seed, index),
        }),
  );
}

/** @throws {UnsupportedCellError} no model by that name */
export function cellModel(population: Population): CellModel {
  const model = CELL_MODELS.get(population.cell.type);
  if (model === undefined)
    throw new UnsupportedCellError(population.name, population.cell.type, [...CELL_MODELS.keys()]);
  return model;
}

function drawAll(
  values: Readonly<Record<string, Value>>,
  size: number,
  seed: number,
  purpose: "parameter" | "initial",
  population: number,
): Record<string, Values> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "number" ? value : drawValues(value, size, seed, stream(purpose, population, name)),
    ]),
  );
}

import type { CellModel, EncodedCells } from "../models/cell-model.ts";
import { streamKey } from "../models/philox.ts";
import { CELL_MODELS } from "../models/registry.ts";
import { cellValues } from "../network/draw-values.ts";
import type { Network, Population } from "../network/network.ts";
import { UnsupportedCellError } from "./errors.ts";

/**
 * The cells of every population in words; undefined for SpikeSourceArray, which has none.
 *
 * @throws {DrawnValueError} a drawn parameter or initial value is out of its range
 */
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
          ...cellValues(network, index),
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

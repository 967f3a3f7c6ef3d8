import type { CellContext, CellModel, EncodedCells, Values, Words } from "../models/cell-model.ts";
import { checkEncoded } from "../models/check-model.ts";
import type { ModelLibrary } from "../models/model-library.ts";
import { streamKey } from "../models/philox.ts";
import { cellValues, parameterValues } from "../network/draw-values.ts";
import { msToTicks, type Network, type Population } from "../network/network.ts";
import { UnsupportedCellError } from "./errors.ts";
import { InjectedCurrents } from "./injected-currents.ts";
import type { ReceptorWeights } from "./synapses.ts";

/** A population's cells in words, and what changes about them during the run. */
export interface EncodedPopulation {
  /** As they are in tick 0. */
  readonly cells: EncodedCells;
  /** Ascending; each with the words of all parameters from its tick on, in the layout of the first. */
  readonly changes: readonly ParameterChange[];
  /** Largest relative error that rounding to words made in the values of each parameter. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface ParameterChange {
  readonly tick: number;
  readonly params: Readonly<Record<string, Words>>;
}

/**
 * The cells of every population; undefined for SpikeSourceArray, which has none.
 *
 * @param weights onto each population's receptors
 * @throws {DrawnValueError} a drawn parameter or initial value is out of its range
 * @throws {ParameterRangeError} a value has no word
 */
export function encodePopulations(
  network: Network,
  weights: readonly ReceptorWeights[],
  library: ModelLibrary,
): (EncodedPopulation | undefined)[] {
  return network.populations.map(({ cell }, index) =>
    cell.type === "SpikeSourceArray" ? undefined : encodePopulation(network, index, weights[index]!, library),
  );
}

function encodePopulation(
  network: Network,
  index: number,
  weights: ReceptorWeights,
  library: ModelLibrary,
): EncodedPopulation {
  const population = network.populations[index]!;
  const { parameters, initial } = cellValues(network, index, library.cellTypes);
  const phases = parametersOfPhases(network, index, parameters, library);
  const errors: Record<string, number> = {};
  const context: CellContext = {
    population: population.name,
    size: population.size,
    timestepMs: network.timestepMicros / 1000,
    parameters,
    parametersOfPhases: phases.map((p) => p.parameters),
    initial,
    options: population.cell.options,
    weightUnits: weights.units,
    largestWeights: weights.largest,
    streamKey: streamKey(network.seed, index),
    onQuantised: (name, error) => {
      errors[name] = Math.max(errors[name] ?? 0, error);
    },
  };
  const model = cellModel(population, library);
  const encoded = phases.map((phase) => ({
    tick: phase.tick,
    cells: model.encode({ ...context, parameters: phase.parameters }),
  }));
  for (const { cells } of encoded) checkEncoded(cells, population.size);
  const currents = new InjectedCurrents(network, index);
  const first = currents.driven(encoded[0]!.cells);
  const end = network.phases.reduce((sum, p) => sum + msToTicks(p.durationMs, network.timestepMicros), 0);
  const ticks = [...new Set([...encoded.map(({ tick }) => tick), ...currents.changes()])]
    .filter((tick) => tick > 0 && tick < end)
    .sort((a, b) => a - b);
  const changes = ticks.map((tick): ParameterChange => {
    const { cells } = encoded.findLast((phase) => phase.tick <= tick)!;
    return { tick, params: currents.params(cells, tick) };
  });
  return { ...inOneLayout(first, changes, population.size), errors };
}

/** Parameters from the first tick of each phase that changes some. */
function parametersOfPhases(
  network: Network,
  index: number,
  parameters: Readonly<Record<string, Values>>,
  { cellTypes }: ModelLibrary,
): { readonly tick: number; readonly parameters: Readonly<Record<string, Values>> }[] {
  const found = [{ tick: 0, parameters }];
  let tick = 0;
  for (const { durationMs, parameterChanges } of network.phases) {
    for (const change of parameterChanges) {
      if (change.population !== index) continue;
      const values = Object.entries(change.parameters).map(([name, value]): [string, Values] => [
        name,
        typeof value === "number" ? value : parameterValues(network, index, name, value, cellTypes),
      ]);
      const next = { tick, parameters: { ...found.at(-1)!.parameters, ...Object.fromEntries(values) } };
      if (found.at(-1)!.tick === tick) found.pop();
      found.push(next);
    }
    tick += msToTicks(durationMs, network.timestepMicros);
  }
  return found;
}

/** A parameter that is ever one word a neuron is so from the beginning: patches keep the layout of the image. */
function inOneLayout(
  cells: EncodedCells,
  changes: readonly ParameterChange[],
  size: number,
): { readonly cells: EncodedCells; readonly changes: readonly ParameterChange[] } {
  const spread = (params: Readonly<Record<string, Words>>): Readonly<Record<string, Words>> =>
    Object.fromEntries(
      Object.entries(params).map(([name, words]): [string, Words] => {
        const perNeuron = [cells, ...changes].some((c) => typeof c.params[name] !== "number");
        return [name, typeof words === "number" && perNeuron ? new Int32Array(size).fill(words) : words];
      }),
    );
  return {
    cells: { ...cells, params: spread(cells.params) },
    changes: changes.map(({ tick, params }) => ({ tick, params: spread(params) })),
  };
}

/** @throws {UnsupportedCellError} no model by that name */
export function cellModel({ name, cell }: Population, { cellModels }: ModelLibrary): CellModel {
  const model = cellModels.get(cell.type);
  if (model === undefined) throw new UnsupportedCellError(name, cell.type, [...cellModels.keys()]);
  return model;
}

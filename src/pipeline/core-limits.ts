import type { EncodedCells } from "../models/cell-model.ts";
import { estimatedCycles } from "../models/cycle-cost.ts";
import type { Network } from "../network/network.ts";
import { CoreTooSmallError } from "./errors.ts";

/** Synaptic words have 8 bits for the neuron at most here: rows stay short and keys compact. */
export const MOST_NEURONS = 256;
/** DTCM left for states, parameters and the ring buffer, of 64 KiB; the rest is the kernel's own. */
export const DTCM_BYTES: number = 40 * 1024;
/** Part of DTCM the ring buffer may take. */
export const RING_WORDS: number = 6 * 1024;
/**
 * Part of a tick that neuron updates may take; the rest is for packets and rows. At 0.6 the volley with which the 1500
 * cells of Vogels and Abbott begin fills a tick to the last cycle.
 */
export const UPDATE_SHARE = 0.5;
/** Core cycles a microsecond. */
export const CYCLES_PER_MICRO = 200;

export interface CoreBudget {
  /** Most neurons a core by memory, by time, and as chosen. */
  readonly byMemory: number;
  readonly byTime: number;
  readonly chosen: number;
  /** Estimated cycles of one neuron in one tick, and of a whole tick. */
  readonly neuronCycles: number;
  readonly tickCycles: number;
}

/**
 * Neurons a core may take: as many as its DTCM holds, its cycles allow and a row can name.
 *
 * @param tickMicros hardware time of a tick
 */
export function coreBudget(cells: EncodedCells | undefined, tickMicros: number, userLimit?: number): CoreBudget {
  const tickCycles = tickMicros * CYCLES_PER_MICRO;
  const most = Math.min(MOST_NEURONS, userLimit ?? MOST_NEURONS);
  if (cells === undefined)
    return { byMemory: MOST_NEURONS, byTime: MOST_NEURONS, chosen: most, neuronCycles: 0, tickCycles };
  const { model, substeps, params, tables } = cells;
  const perNeuron = model.params.filter((name) => typeof params[name] !== "number").length;
  const tableBytes = Object.values(tables).reduce((sum, t) => sum + t.byteLength, 0);
  // A ring buffer of two slots is the least there is.
  const neuronBytes = 4 * (model.states.length + perNeuron + 2 * model.receptors.length) + 1;
  const byMemory = Math.floor((DTCM_BYTES - tableBytes - 4 * model.params.length) / neuronBytes);
  const { perTick, perSubstep } = estimatedCycles(model);
  const neuronCycles = perTick + substeps * perSubstep;
  const byTime = Math.floor((tickCycles * UPDATE_SHARE) / neuronCycles);
  return { byMemory, byTime, chosen: Math.min(most, byMemory, byTime), neuronCycles, tickCycles };
}

/** What users say about cores. */
export interface CoreLimits {
  /** Most neurons a core of any population. */
  readonly neuronsPerCore?: number;
  /** Hardware time of a tick over its biological time. Default 1. */
  readonly timeScale?: number;
}

/**
 * Most neurons a core of each population.
 *
 * @param cells of each population; undefined for lists of spikes
 * @throws {CoreTooSmallError} not even one neuron
 */
export function coreLimits(
  network: Network,
  cells: readonly (EncodedCells | undefined)[],
  { neuronsPerCore = Number.POSITIVE_INFINITY, timeScale = 1 }: CoreLimits,
): number[] {
  return network.populations.map(({ name, maxNeuronsPerCore = Number.POSITIVE_INFINITY }, p) => {
    const userLimit = Math.min(neuronsPerCore, maxNeuronsPerCore);
    const budget = coreBudget(cells[p], network.timestepMicros * timeScale, userLimit);
    if (budget.chosen >= 1) return budget.chosen;
    throw new CoreTooSmallError(
      name,
      `one neuron takes ${budget.neuronCycles} of a core's ${budget.tickCycles} cycles a tick and ${budget.byMemory} fit its memory`,
      "Use a longer timestep, fewer sub-steps, or --timescale to slow the run down.",
    );
  });
}

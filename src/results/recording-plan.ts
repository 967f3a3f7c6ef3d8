/** What a run is going to record, and the pieces that recordings arrive in. */
import { SpinloomError } from "../errors.ts";
import type { Recordings, Signal } from "./results.ts";

/** What a run is going to record: its {@link Results} without the data. */
export interface RecordingPlan {
  readonly networkName: string;
  readonly seed: number;
  readonly timestepMicros: number;
  readonly populations: readonly PlannedPopulation[];
}

export interface PlannedPopulation {
  readonly name: string;
  readonly size: number;
  readonly cellType: string;
  readonly spikesRecorded: boolean;
  readonly signals: readonly PlannedSignal[];
}

export type PlannedSignal = Omit<Signal, "words">;

/** The plan that results fulfil. */
export function planOf(results: Recordings): RecordingPlan {
  return {
    networkName: results.networkName,
    seed: results.seed,
    timestepMicros: results.timestepMicros,
    populations: results.populations.map(({ name, size, cellType, spikes, signals }) => ({
      name,
      size,
      cellType,
      spikesRecorded: spikes !== undefined,
      signals: signals.map(({ variable, unit, intervalTicks, neurons, scale }) => {
        return { variable, unit, intervalTicks, neurons, scale };
      }),
    })),
  };
}

/** Spikes of one population, in any order; parallel arrays. */
export interface SpikeBlock {
  /** Index of the population in the plan. */
  readonly population: number;
  readonly tick: Uint32Array;
  readonly neuron: Uint32Array;
}

/** A rectangle of a signal. */
export interface SampleBlock {
  readonly population: number;
  /** Index of the signal in its population. */
  readonly signal: number;
  readonly firstSample: number;
  readonly firstColumn: number;
  readonly columns: number;
  /** Int32Array[samples * columns], sample after sample. */
  readonly words: Int32Array;
}

/** A piece of a recording that does not belong to the run as planned: a neuron or tick that does not exist, ... */
export class RecordingRangeError extends SpinloomError {
  readonly code = "RECORDING_OUT_OF_RANGE";

  constructor(place: string, found: string, limit: string) {
    super(place, found, `${limit}; the recording was misread or is damaged.`);
  }
}

/** A run claims to be over but samples of it are missing. */
export class RecordingIncompleteError extends SpinloomError {
  readonly code = "RECORDING_INCOMPLETE";
  readonly missingWords: number;

  constructor(place: string, missingWords: number, words: number) {
    super(place, `${missingWords} of ${words} words were not read`, "Read all recording regions before the run ends.");
    this.missingWords = missingWords;
  }
}

/** Takes the pieces of recordings as they arrive: in memory, or on the way to a file. */
export interface RecordingSink {
  /** The run went on to this tick. What is added from now on, until the next call, lies before it. */
  runTo(endTick: number): void | Promise<void>;
  addSpikes(block: SpikeBlock): void | Promise<void>;
  addSamples(block: SampleBlock): void | Promise<void>;
  /** All that was recorded before the tick the run is at has been added. */
  stretchOver?(): void | Promise<void>;
}

/** Samples of a signal in a run of so many ticks. */
export function samplesUpTo(ticks: number, intervalTicks: number): number {
  return Math.ceil(ticks / intervalTicks);
}

/** @throws {RecordingRangeError} spikes of neurons or ticks that the run has not */
export function checkSpikes(plan: RecordingPlan, ticks: number, block: SpikeBlock): void {
  const population = plan.populations[block.population];
  if (population === undefined || !population.spikesRecorded) {
    throw new RecordingRangeError("spikes", `population ${block.population}`, "its spikes are not recorded");
  }
  for (let i = 0; i < block.tick.length; i++) {
    if (block.neuron[i]! >= population.size || block.tick[i]! >= ticks) {
      throw new RecordingRangeError(
        `spikes of ${population.name}`,
        `neuron ${block.neuron[i]} at tick ${block.tick[i]}`,
        `it has ${population.size} neurons and the run is at tick ${ticks}`,
      );
    }
  }
}

/** @throws {RecordingRangeError} samples that lie outside of the planned signal */
export function checkSamples(
  plan: RecordingPlan,
  ticks: number,
  block: Omit<SampleBlock, "words"> & { readonly words: { readonly length: number } },
): void {
  const { firstSample, firstColumn, columns, words } = block;
  const population = plan.populations[block.population];
  const signal = population?.signals[block.signal];
  if (population === undefined || signal === undefined) {
    throw new RecordingRangeError("samples", `signal ${block.signal} of population ${block.population}`, "no such");
  }
  const place = `${signal.variable} of ${population.name}`;
  if (columns === 0 || words.length % columns !== 0 || firstColumn + columns > signal.neurons.length) {
    const found = `${words.length} words in ${columns} columns from column ${firstColumn}`;
    throw new RecordingRangeError(place, found, `${signal.neurons.length} neurons are recorded`);
  }
  const end = firstSample + words.length / columns;
  const expected = samplesUpTo(ticks, signal.intervalTicks);
  if (end > expected) {
    const found = `samples ${firstSample} to ${end}`;
    throw new RecordingRangeError(place, found, `there are ${expected} up to tick ${ticks}`);
  }
}

/** @throws {RecordingRangeError} a run that goes back */
export function checkRunTo(ticks: number, endTick: number): void {
  if (endTick < ticks) throw new RecordingRangeError("run", `tick ${endTick}`, `the run is at ${ticks}`);
}

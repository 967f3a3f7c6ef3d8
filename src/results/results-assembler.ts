import { SpinloomError } from "../errors.ts";
import type { Results, Signal } from "./results.ts";
import { joinedSpikes } from "./spike-trains.ts";

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
export function planOf(results: Results): RecordingPlan {
  return {
    networkName: results.networkName,
    seed: results.seed,
    timestepMicros: results.timestepMicros,
    populations: results.populations.map(({ name, size, cellType, spikes, signals }) => ({
      name,
      size,
      cellType,
      spikesRecorded: spikes !== undefined,
      signals: signals.map(({ words: _, ...signal }) => signal),
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

/** A signal that this computer's memory cannot hold. */
export class RecordingTooLargeError extends SpinloomError {
  readonly code = "RECORDING_TOO_LARGE";

  constructor(place: string, words: number, cause: unknown) {
    super(
      place,
      `${words} recorded words do not fit into this computer's memory`,
      "Record fewer variables or neurons, or at longer intervals, or cut the run into shorter ones.",
      { cause },
    );
  }
}

/** Takes the pieces of recordings as they arrive: in memory, or on the way to a file. */
export interface RecordingSink {
  /** The run went on to this tick. What is added from now on, until the next call, lies before it. */
  runTo(endTick: number): void | Promise<void>;
  addSpikes(block: SpikeBlock): void | Promise<void>;
  addSamples(block: SampleBlock): void | Promise<void>;
}

/** Puts pieces of recordings, in whatever order and shape they arrive, together to {@link Results}. */
export class ResultsAssembler implements RecordingSink {
  readonly #plan: RecordingPlan;
  readonly #spikes: SpikeBlock[][];
  readonly #signals: SignalSamples[][];
  #ticks = 0;

  constructor(plan: RecordingPlan) {
    this.#plan = plan;
    this.#spikes = plan.populations.map(() => []);
    this.#signals = plan.populations.map(({ signals }) => signals.map((signal) => new SignalSamples(signal)));
  }

  /** Ticks run so far. */
  get ticks(): number {
    return this.#ticks;
  }

  runTo(endTick: number): void {
    if (endTick < this.#ticks) throw new RecordingRangeError("run", `tick ${endTick}`, `the run is at ${this.#ticks}`);
    this.#ticks = endTick;
  }

  addSpikes(block: SpikeBlock): void {
    const population = this.#plan.populations[block.population];
    if (population === undefined || !population.spikesRecorded) {
      throw new RecordingRangeError("spikes", `population ${block.population}`, "its spikes are not recorded");
    }
    for (let i = 0; i < block.tick.length; i++) {
      if (block.neuron[i]! >= population.size || block.tick[i]! >= this.#ticks) {
        throw new RecordingRangeError(
          `spikes of ${population.name}`,
          `neuron ${block.neuron[i]} at tick ${block.tick[i]}`,
          `it has ${population.size} neurons and the run is at tick ${this.#ticks}`,
        );
      }
    }
    this.#spikes[block.population]!.push(block);
  }

  addSamples(block: SampleBlock): void {
    const signal = this.#signals[block.population]?.[block.signal];
    if (signal === undefined) {
      throw new RecordingRangeError("samples", `signal ${block.signal} of population ${block.population}`, "no such");
    }
    signal.add(block, this.#ticks, this.#plan.populations[block.population]!.name);
  }

  /** The whole run. @throws {RecordingIncompleteError} when words of a signal are missing */
  finish(): Results {
    this.#signals.forEach((signals, index) => {
      for (const signal of signals) signal.checkComplete(this.#ticks, this.#plan.populations[index]!.name);
    });
    return this.soFar();
  }

  /** What there is: all spikes, and of each signal the samples before the first that is not complete. */
  soFar(): Results {
    return {
      networkName: this.#plan.networkName,
      seed: this.#plan.seed,
      timestepMicros: this.#plan.timestepMicros,
      ticks: this.#ticks,
      populations: this.#plan.populations.map(({ name, size, cellType, spikesRecorded }, index) => ({
        name,
        size,
        cellType,
        ...(spikesRecorded && { spikes: joinedSpikes(this.#spikes[index]!) }),
        signals: this.#signals[index]!.map((signal) => signal.soFar()),
      })),
    };
  }
}

/** The words of one signal as they come in. */
class SignalSamples {
  readonly #signal: PlannedSignal;
  readonly #columns: number;
  #words: Int32Array = new Int32Array(0);
  /** Uint8Array[samples * columns]: 1 where the word has arrived. */
  #arrived: Uint8Array = new Uint8Array(0);

  constructor(signal: PlannedSignal) {
    this.#signal = signal;
    this.#columns = signal.neurons.length;
  }

  add(block: SampleBlock, ticks: number, populationName: string): void {
    const { firstSample, firstColumn, columns, words } = block;
    const place = `${this.#signal.variable} of ${populationName}`;
    if (columns === 0 || words.length % columns !== 0 || firstColumn + columns > this.#columns) {
      const found = `${words.length} words in ${columns} columns from column ${firstColumn}`;
      throw new RecordingRangeError(place, found, `${this.#columns} neurons are recorded`);
    }
    const samples = words.length / columns;
    const expected = this.#expectedSamples(ticks);
    if (firstSample + samples > expected) {
      const found = `samples ${firstSample} to ${firstSample + samples}`;
      throw new RecordingRangeError(place, found, `there are ${expected} up to tick ${ticks}`);
    }
    this.#grow(expected * this.#columns, place);
    for (let sample = 0; sample < samples; sample++) {
      const to = (firstSample + sample) * this.#columns + firstColumn;
      this.#words.set(words.subarray(sample * columns, (sample + 1) * columns), to);
      this.#arrived.fill(1, to, to + columns);
    }
  }

  checkComplete(ticks: number, populationName: string): void {
    const wanted = this.#expectedSamples(ticks) * this.#columns;
    const arrived = this.#arrived.subarray(0, wanted);
    if (arrived.length === wanted && !arrived.includes(0)) return;
    const missing = wanted - arrived.reduce((sum, one) => sum + one, 0);
    throw new RecordingIncompleteError(`${this.#signal.variable} of ${populationName}`, missing, wanted);
  }

  soFar(): Signal {
    const firstGap = this.#arrived.indexOf(0);
    const words = firstGap < 0 ? this.#words.length : firstGap;
    return { ...this.#signal, words: this.#words.subarray(0, words - (words % Math.max(1, this.#columns))) };
  }

  #expectedSamples(ticks: number): number {
    return Math.ceil(ticks / this.#signal.intervalTicks);
  }

  #grow(wanted: number, place: string): void {
    if (wanted <= this.#words.length) return;
    // Twice the old room at least, so that many short stretches cost no more than a long one.
    const room = Math.max(wanted, 2 * this.#words.length);
    try {
      const words = new Int32Array(room);
      words.set(this.#words);
      this.#words = words;
      const arrived = new Uint8Array(room);
      arrived.set(this.#arrived);
      this.#arrived = arrived;
    } catch (cause) {
      throw cause instanceof RangeError ? new RecordingTooLargeError(place, room, cause) : cause;
    }
  }
}

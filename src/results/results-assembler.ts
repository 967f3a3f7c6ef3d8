import { SpinloomError } from "../errors.ts";
import {
  checkRunTo,
  checkSamples,
  checkSpikes,
  type PlannedSignal,
  RecordingIncompleteError,
  type RecordingPlan,
  type RecordingSink,
  type SampleBlock,
  type SpikeBlock,
  samplesUpTo,
} from "./recording-plan.ts";
import type { Results, Signal } from "./results.ts";
import { joinedSpikes } from "./spike-trains.ts";

/** A signal that this computer's memory cannot hold. */
export class RecordingTooLargeError extends SpinloomError {
  readonly code = "RECORDING_TOO_LARGE";

  constructor(place: string, words: number, cause: unknown) {
    super(
      place,
      `${words} recorded words do not fit into this computer's memory`,
      "Record to a file (`spinloom run --out DIR`), or fewer variables or neurons, or at longer intervals.",
      { cause },
    );
  }
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
    checkRunTo(this.#ticks, endTick);
    this.#ticks = endTick;
  }

  addSpikes(block: SpikeBlock): void {
    checkSpikes(this.#plan, this.#ticks, block);
    this.#spikes[block.population]!.push(block);
  }

  addSamples(block: SampleBlock): void {
    checkSamples(this.#plan, this.#ticks, block);
    const population = this.#plan.populations[block.population]!.name;
    this.#signals[block.population]![block.signal]!.add(block, this.#ticks, population);
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
    this.#grow(this.#expectedSamples(ticks) * this.#columns, `${this.#signal.variable} of ${populationName}`);
    const samples = words.length / columns;
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
    return samplesUpTo(ticks, this.#signal.intervalTicks);
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

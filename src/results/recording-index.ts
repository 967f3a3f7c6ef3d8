/** Where in a file the pieces of recordings lie, so that they can be read again in order, in bounded memory. */
import type { ByteSource } from "./byte-source.ts";
import { inPieces, samplesPerPiece } from "./pieces.ts";
import {
  checkRunTo,
  checkSamples,
  checkSpikes,
  type PlannedSignal,
  RecordingIncompleteError,
  type RecordingPlan,
  samplesUpTo,
} from "./recording-plan.ts";
import type { Recordings, SignalSeries, SpikeSeries, Spikes } from "./results.ts";
import type { BlockView } from "./results-messages.ts";
import { coverage, type Rectangle } from "./sample-coverage.ts";
import { joinedSpikes } from "./spike-trains.ts";
import { wordsOf } from "./word-bytes.ts";

/** A block of spikes in the file. */
interface PlacedSpikes {
  readonly count: number;
  readonly tickAt: number;
  readonly neuronAt: number;
  /** The first and the last spike in the order of ticks, then neurons. */
  readonly first: Spike;
  readonly last: Spike;
}

interface Spike {
  readonly tick: number;
  readonly neuron: number;
}

/** A block of samples in the file. */
interface PlacedSamples extends Rectangle {
  readonly wordsAt: number;
}

/** Keeps, of every block of a file, what it holds and where; about 100 bytes a block. */
export class RecordingIndex {
  readonly plan: RecordingPlan;
  readonly #source: ByteSource;
  readonly #spikes: readonly PlacedSpikes[][];
  readonly #signals: readonly (readonly PlacedSamples[][])[];
  #ticks = 0;
  #completeTicks = 0;

  constructor(plan: RecordingPlan, source: ByteSource) {
    this.plan = plan;
    this.#source = source;
    this.#spikes = plan.populations.map(() => []);
    this.#signals = plan.populations.map(({ signals }) => signals.map(() => []));
  }

  /** Ticks run so far. */
  get ticks(): number {
    return this.#ticks;
  }

  /** Ticks of which everything recorded is there. */
  get completeTicks(): number {
    return this.#completeTicks;
  }

  /**
   * @param view of a message that begins at byte `offset` of the file
   * @throws {RecordingRangeError} what it holds does not belong to the run as planned
   */
  add(view: BlockView, message: Uint8Array, offset: number): void {
    const placeOf = (bytes: Uint8Array): number => offset + bytes.byteOffset - message.byteOffset;
    switch (view.kind) {
      case "stretch":
        checkRunTo(this.#ticks, view.endTick);
        if (view.endTick === this.#ticks) this.#completeTicks = this.#ticks;
        this.#ticks = view.endTick;
        break;
      case "spikes": {
        const { population } = view;
        const spikes = { tick: wordsOf(view.tick), neuron: wordsOf(view.neuron) };
        checkSpikes(this.plan, this.#ticks, { population, ...spikes });
        const count = spikes.tick.length;
        if (count === 0) break;
        const places = { tickAt: placeOf(view.tick), neuronAt: placeOf(view.neuron) };
        this.#spikes[population]!.push({ count, ...places, ...ends(spikes) });
        break;
      }
      case "samples": {
        const words = view.words.length >>> 2;
        checkSamples(this.plan, this.#ticks, { ...view, words: { length: words } });
        if (words === 0) break;
        const { firstSample, firstColumn, columns } = view;
        const rectangle = { firstSample, samples: words / columns, firstColumn, columns };
        this.#signals[view.population]![view.signal]!.push({ ...rectangle, wordsAt: placeOf(view.words) });
        break;
      }
    }
  }

  /**
   * What there is: all spikes, and of each signal the samples before the first that is not complete.
   *
   * @param ticks what was recorded from then on is left out; the end of a stretch
   */
  recordings(ticks: number = this.#ticks): Recordings {
    const { networkName, seed, timestepMicros, populations } = this.plan;
    return {
      networkName,
      seed,
      timestepMicros,
      ticks,
      populations: populations.map(({ name, size, cellType, spikesRecorded, signals }, p) => ({
        name,
        size,
        cellType,
        ...(spikesRecorded && { spikes: this.#spikeSeries(this.#spikes[p]!, ticks) }),
        signals: signals.map((signal, s) => this.#signalSeries(signal, this.#signals[p]![s]!, ticks)),
      })),
    };
  }

  /** @throws {RecordingIncompleteError} when words of a signal are missing */
  checkComplete(): void {
    this.plan.populations.forEach(({ name, signals }, p) => {
      signals.forEach(({ variable, intervalTicks, neurons }, s) => {
        const wanted = samplesUpTo(this.#ticks, intervalTicks) * neurons.length;
        const { words } = coverage(this.#signals[p]![s]!, neurons.length);
        if (words < wanted) throw new RecordingIncompleteError(`${variable} of ${name}`, wanted - words, wanted);
      });
    });
  }

  #spikeSeries(all: readonly PlacedSpikes[], ticks: number): SpikeSeries {
    const blocks = all.filter(({ last }) => last.tick < ticks);
    const groups = inOrder(blocks);
    return {
      count: blocks.reduce((sum, { count }) => sum + count, 0),
      pieces: () => inPieces(this.#spikesOf(groups)),
    };
  }

  *#spikesOf(groups: readonly (readonly PlacedSpikes[])[]): Generator<Spikes, undefined, undefined> {
    for (const group of groups) {
      yield joinedSpikes(
        group.map(({ count, tickAt, neuronAt }) => ({
          tick: wordsOf(this.#source.read(tickAt, count * 4)),
          neuron: wordsOf(this.#source.read(neuronAt, count * 4)),
        })),
      );
    }
    return undefined;
  }

  #signalSeries(signal: PlannedSignal, blocks: readonly PlacedSamples[], ticks: number): SignalSeries {
    const columns = signal.neurons.length;
    const complete = columns === 0 ? 0 : coverage(blocks, columns).completeSamples;
    const samples = Math.min(complete, samplesUpTo(ticks, signal.intervalTicks));
    return { ...signal, samples, pieces: () => this.#samplesOf(blocks, columns, samples) };
  }

  *#samplesOf(
    blocks: readonly PlacedSamples[],
    columns: number,
    samples: number,
  ): Generator<Int32Array, undefined, undefined> {
    const waiting = blocks.toSorted((a, b) => a.firstSample - b.firstSample);
    const step = samplesPerPiece(columns);
    let active: PlacedSamples[] = [];
    let next = 0;
    for (let from = 0; from < samples; from += step) {
      const to = Math.min(samples, from + step);
      active = active.filter((block) => block.firstSample + block.samples > from);
      while (next < waiting.length && waiting[next]!.firstSample < to) active.push(waiting[next++]!);
      const piece = new Int32Array((to - from) * columns);
      for (const block of active) this.#readRows(block, from, to, columns, piece);
      yield piece;
    }
    return undefined;
  }

  /** Copies a block's samples `[from .. to)` to where they belong in a piece of these samples. */
  #readRows(block: PlacedSamples, from: number, to: number, columns: number, piece: Int32Array): void {
    const first = Math.max(from, block.firstSample);
    const last = Math.min(to, block.firstSample + block.samples);
    const at = block.wordsAt + (first - block.firstSample) * block.columns * 4;
    const words = new Int32Array(wordsOf(this.#source.read(at, (last - first) * block.columns * 4)).buffer);
    if (block.columns === columns) {
      piece.set(words, (first - from) * columns);
      return;
    }
    for (let row = 0; row < last - first; row++) {
      const part = words.subarray(row * block.columns, (row + 1) * block.columns);
      piece.set(part, (first - from + row) * columns + block.firstColumn);
    }
  }
}

function ends({ tick, neuron }: Spikes): { readonly first: Spike; readonly last: Spike } {
  let [first, last] = [0, 0];
  for (let i = 1; i < tick.length; i++) {
    if (tick[i]! < tick[first]! || (tick[i] === tick[first] && neuron[i]! < neuron[first]!)) first = i;
    if (tick[i]! > tick[last]! || (tick[i] === tick[last] && neuron[i]! > neuron[last]!)) last = i;
  }
  return {
    first: { tick: tick[first]!, neuron: neuron[first]! },
    last: { tick: tick[last]!, neuron: neuron[last]! },
  };
}

/** Blocks in groups of which each lies wholly after the one before: what must be sorted together, and no more. */
function inOrder(blocks: readonly PlacedSpikes[]): readonly (readonly PlacedSpikes[])[] {
  const groups: PlacedSpikes[][] = [];
  let last: Spike | undefined;
  for (const block of blocks.toSorted((a, b) => compareSpikes(a.first, b.first))) {
    if (last === undefined || compareSpikes(block.first, last) >= 0) groups.push([block]);
    else groups.at(-1)!.push(block);
    if (last === undefined || compareSpikes(block.last, last) > 0) last = block.last;
  }
  return groups;
}

function compareSpikes(a: Spike, b: Spike): number {
  return a.tick - b.tick || a.neuron - b.neuron;
}

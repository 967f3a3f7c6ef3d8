import { sampleCount, samplePieces, samplesPerPiece, spikeCount } from "./pieces.ts";
import type { PopulationRecordings, Recordings, Signal, SignalSeries } from "./results.ts";
import { SpikeCursor } from "./spike-cursor.ts";

/** A spike that one of two runs has and the other has not. */
export interface SpikeDifference {
  readonly kind: "spike";
  readonly population: string;
  readonly neuron: number;
  readonly tick: number;
  readonly timeMs: number;
  /** Which run has the spike. */
  readonly only: "a" | "b";
}

/** A recorded word that two runs disagree on. */
export interface WordDifference {
  readonly kind: "word";
  readonly population: string;
  readonly variable: string;
  readonly unit: string;
  readonly neuron: number;
  /** Tick the sample was taken in, before that tick's update. */
  readonly tick: number;
  readonly timeMs: number;
  readonly words: readonly [a: number, b: number];
  /** The words in {@link unit}. */
  readonly values: readonly [a: number, b: number];
}

/** The two runs did not record the same things, so their words cannot be laid side by side. */
export interface ShapeDifference {
  readonly kind: "shape";
  /** What differs: `ticks`, `population E size`, `population E v neurons`, ... */
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

export type Difference = SpikeDifference | WordDifference | ShapeDifference;

export interface PopulationComparison {
  readonly name: string;
  /** Spikes that only one of the runs has. */
  readonly spikeDifferences: number;
  /** Words that differ, by variable; variables both runs recorded alike. */
  readonly wordDifferences: Readonly<Record<string, number>>;
}

export interface Comparison {
  /** True when every spike and every recorded word is the same and both runs recorded the same things. */
  readonly identical: boolean;
  /** Spikes of run a that were looked up in run b, and recorded words that were compared. */
  readonly spikes: number;
  readonly words: number;
  readonly differences: number;
  /**
   * The difference that comes first: of shape if any, else in the earliest tick. Within a tick words come before spikes
   * (samples are taken before the update that makes spikes), then by population, variable and neuron as recorded.
   */
  readonly first?: Difference;
  readonly populations: readonly PopulationComparison[];
}

/** Compares every spike and every recorded word of two runs, bit by bit, with a few pieces of them in memory. */
export function compareResults(a: Recordings, b: Recordings): Comparison {
  const shape: ShapeDifference[] = [];
  const differ = (what: string, inA: unknown, inB: unknown): boolean => {
    if (inA === inB) return false;
    shape.push({ kind: "shape", what, a: String(inA), b: String(inB) });
    return true;
  };
  differ("timestep (us)", a.timestepMicros, b.timestepMicros);
  differ("ticks", a.ticks, b.ticks);
  const populations: PopulationComparison[] = [];
  let spikes = 0;
  let words = 0;
  let first: SpikeDifference | WordDifference | undefined;
  const offer = (candidate: SpikeDifference | WordDifference): void => {
    if (first === undefined || comesBefore(candidate, first)) first = candidate;
  };
  const namesOfB = new Map(b.populations.map((population) => [population.name, population]));
  for (const inA of a.populations) {
    const inB = namesOfB.get(inA.name);
    namesOfB.delete(inA.name);
    if (inB === undefined) {
      differ(`population ${inA.name}`, "present", "absent");
      continue;
    }
    differ(`population ${inA.name} size`, inA.size, inB.size);
    const spikesDiffer = compareSpikes(inA, inB, a.timestepMicros, offer, differ);
    spikes += inA.spikes === undefined ? 0 : spikeCount(inA.spikes);
    const wordDifferences: Record<string, number> = {};
    const signalsOfB = new Map(inB.signals.map((signal) => [signal.variable, signal]));
    for (const signal of inA.signals) {
      const other = signalsOfB.get(signal.variable);
      signalsOfB.delete(signal.variable);
      const what = `population ${inA.name} ${signal.variable}`;
      if (other === undefined) differ(what, "recorded", "not recorded");
      else if (sameShape(what, signal, other, differ)) {
        wordDifferences[signal.variable] = compareWords(inA.name, signal, other, a.timestepMicros, offer);
        words += Math.min(sampleCount(signal), sampleCount(other)) * signal.neurons.length;
      }
    }
    for (const variable of signalsOfB.keys()) {
      differ(`population ${inA.name} ${variable}`, "not recorded", "recorded");
    }
    populations.push({ name: inA.name, spikeDifferences: spikesDiffer, wordDifferences });
  }
  for (const name of namesOfB.keys()) differ(`population ${name}`, "absent", "present");
  const counted = populations.reduce(
    (sum, p) => sum + p.spikeDifferences + Object.values(p.wordDifferences).reduce((s, n) => s + n, 0),
    0,
  );
  const differences = shape.length + counted;
  const firstOfAll = shape[0] ?? first;
  return {
    identical: differences === 0,
    spikes,
    words,
    differences,
    ...(firstOfAll !== undefined && { first: firstOfAll }),
    populations,
  };
}

type Differ = (what: string, inA: unknown, inB: unknown) => boolean;

function comesBefore(one: SpikeDifference | WordDifference, other: SpikeDifference | WordDifference): boolean {
  if (one.tick !== other.tick) return one.tick < other.tick;
  return one.kind === "word" && other.kind === "spike";
}

/** @returns number of spikes that only one of the two has */
function compareSpikes(
  a: PopulationRecordings,
  b: PopulationRecordings,
  timestepMicros: number,
  offer: (difference: SpikeDifference) => void,
  differ: Differ,
): number {
  const presence = (population: PopulationRecordings): string => (population.spikes ? "recorded" : "not recorded");
  differ(`population ${a.name} spikes`, presence(a), presence(b));
  if (a.spikes === undefined || b.spikes === undefined) return 0;
  let count = 0;
  const inA = new SpikeCursor(a.spikes);
  const inB = new SpikeCursor(b.spikes);
  while (inA.tick < Number.POSITIVE_INFINITY || inB.tick < Number.POSITIVE_INFINITY) {
    const order = inA.tick === inB.tick ? inA.neuron - inB.neuron : inA.tick - inB.tick;
    if (order !== 0 && count++ === 0) {
      const only = order < 0 ? "a" : "b";
      const { tick, neuron } = only === "a" ? inA : inB;
      offer({ kind: "spike", population: a.name, neuron, tick, timeMs: (tick * timestepMicros) / 1000, only });
    }
    if (order <= 0) inA.next();
    if (order >= 0) inB.next();
  }
  return count;
}

type AnySignal = Signal | SignalSeries;

/** May the words be laid side by side? Signals of different length are compared as far as both go. */
function sameShape(what: string, a: AnySignal, b: AnySignal, differ: Differ): boolean {
  differ(`${what} samples`, sampleCount(a), sampleCount(b));
  const unlike =
    differ(`${what} unit`, a.unit, b.unit) ||
    differ(`${what} interval (ticks)`, a.intervalTicks, b.intervalTicks) ||
    differ(`${what} neurons recorded`, a.neurons.length, b.neurons.length);
  if (unlike) return false;
  for (let column = 0; column < a.neurons.length; column++) {
    if (differ(`${what} neuron of column ${column}`, a.neurons[column], b.neurons[column])) return false;
    if (differ(`${what} scale of neuron ${a.neurons[column]}`, a.scale[column], b.scale[column])) return false;
  }
  return true;
}

/** @returns number of words that differ */
function compareWords(
  population: string,
  a: AnySignal,
  b: AnySignal,
  timestepMicros: number,
  offer: (difference: WordDifference) => void,
): number {
  const columns = a.neurons.length;
  const others = samplePieces(b);
  let count = 0;
  let firstSample = 0;
  // Signals alike in shape come in pieces alike, but for the last.
  for (const inA of samplePieces(a)) {
    const { value: inB = new Int32Array(0) } = others.next();
    const common = Math.min(inA.length, inB.length);
    for (let at = 0; at < common; at++) {
      if (inA[at] === inB[at] || count++ > 0) continue;
      const column = at % columns;
      const tick = (firstSample + Math.floor(at / columns)) * a.intervalTicks;
      const words = [inA[at]!, inB[at]!] as const;
      offer({
        kind: "word",
        population,
        variable: a.variable,
        unit: a.unit,
        neuron: a.neurons[column]!,
        tick,
        timeMs: (tick * timestepMicros) / 1000,
        words,
        values: [words[0] * a.scale[column]!, words[1] * b.scale[column]!],
      });
    }
    firstSample += samplesPerPiece(columns);
  }
  return count;
}

/** One sentence about a difference, with the runs' names in place of a and b. */
export function describeDifference(difference: Difference, nameA: string, nameB: string): string {
  if (difference.kind === "shape") {
    return `${difference.what}: ${difference.a} in ${nameA}, ${difference.b} in ${nameB}`;
  }
  const { population, neuron, tick, timeMs } = difference;
  const where = `${population}[${neuron}] at tick ${tick} (${timeMs} ms)`;
  if (difference.kind === "spike") {
    const [has, lacks] = difference.only === "a" ? [nameA, nameB] : [nameB, nameA];
    return `${where}: a spike in ${has}, none in ${lacks}`;
  }
  const { variable, unit, words, values } = difference;
  const word = (index: 0 | 1): string =>
    `${values[index]} ${unit} (0x${(words[index] >>> 0).toString(16).padStart(8, "0")})`;
  return `${where}: ${variable} is ${word(0)} in ${nameA}, ${word(1)} in ${nameB}`;
}

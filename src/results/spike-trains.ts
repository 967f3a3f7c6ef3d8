import { inPieces, spikeCount } from "./pieces.ts";
import type { PopulationRecordings, RecordedPopulation, Recordings, SpikeSeries, Spikes } from "./results.ts";
import { earliestTick, SpikeCursor } from "./spike-cursor.ts";

/** A group of cells over a whole run: one population, or several pooled. */
export interface TrainShape {
  /** Cells, silent ones included; neuron indices are below it. */
  readonly size: number;
  /** Ticks of the run. */
  readonly ticks: number;
  readonly timestepMicros: number;
}

/** The spikes of a group in memory: parallel arrays sorted by tick, then neuron. */
export interface SpikeTrains extends TrainShape, Spikes {}

/** The spikes of a group, in memory or piece by piece. */
export type AnySpikeTrains = SpikeTrains | (TrainShape & SpikeSeries);

type RunShape = Pick<Recordings, "ticks" | "timestepMicros">;

/** Spike trains of one population, or undefined when its spikes were not recorded. */
export function spikeTrains(run: RunShape, population: RecordedPopulation): SpikeTrains | undefined;
export function spikeTrains(run: RunShape, population: PopulationRecordings): AnySpikeTrains | undefined;
export function spikeTrains(
  { ticks, timestepMicros }: RunShape,
  { size, spikes }: PopulationRecordings,
): AnySpikeTrains | undefined {
  if (spikes === undefined) return undefined;
  if ("tick" in spikes) return { size, ticks, timestepMicros, tick: spikes.tick, neuron: spikes.neuron };
  return { size, ticks, timestepMicros, count: spikes.count, pieces: () => spikes.pieces() };
}

/**
 * Several populations as one: neurons are numbered on through the list, in its order.
 * Populations whose spikes were not recorded are left out, cells and all.
 */
export function pooledSpikeTrains(run: RunShape, populations: readonly RecordedPopulation[]): SpikeTrains {
  const { size, ticks, timestepMicros, pieces } = pooledSpikeSeries(run, populations);
  return { size, ticks, timestepMicros, ...joinedSpikes([...pieces()]) };
}

/** The same without ever holding all spikes in memory. */
export function pooledSpikeSeries(
  { ticks, timestepMicros }: RunShape,
  populations: readonly PopulationRecordings[],
): TrainShape & SpikeSeries {
  const recorded = populations.flatMap(({ size, spikes }) => (spikes === undefined ? [] : [{ size, spikes }]));
  return {
    size: recorded.reduce((sum, { size }) => sum + size, 0),
    ticks,
    timestepMicros,
    count: recorded.reduce((sum, { spikes }) => sum + spikeCount(spikes), 0),
    pieces: () => inPieces(mergedByTick(recorded)),
  };
}

/** Spikes that are merged before they are handed on. */
const MERGED_AT_ONCE = 1 << 16;

function* mergedByTick(
  recorded: readonly { readonly size: number; readonly spikes: Spikes | SpikeSeries }[],
): Generator<Spikes, undefined, undefined> {
  let cells = 0;
  const cursors = recorded.map(({ size, spikes }) => {
    const firstNeuron = cells;
    cells += size;
    return { firstNeuron, spikes: new SpikeCursor(spikes) };
  });
  let tick: number[] = [];
  let neuron: number[] = [];
  for (;;) {
    const now = earliestTick(cursors);
    if (tick.length >= MERGED_AT_ONCE || now === Number.POSITIVE_INFINITY) {
      yield { tick: Uint32Array.from(tick), neuron: Uint32Array.from(neuron) };
      [tick, neuron] = [[], []];
    }
    if (now === Number.POSITIVE_INFINITY) return undefined;
    for (const { firstNeuron, spikes } of cursors) {
      for (; spikes.tick === now; spikes.next()) {
        tick.push(now);
        neuron.push(firstNeuron + spikes.neuron);
      }
    }
  }
}

/** Pieces of one population's spikes, each in any order, as one list in the order of {@link SpikeTrains}. */
export function joinedSpikes(pieces: readonly Spikes[]): Spikes {
  const total = pieces.reduce((sum, { tick }) => sum + tick.length, 0);
  const tick = new Uint32Array(total);
  const neuron = new Uint32Array(total);
  let at = 0;
  for (const piece of pieces) {
    tick.set(piece.tick, at);
    neuron.set(piece.neuron, at);
    at += piece.tick.length;
  }
  return sortedSpikes(tick, neuron);
}

/** Puts spikes into the order of {@link SpikeTrains}: by tick, then neuron. The arguments stay as they are. */
export function sortedSpikes(tick: Uint32Array, neuron: Uint32Array): Spikes {
  if (isSorted(tick, neuron)) return { tick, neuron };
  // Each pair is sorted as one 64-bit word, tick above neuron: no comparison function, no array of objects.
  const words = new Uint32Array(tick.length * 2);
  for (let i = 0; i < tick.length; i++) {
    words[2 * i + LOW] = neuron[i]!;
    words[2 * i + 1 - LOW] = tick[i]!;
  }
  new BigUint64Array(words.buffer).sort();
  const sortedTick = new Uint32Array(tick.length);
  const sortedNeuron = new Uint32Array(tick.length);
  for (let i = 0; i < tick.length; i++) {
    sortedNeuron[i] = words[2 * i + LOW]!;
    sortedTick[i] = words[2 * i + 1 - LOW]!;
  }
  return { tick: sortedTick, neuron: sortedNeuron };
}

/** Which half of a 64-bit word is the low one on this computer: 0 (little-endian) or 1. */
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;

function isSorted(tick: Uint32Array, neuron: Uint32Array): boolean {
  for (let i = 1; i < tick.length; i++) {
    if (tick[i]! < tick[i - 1]! || (tick[i] === tick[i - 1] && neuron[i]! < neuron[i - 1]!)) return false;
  }
  return true;
}

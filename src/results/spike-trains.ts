import type { RecordedPopulation, Results } from "./results.ts";

/**
 * The spikes of a group of cells over a whole run: one population, or several pooled.
 *
 * Parallel arrays sorted by tick, then neuron, as in {@link RecordedPopulation}.
 */
export interface SpikeTrains {
  /** Cells, silent ones included; neuron indices are below it. */
  readonly size: number;
  /** Ticks of the run. */
  readonly ticks: number;
  readonly timestepMicros: number;
  readonly tick: Uint32Array;
  readonly neuron: Uint32Array;
}

/** Spike trains of one population, or undefined when its spikes were not recorded. */
export function spikeTrains(
  run: Pick<Results, "ticks" | "timestepMicros">,
  population: RecordedPopulation,
): SpikeTrains | undefined {
  if (population.spikes === undefined) return undefined;
  return {
    size: population.size,
    ticks: run.ticks,
    timestepMicros: run.timestepMicros,
    tick: population.spikes.tick,
    neuron: population.spikes.neuron,
  };
}

/**
 * Several populations as one: neurons are numbered on through the list, in its order.
 * Populations whose spikes were not recorded are left out, cells and all.
 */
export function pooledSpikeTrains(
  run: Pick<Results, "ticks" | "timestepMicros">,
  populations: readonly RecordedPopulation[],
): SpikeTrains {
  const recorded = populations.flatMap(({ size, spikes }) => (spikes === undefined ? [] : [{ size, spikes }]));
  const total = recorded.reduce((sum, { spikes }) => sum + spikes.tick.length, 0);
  const tick = new Uint32Array(total);
  const neuron = new Uint32Array(total);
  const cursor = new Uint32Array(recorded.length);
  let written = 0;
  while (written < total) {
    const now = earliestTick(recorded, cursor);
    let firstNeuron = 0;
    for (let p = 0; p < recorded.length; p++) {
      const { size, spikes } = recorded[p]!;
      let at = cursor[p]!;
      for (; at < spikes.tick.length && spikes.tick[at] === now; at++, written++) {
        tick[written] = now;
        neuron[written] = firstNeuron + spikes.neuron[at]!;
      }
      cursor[p] = at;
      firstNeuron += size;
    }
  }
  const size = recorded.reduce((sum, population) => sum + population.size, 0);
  return { size, ticks: run.ticks, timestepMicros: run.timestepMicros, tick, neuron };
}

function earliestTick(
  recorded: readonly { readonly spikes: { readonly tick: Uint32Array } }[],
  cursor: Uint32Array,
): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let p = 0; p < recorded.length; p++) {
    const next = recorded[p]!.spikes.tick[cursor[p]!];
    if (next !== undefined && next < earliest) earliest = next;
  }
  return earliest;
}

/** Pieces of one population's spikes, each in any order, as one list in the order of {@link SpikeTrains}. */
export function joinedSpikes(pieces: readonly { readonly tick: Uint32Array; readonly neuron: Uint32Array }[]): {
  readonly tick: Uint32Array;
  readonly neuron: Uint32Array;
} {
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
export function sortedSpikes(
  tick: Uint32Array,
  neuron: Uint32Array,
): { readonly tick: Uint32Array; readonly neuron: Uint32Array } {
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

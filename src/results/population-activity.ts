/** Numbers that say how a group of cells fires together, from its spike count in successive bins of time. */
import type { SpikeTrains } from "./spike-trains.ts";

/** Bins of the Fano factor, in ms. */
export const FANO_BIN_MS = 5;
/** Bins of the pair correlation, in ms. */
export const PAIR_CORRELATION_BIN_MS = 10;
/** A cell takes part in the pair correlation from this many spikes on. */
export const PAIR_CORRELATION_MIN_SPIKES = 3;
/** Activity has died when no cell fires for this long, in ms. */
export const SILENT_GAP_MS = 50;

/** Spikes of the whole group in successive bins; a bin that the end of the run would cut short is left out. */
export interface BinnedActivity {
  readonly binTicks: number;
  readonly count: Uint32Array;
}

/** @param binMs rounded to whole ticks, at least one */
export function binnedActivity(trains: SpikeTrains, binMs: number): BinnedActivity {
  const binTicks = ticksPerBin(trains, binMs);
  const count = new Uint32Array(Math.floor(trains.ticks / binTicks));
  for (const tick of trains.tick) {
    const bin = Math.floor(tick / binTicks);
    if (bin < count.length) count[bin]! += 1;
  }
  return { binTicks, count };
}

/** Mean rate of a cell in successive bins, in Hz: Float64Array[bins]. */
export function rateOverTimeHz(trains: SpikeTrains, binMs: number): Float64Array {
  const { binTicks, count } = binnedActivity(trains, binMs);
  const cellSeconds = (trains.size * binTicks * trains.timestepMicros) / 1e6;
  return Float64Array.from(count, (spikes) => (cellSeconds === 0 ? 0 : spikes / cellSeconds));
}

/** Variance over mean of the group's spike count in bins of {@link FANO_BIN_MS}: 1 for independent Poisson cells. */
export function fanoFactor(trains: SpikeTrains, binMs: number = FANO_BIN_MS): number | undefined {
  const { count } = binnedActivity(trains, binMs);
  let sum = 0;
  let sumOfSquares = 0;
  for (const spikes of count) {
    sum += spikes;
    sumOfSquares += spikes * spikes;
  }
  if (sum === 0) return undefined;
  const mean = sum / count.length;
  return (sumOfSquares / count.length - mean * mean) / mean;
}

/**
 * Mean Pearson correlation of the spike counts of two cells in bins of {@link PAIR_CORRELATION_BIN_MS}, over all pairs
 * of cells with at least {@link PAIR_CORRELATION_MIN_SPIKES} spikes. Cells whose count never varies have no
 * correlation and are left out.
 *
 * With z each cell's counts made to mean 0 and length 1, the pairs' correlations sum to (|sum of z|^2 - cells) / 2: one
 * pass over the cells instead of one over the pairs, so that no cells need to be drawn at random.
 */
export function meanPairCorrelation(trains: SpikeTrains, binMs: number = PAIR_CORRELATION_BIN_MS): number | undefined {
  const binTicks = ticksPerBin(trains, binMs);
  const bins = Math.floor(trains.ticks / binTicks);
  if (bins === 0) return undefined;
  const { start, tick } = ticksByCell(trains);
  const counts = new Uint32Array(bins);
  const zSum = new Float64Array(bins);
  let zOffset = 0;
  let cells = 0;
  for (let cell = 0; cell < trains.size; cell++) {
    const from = start[cell]!;
    const to = start[cell + 1]!;
    if (to - from < PAIR_CORRELATION_MIN_SPIKES) continue;
    let spikes = 0;
    let squares = 0;
    for (let i = from; i < to; i++) {
      const bin = Math.floor(tick[i]! / binTicks);
      if (bin >= bins) continue;
      // (c + 1)^2 - c^2 = 2c + 1
      squares += 2 * counts[bin]! + 1;
      counts[bin]! += 1;
      spikes++;
    }
    const length = Math.sqrt(squares - (spikes * spikes) / bins);
    const varies = squares * bins > spikes * spikes;
    if (varies) {
      cells++;
      zOffset -= spikes / bins / length;
    }
    for (let i = from; i < to; i++) {
      const bin = Math.floor(tick[i]! / binTicks);
      if (bin >= bins) continue;
      if (varies) zSum[bin]! += 1 / length;
      counts[bin] = 0;
    }
  }
  if (cells < 2) return undefined;
  let squaredLength = 0;
  for (const z of zSum) squaredLength += (z + zOffset) ** 2;
  return (squaredLength - cells) / (cells * (cells - 1));
}

/**
 * How long the group kept firing, in ms: time of the last spike before the first silence of at least
 * {@link SILENT_GAP_MS}, the run's duration if there is none. The silence before the very first spike does not count;
 * a group that never fires survives 0 ms.
 */
export function survivalMs(trains: SpikeTrains, gapMs: number = SILENT_GAP_MS): number {
  const { tick, ticks, timestepMicros } = trains;
  if (tick.length === 0) return 0;
  const gapMicros = gapMs * 1000;
  for (let i = 0; i < tick.length; i++) {
    const next = i + 1 < tick.length ? tick[i + 1]! : ticks;
    if ((next - tick[i]!) * timestepMicros >= gapMicros) return (tick[i]! * timestepMicros) / 1000;
  }
  return (ticks * timestepMicros) / 1000;
}

function ticksPerBin(trains: SpikeTrains, binMs: number): number {
  return Math.max(1, Math.round((binMs * 1000) / trains.timestepMicros));
}

/** Ticks of cell c's spikes, ascending: `tick[start[c] .. start[c + 1])`. */
function ticksByCell(trains: SpikeTrains): { readonly start: Uint32Array; readonly tick: Uint32Array } {
  const start = new Uint32Array(trains.size + 1);
  for (const neuron of trains.neuron) start[neuron + 1]! += 1;
  for (let cell = 0; cell < trains.size; cell++) start[cell + 1]! += start[cell]!;
  const next = start.slice(0, trains.size);
  const tick = new Uint32Array(trains.tick.length);
  for (let i = 0; i < tick.length; i++) {
    const cell = trains.neuron[i]!;
    tick[next[cell]!] = trains.tick[i]!;
    next[cell]! += 1;
  }
  return { start, tick };
}

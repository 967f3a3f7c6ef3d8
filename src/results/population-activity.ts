/** Numbers that say how a group of cells fires together, from its spike count in successive bins of time. */
import { spikePieces } from "./pieces.ts";
import type { AnySpikeTrains } from "./spike-trains.ts";

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
export function binnedActivity(trains: AnySpikeTrains, binMs: number): BinnedActivity {
  const binTicks = ticksPerBin(trains, binMs);
  const count = new Uint32Array(Math.floor(trains.ticks / binTicks));
  for (const piece of spikePieces(trains)) {
    for (const tick of piece.tick) {
      const bin = Math.floor(tick / binTicks);
      if (bin < count.length) count[bin]! += 1;
    }
  }
  return { binTicks, count };
}

/** Mean rate of a cell in successive bins, in Hz: Float64Array[bins]. */
export function rateOverTimeHz(trains: AnySpikeTrains, binMs: number): Float64Array {
  const { binTicks, count } = binnedActivity(trains, binMs);
  const cellSeconds = (trains.size * binTicks * trains.timestepMicros) / 1e6;
  return Float64Array.from(count, (spikes) => (cellSeconds === 0 ? 0 : spikes / cellSeconds));
}

/** Variance over mean of the group's spike count in bins of {@link FANO_BIN_MS}: 1 for independent Poisson cells. */
export function fanoFactor(trains: AnySpikeTrains, binMs: number = FANO_BIN_MS): number | undefined {
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
 * With z each cell's counts made to mean 0 and length 1, the pairs' correlations sum to (|sum of z|^2 - cells) / 2: two
 * passes over the spikes instead of one over the pairs, so that no cells need to be drawn at random.
 */
export function meanPairCorrelation(
  trains: AnySpikeTrains,
  binMs: number = PAIR_CORRELATION_BIN_MS,
): number | undefined {
  const binTicks = ticksPerBin(trains, binMs);
  const bins = Math.floor(trains.ticks / binTicks);
  if (bins === 0) return undefined;
  const { all, spikes, squares } = binnedCells(trains, binTicks, bins);
  /** Float64Array[cells]: 1 / length of the cell's counts less their mean; 0 for a cell that takes no part. */
  const step = new Float64Array(trains.size);
  let zOffset = 0;
  let cells = 0;
  for (let cell = 0; cell < trains.size; cell++) {
    const n = spikes[cell]!;
    if (all[cell]! < PAIR_CORRELATION_MIN_SPIKES || squares[cell]! * bins <= n * n) continue;
    const length = Math.sqrt(squares[cell]! - (n * n) / bins);
    step[cell] = 1 / length;
    zOffset -= n / bins / length;
    cells++;
  }
  if (cells < 2) return undefined;
  const zSum = new Float64Array(bins);
  for (const { tick, neuron } of spikePieces(trains)) {
    for (let i = 0; i < tick.length; i++) {
      const bin = Math.floor(tick[i]! / binTicks);
      if (bin < bins) zSum[bin]! += step[neuron[i]!]!;
    }
  }
  let squaredLength = 0;
  for (const z of zSum) squaredLength += (z + zOffset) ** 2;
  return (squaredLength - cells) / (cells * (cells - 1));
}

/** Of each cell: all its spikes, those in whole bins, and the sum of its bins' squared counts; exact below 2^53. */
function binnedCells(
  trains: AnySpikeTrains,
  binTicks: number,
  bins: number,
): { readonly all: Uint32Array; readonly spikes: Uint32Array; readonly squares: Float64Array } {
  const all = new Uint32Array(trains.size);
  const spikes = new Uint32Array(trains.size);
  const squares = new Float64Array(trains.size);
  // Bin of the cell's last spike, and its spikes in it so far: spikes come in the order of time.
  const lastBin = new Float64Array(trains.size).fill(-1);
  const inBin = new Uint32Array(trains.size);
  for (const { tick, neuron } of spikePieces(trains)) {
    for (let i = 0; i < tick.length; i++) {
      const cell = neuron[i]!;
      const bin = Math.floor(tick[i]! / binTicks);
      all[cell]! += 1;
      if (bin >= bins) continue;
      if (bin !== lastBin[cell]) inBin[cell] = 0;
      lastBin[cell] = bin;
      // (c + 1)^2 - c^2 = 2c + 1
      squares[cell]! += 2 * inBin[cell]! + 1;
      inBin[cell]! += 1;
      spikes[cell]! += 1;
    }
  }
  return { all, spikes, squares };
}

/**
 * How long the group kept firing, in ms: time of the last spike before the first silence of at least
 * {@link SILENT_GAP_MS}, the run's duration if there is none. The silence before the very first spike does not count;
 * a group that never fires survives 0 ms.
 */
export function survivalMs(trains: AnySpikeTrains, gapMs: number = SILENT_GAP_MS): number {
  const { ticks, timestepMicros } = trains;
  const gapMicros = gapMs * 1000;
  let last: number | undefined;
  for (const { tick } of spikePieces(trains)) {
    for (const now of tick) {
      if (last !== undefined && (now - last) * timestepMicros >= gapMicros) return (last * timestepMicros) / 1000;
      last = now;
    }
  }
  if (last === undefined) return 0;
  return (((ticks - last) * timestepMicros >= gapMicros ? last : ticks) * timestepMicros) / 1000;
}

function ticksPerBin(trains: AnySpikeTrains, binMs: number): number {
  return Math.max(1, Math.round((binMs * 1000) / trains.timestepMicros));
}

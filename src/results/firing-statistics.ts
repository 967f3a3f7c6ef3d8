/**
 * Numbers that say how single cells of a group fire. A number that does not exist (no spikes, no cell with enough
 * intervals) is `undefined`, never 0 or NaN.
 */
import { spikeCount, spikePieces } from "./pieces.ts";
import type { AnySpikeTrains } from "./spike-trains.ts";

/** A cell counts for the CV of its intervals from this many intervals on. */
export const CV_MIN_INTERVALS = 4;

/** Spikes per cell and second over the whole run, in Hz. */
export function meanRateHz(trains: AnySpikeTrains): number | undefined {
  const seconds = (trains.ticks * trains.timestepMicros) / 1e6;
  if (trains.size === 0 || seconds === 0) return undefined;
  return spikeCount(trains) / trains.size / seconds;
}

/** Uint32Array[size]: spikes of each cell. */
export function spikeCounts(trains: AnySpikeTrains): Uint32Array {
  const counts = new Uint32Array(trains.size);
  for (const piece of spikePieces(trains)) for (const neuron of piece.neuron) counts[neuron]! += 1;
  return counts;
}

/** Share of cells with at least one spike, 0 to 1. */
export function activeFraction(trains: AnySpikeTrains): number | undefined {
  if (trains.size === 0) return undefined;
  let active = 0;
  for (const count of spikeCounts(trains)) if (count > 0) active++;
  return active / trains.size;
}

/** Time of the first spike of any cell, in ms. */
export function firstSpikeMs(trains: AnySpikeTrains): number | undefined {
  for (const { tick } of spikePieces(trains)) return (tick[0]! * trains.timestepMicros) / 1000;
  return undefined;
}

/**
 * Coefficient of variation of the inter-spike intervals: mean over all cells with at least {@link CV_MIN_INTERVALS}
 * intervals of (population standard deviation of the cell's intervals) / (their mean).
 */
export function meanCvIsi(trains: AnySpikeTrains): number | undefined {
  const { size } = trains;
  const previous = new Float64Array(size).fill(-1);
  const intervals = new Uint32Array(size);
  // Sums of whole ticks and their squares are exact below 2^53, so the variance suffers no cancellation on the way.
  const sum = new Float64Array(size);
  const sumOfSquares = new Float64Array(size);
  for (const { tick, neuron } of spikePieces(trains)) {
    for (let i = 0; i < tick.length; i++) {
      const cell = neuron[i]!;
      const now = tick[i]!;
      const before = previous[cell]!;
      previous[cell] = now;
      if (before < 0) continue;
      const interval = now - before;
      intervals[cell]! += 1;
      sum[cell]! += interval;
      sumOfSquares[cell]! += interval * interval;
    }
  }
  let cells = 0;
  let total = 0;
  for (let cell = 0; cell < size; cell++) {
    const n = intervals[cell]!;
    if (n < CV_MIN_INTERVALS) continue;
    const squaredSum = sum[cell]! * sum[cell]!;
    total += Math.sqrt(Math.max(0, (n * sumOfSquares[cell]!) / squaredSum - 1));
    cells++;
  }
  return cells === 0 ? undefined : total / cells;
}

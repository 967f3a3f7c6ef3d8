import { sampleCount, samplePieces } from "./pieces.ts";
import type { Signal, SignalSeries } from "./results.ts";

/** Range and mean of a signal over all recorded cells and samples, in the signal's unit. */
export interface SignalRange {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Undefined when nothing was recorded. */
export function signalRange(signal: Signal | SignalSeries): SignalRange | undefined {
  const { scale } = signal;
  const columns = signal.neurons.length;
  const samples = sampleCount(signal);
  if (samples === 0) return undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const sum = new Float64Array(columns);
  for (const words of samplePieces(signal)) {
    for (let at = 0; at < words.length; ) {
      for (let column = 0; column < columns; column++, at++) {
        const word = words[at]!;
        const value = word * scale[column]!;
        if (value < min) min = value;
        if (value > max) max = value;
        sum[column]! += word;
      }
    }
  }
  let total = 0;
  for (let column = 0; column < columns; column++) total += sum[column]! * scale[column]!;
  return { min, max, mean: total / (samples * columns) };
}

/** Values of a signal counted into equal bins. */
export interface Histogram {
  /** Lower edge of the first bin and upper edge of the last, in the signal's unit. */
  readonly low: number;
  readonly high: number;
  /** Uint32Array[bins]; a value on an edge belongs to the bin above it, the highest edge to the last bin. */
  readonly count: Uint32Array;
  /** Values outside [low, high], not counted in any bin. */
  readonly outside: number;
}

/** Histogram over all recorded cells and samples. */
export function signalHistogram(signal: Signal | SignalSeries, low: number, high: number, bins: number): Histogram {
  const { scale } = signal;
  const columns = signal.neurons.length;
  const count = new Uint32Array(bins);
  const binsPerUnit = bins / (high - low);
  let outside = 0;
  for (const words of samplePieces(signal)) {
    for (let at = 0, column = 0; at < words.length; at++) {
      const value = words[at]! * scale[column]!;
      if (++column === columns) column = 0;
      if (value >= low && value <= high) count[Math.min(bins - 1, Math.floor((value - low) * binsPerUnit))]! += 1;
      else outside++;
    }
  }
  return { low, high, count, outside };
}

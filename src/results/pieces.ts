/** Recordings gone through piece by piece, alike whether they lie in memory or in a file. */
import type { Signal, SignalSeries, SpikeSeries, Spikes } from "./results.ts";

/** Spikes and words of a piece at most: 4 MiB each. */
export const SPIKES_PER_PIECE: number = 1 << 19;
const WORDS_PER_PIECE = 1 << 20;

/** Whole samples a piece of a signal with so many columns holds. */
export function samplesPerPiece(columns: number): number {
  return Math.max(1, Math.floor(WORDS_PER_PIECE / columns));
}

export function spikeCount(spikes: Spikes | SpikeSeries): number {
  return "tick" in spikes ? spikes.tick.length : spikes.count;
}

export function spikePieces(spikes: Spikes | SpikeSeries): Iterable<Spikes> {
  return "tick" in spikes ? partsOf(spikes) : spikes.pieces();
}

function* partsOf({ tick, neuron }: Spikes): Generator<Spikes, undefined, undefined> {
  for (let from = 0; from < tick.length; from += SPIKES_PER_PIECE) {
    const to = from + SPIKES_PER_PIECE;
    yield { tick: tick.subarray(from, to), neuron: neuron.subarray(from, to) };
  }
  return undefined;
}

/** Spikes that come in order, in parts of any length, as the pieces of a {@link SpikeSeries}. */
export function* inPieces(parts: Iterable<Spikes>): Generator<Spikes, undefined, undefined> {
  let piece = emptyPiece();
  let filled = 0;
  for (const { tick, neuron } of parts) {
    for (let from = 0; from < tick.length; ) {
      const to = Math.min(tick.length, from + SPIKES_PER_PIECE - filled);
      piece.tick.set(tick.subarray(from, to), filled);
      piece.neuron.set(neuron.subarray(from, to), filled);
      filled += to - from;
      from = to;
      if (filled < SPIKES_PER_PIECE) continue;
      yield piece;
      piece = emptyPiece();
      filled = 0;
    }
  }
  if (filled > 0) yield { tick: piece.tick.subarray(0, filled), neuron: piece.neuron.subarray(0, filled) };
  return undefined;
}

function emptyPiece(): Spikes {
  return { tick: new Uint32Array(SPIKES_PER_PIECE), neuron: new Uint32Array(SPIKES_PER_PIECE) };
}

/** Samples of each recorded cell. */
export function sampleCount(signal: Signal | SignalSeries): number {
  if ("samples" in signal) return signal.samples;
  return signal.neurons.length === 0 ? 0 : Math.floor(signal.words.length / signal.neurons.length);
}

/** Words of whole samples, sample after sample. */
export function* samplePieces(signal: Signal | SignalSeries): Generator<Int32Array, undefined, undefined> {
  if ("samples" in signal) {
    yield* signal.pieces();
    return undefined;
  }
  const columns = signal.neurons.length;
  const words = sampleCount(signal) * columns;
  const step = samplesPerPiece(columns) * columns;
  for (let from = 0; from < words; from += step) yield signal.words.subarray(from, Math.min(words, from + step));
  return undefined;
}

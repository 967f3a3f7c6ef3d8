import { type NpyArray, type NpyNumbers, type NpyPieces, npzChunks } from "./npy.ts";
import { sampleCount, samplePieces, spikeCount, spikePieces } from "./pieces.ts";
import type { Recordings, Spikes } from "./results.ts";

/**
 * A run as a .npz file for Python, piece by piece. With `data = numpy.load("results.npz")` and a population E:
 *
 * - `data["timestep_ms"]`, `data["duration_ms"]`, `data["seed"]`: arrays of one number;
 * - `data["E/spikes/time_ms"]`, `["E/spikes/tick"]`, `["E/spikes/neuron"]`: one entry a spike, by time, then neuron;
 * - `data["E/v/values"]`: float64 [samples, columns] in the variable's unit, `["E/v/words"]` the recorded int32 words,
 *   `["E/v/neurons"]` the neuron of each column, `["E/v/time_ms"]` the time of each sample.
 */
export function resultsNpzChunks(recordings: Recordings): Generator<Uint8Array, undefined, undefined> {
  return npzChunks(arraysOf(recordings));
}

function* arraysOf(recordings: Recordings): Generator<readonly [string, NpyArray], undefined, undefined> {
  const { timestepMicros, ticks, seed, populations } = recordings;
  yield ["timestep_ms", vector(Float64Array.of(timestepMicros / 1000))];
  yield ["duration_ms", vector(Float64Array.of((ticks * timestepMicros) / 1000))];
  yield ["seed", vector(Uint32Array.of(seed))];
  for (const { name, spikes, signals } of populations) {
    if (spikes !== undefined) {
      const ofEach = (type: NpyPieces["type"], numbers: (piece: Spikes) => NpyNumbers): NpyArray => ({
        data: eachPiece(type, () => spikePieces(spikes), numbers),
        shape: [spikeCount(spikes)],
      });
      const time = ({ tick }: Spikes): Float64Array => Float64Array.from(tick, (t) => (t * timestepMicros) / 1000);
      yield [`${name}/spikes/time_ms`, ofEach("<f8", time)];
      yield [`${name}/spikes/tick`, ofEach("<u4", ({ tick }) => tick)];
      yield [`${name}/spikes/neuron`, ofEach("<u4", ({ neuron }) => neuron)];
    }
    for (const signal of signals) {
      const { variable, neurons, scale, intervalTicks } = signal;
      const ofEach = (type: NpyPieces["type"], numbers: (words: Int32Array) => NpyNumbers): NpyArray => ({
        data: eachPiece(type, () => samplePieces(signal), numbers),
        shape: [sampleCount(signal), neurons.length],
      });
      const sampleMicros = intervalTicks * timestepMicros;
      const time = Float64Array.from({ length: sampleCount(signal) }, (_, sample) => (sample * sampleMicros) / 1000);
      yield [`${name}/${variable}/values`, ofEach("<f8", (words) => valuesOf(words, scale))];
      yield [`${name}/${variable}/words`, ofEach("<i4", (words) => words)];
      yield [`${name}/${variable}/neurons`, vector(neurons)];
      yield [`${name}/${variable}/time_ms`, vector(time)];
    }
  }
  return undefined;
}

function eachPiece<T>(
  type: NpyPieces["type"],
  pieces: () => Iterable<T>,
  numbers: (piece: T) => NpyNumbers,
): NpyPieces {
  return {
    type,
    *pieces() {
      for (const piece of pieces()) yield numbers(piece);
    },
  };
}

/** Words in user units, column by column scale: Float64Array[samples * columns]. */
function valuesOf(words: Int32Array, scale: Float64Array): Float64Array {
  const values = new Float64Array(words.length);
  for (let at = 0, column = 0; at < words.length; at++) {
    values[at] = words[at]! * scale[column]!;
    if (++column === scale.length) column = 0;
  }
  return values;
}

function vector(data: NpyNumbers): NpyArray {
  return { data, shape: [data.length] };
}

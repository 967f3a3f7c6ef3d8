import { type NpyArray, npzChunks } from "./npy.ts";
import type { Results } from "./results.ts";

/**
 * A run as a .npz file for Python, piece by piece. With `data = numpy.load("results.npz")` and a population E:
 *
 * - `data["timestep_ms"]`, `data["duration_ms"]`, `data["seed"]`: arrays of one number;
 * - `data["E/spikes/time_ms"]`, `["E/spikes/tick"]`, `["E/spikes/neuron"]`: one entry a spike, by time, then neuron;
 * - `data["E/v/values"]`: float64 [samples, columns] in the variable's unit, `["E/v/words"]` the recorded int32 words,
 *   `["E/v/neurons"]` the neuron of each column, `["E/v/time_ms"]` the time of each sample.
 */
export function resultsNpzChunks(results: Results): Generator<Uint8Array, undefined, undefined> {
  return npzChunks(arraysOf(results));
}

function* arraysOf(results: Results): Generator<readonly [string, NpyArray], undefined, undefined> {
  const msPerTick = results.timestepMicros / 1000;
  yield ["timestep_ms", vector(Float64Array.of(msPerTick))];
  yield ["duration_ms", vector(Float64Array.of((results.ticks * results.timestepMicros) / 1000))];
  yield ["seed", vector(Uint32Array.of(results.seed))];
  for (const { name, spikes, signals } of results.populations) {
    if (spikes !== undefined) {
      const time = Float64Array.from(spikes.tick, (tick) => (tick * results.timestepMicros) / 1000);
      yield [`${name}/spikes/time_ms`, vector(time)];
      yield [`${name}/spikes/tick`, vector(spikes.tick)];
      yield [`${name}/spikes/neuron`, vector(spikes.neuron)];
    }
    for (const { variable, neurons, words, scale, intervalTicks } of signals) {
      const columns = neurons.length;
      const shape = [columns === 0 ? 0 : words.length / columns, columns];
      const values = valuesOf(words, scale);
      const sampleMicros = intervalTicks * results.timestepMicros;
      const time = Float64Array.from({ length: shape[0]! }, (_, sample) => (sample * sampleMicros) / 1000);
      yield [`${name}/${variable}/values`, { data: values, shape }];
      yield [`${name}/${variable}/words`, { data: words, shape }];
      yield [`${name}/${variable}/neurons`, vector(neurons)];
      yield [`${name}/${variable}/time_ms`, vector(time)];
    }
  }
  return undefined;
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

function vector(data: NpyArray["data"]): NpyArray {
  return { data, shape: [data.length] };
}

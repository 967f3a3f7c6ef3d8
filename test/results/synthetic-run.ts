import type { RecordedPopulation, Results, Signal } from "../../src/results/results.ts";
import type { RunFacts } from "../../src/results/run-summary.ts";

/** A cell's word and whether it spikes are a fixed hash of where it stands: irregular, the same each time. */
export function hash(...parts: readonly number[]): number {
  let h = 0x811c9dc5;
  for (const part of parts) {
    h = Math.imul(h ^ part, 0x01000193);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  }
  return (h ^ (h >>> 13)) >>> 0;
}

/** Spikes given as [tick, neuron] pairs in order. */
export function spikesAt(...pairs: readonly (readonly [tick: number, neuron: number])[]): {
  readonly tick: Uint32Array;
  readonly neuron: Uint32Array;
} {
  return {
    tick: Uint32Array.from(pairs, ([tick]) => tick),
    neuron: Uint32Array.from(pairs, ([, neuron]) => neuron),
  };
}

/** About `rateHz` spikes a cell and second, irregular. */
export function irregularSpikes(
  size: number,
  ticks: number,
  timestepMicros: number,
  rateHz: number,
  salt: number,
): { readonly tick: Uint32Array; readonly neuron: Uint32Array } {
  const threshold = (rateHz * timestepMicros * 2 ** 32) / 1e6;
  const tick: number[] = [];
  const neuron: number[] = [];
  for (let t = 0; t < ticks; t++) {
    for (let n = 0; n < size; n++) {
      if (hash(salt, t, n) >= threshold) continue;
      tick.push(t);
      neuron.push(n);
    }
  }
  return { tick: Uint32Array.from(tick), neuron: Uint32Array.from(neuron) };
}

export function syntheticSignal(
  variable: string,
  neurons: readonly number[],
  ticks: number,
  intervalTicks: number,
): Signal {
  const samples = Math.ceil(ticks / intervalTicks);
  const words = new Int32Array(samples * neurons.length);
  for (let i = 0; i < words.length; i++) words[i] = hash(variable.length, i) | 0;
  return {
    variable,
    unit: variable === "v" ? "mV" : "uS",
    intervalTicks,
    neurons: Uint32Array.from(neurons),
    words,
    scale: Float64Array.from(neurons, (neuron) => (neuron + 1) * 2 ** -23),
  };
}

/** A small run with everything a results file must keep: spikes, no spikes, signals of all and of some cells. */
export function syntheticRun(ticks: number = 40): Results {
  const populations: RecordedPopulation[] = [
    {
      name: "E",
      size: 5,
      cellType: "IF_cond_exp",
      spikes: irregularSpikes(5, ticks, 1000, 200, 1),
      signals: [syntheticSignal("v", [0, 1, 2, 3, 4], ticks, 1), syntheticSignal("gsyn_exc", [1, 3], ticks, 7)],
    },
    { name: 'I, "inner"', size: 3, cellType: "IF_cond_exp", signals: [] },
    {
      name: "thalamus",
      size: 2,
      cellType: "SpikeSourcePoisson",
      spikes: irregularSpikes(2, ticks, 1000, 100, 2),
      signals: [],
    },
  ];
  return { networkName: "synthetic", seed: 0xffff_ffff, timestepMicros: 1000, ticks, populations };
}

/** What a caller tells about a run on a virtual board. */
export const syntheticFacts: RunFacts = {
  board: "virtual",
  mode: "model",
  machine: "spin5",
  chips: 3,
  cores: 41,
  synapses: 123_456,
  entries: { total: 99, largest: 40 },
  certified: true,
  late: 0,
  saturated: 0,
  dropped: 0,
  overruns: 0,
  check: { against: "emulator", identical: true, spikes: 10, words: 20, differences: 0, first: null },
  phases_ms: { map: 12.5, load: 100, run: 250.25 },
  versions: { spinloom: "0.1.0" },
};

/** The recordings as the page's script takes them: packed numbers in base64, small enough to mail. */

import { sampleCount, samplePieces, spikeCount, spikePieces } from "../results/pieces.ts";
import { rateOverTimeHz } from "../results/population-activity.ts";
import type { PopulationRole } from "../results/population-role.ts";
import type {
  PopulationRecordings,
  Recordings,
  Signal,
  SignalSeries,
  SpikeSeries,
  Spikes,
} from "../results/results.ts";
import { spikeTrains } from "../results/spike-trains.ts";
import { wordBytes } from "../results/word-bytes.ts";
import { populationColours } from "./palette.ts";
import type { Mark } from "./phase-marks.ts";
import { rateBinMs } from "./rate-chart.ts";

/** Numbers in base64; the script makes typed arrays of them. */
export interface PackedNumbers {
  readonly type: "Uint8" | "Uint16" | "Uint32" | "Float32";
  readonly base64: string;
}

export interface PageData {
  readonly durationMs: number;
  readonly timestepMs: number;
  readonly marks: readonly Mark[];
  readonly rasters: readonly PageRaster[];
  readonly rates: { readonly binMs: number; readonly curves: readonly PageCurve[] };
  readonly traces: readonly PageTraces[];
}

export interface PageRaster {
  readonly name: string;
  readonly colour: string;
  readonly size: number;
  /** Ticks from one spike to the next; the first counts from 0. */
  readonly tickSteps: PackedNumbers;
  readonly neurons: PackedNumbers;
  /** Every how many neurons are shown; 1 means all. */
  readonly everyNeuron: number;
}

/** A line over equal steps of time. */
export interface PageCurve {
  readonly name: string;
  readonly colour: string;
  /** Drawn thin: one cell beside the mean of all. */
  readonly thin?: boolean;
  readonly values: PackedNumbers;
}

/** Curves of one variable that share their sample times. */
export interface PageTraces {
  readonly variable: string;
  readonly unit: string;
  readonly stepMs: number;
  readonly samples: number;
  readonly curves: readonly PageCurve[];
}

/** More spikes than this make the page slow; then neurons are left out at equal steps, and the page says so. */
const MOST_SPIKES = 1_000_000;
/** Samples of a trace; longer ones are thinned out at equal steps. */
const MOST_SAMPLES = 20_000;
/** Single cells shown beside the mean of all. */
const CELLS_SHOWN = 2;

export function pageData(
  results: Recordings,
  roles: ReadonlyMap<string, PopulationRole>,
  marks: readonly Mark[] = [],
): PageData {
  const colours = populationColours(results.populations, roles);
  const colourOf = ({ name }: PopulationRecordings): string => colours.get(name)!;
  const spikes = results.populations.reduce((sum, p) => sum + (p.spikes === undefined ? 0 : spikeCount(p.spikes)), 0);
  const everyNeuron = Math.max(1, Math.ceil(spikes / MOST_SPIKES));
  const binMs = rateBinMs(results);
  const curves = results.populations.flatMap((population) => {
    const trains = spikeTrains(results, population);
    if (trains === undefined) return [];
    const values = packed(Float32Array.from(rateOverTimeHz(trains, binMs)));
    return [{ name: population.name, colour: colourOf(population), values }];
  });
  return {
    durationMs: (results.ticks * results.timestepMicros) / 1000,
    timestepMs: results.timestepMicros / 1000,
    marks,
    rasters: results.populations.flatMap((population) =>
      population.spikes === undefined || population.size === 0
        ? []
        : [rasterOf(population, population.spikes, colourOf(population), everyNeuron)],
    ),
    rates: { binMs, curves },
    traces: tracesOf(results, colourOf),
  };
}

function rasterOf(
  { name, size }: PopulationRecordings,
  spikes: Spikes | SpikeSeries,
  colour: string,
  everyNeuron: number,
): PageRaster {
  const isShown = (n: number): boolean => n % everyNeuron === 0;
  let shown = 0;
  for (const { neuron } of spikePieces(spikes)) for (const n of neuron) if (isShown(n)) shown++;
  const tickSteps = new Uint32Array(shown);
  const neurons = new Uint32Array(shown);
  let before = 0;
  let at = 0;
  for (const { tick, neuron } of spikePieces(spikes)) {
    for (let i = 0; i < tick.length; i++) {
      if (!isShown(neuron[i]!)) continue;
      tickSteps[at] = tick[i]! - before;
      neurons[at++] = neuron[i]!;
      before = tick[i]!;
    }
  }
  return {
    name,
    colour,
    size,
    everyNeuron,
    tickSteps: packed(narrowed(tickSteps)),
    neurons: packed(narrowed(neurons)),
  };
}

function tracesOf(results: Recordings, colourOf: (population: PopulationRecordings) => string): readonly PageTraces[] {
  const traces = new Map<string, PageTraces & { readonly curves: PageCurve[] }>();
  for (const population of results.populations) {
    for (const signal of population.signals) {
      if (sampleCount(signal) === 0) continue;
      const stride = Math.ceil(sampleCount(signal) / MOST_SAMPLES);
      const samples = Math.ceil(sampleCount(signal) / stride);
      const { variable, unit, intervalTicks } = signal;
      const key = [variable, unit, intervalTicks, samples].join(" ");
      const stepMs = (intervalTicks * stride * results.timestepMicros) / 1000;
      const group = traces.get(key) ?? { variable, unit, stepMs, samples, curves: [] };
      traces.set(key, group);
      group.curves.push(...curvesOf(population.name, signal, stride, colourOf(population)));
    }
  }
  return [...traces.values()];
}

function curvesOf(name: string, signal: Signal | SignalSeries, stride: number, colour: string): readonly PageCurve[] {
  const columns = signal.neurons.length;
  const samples = Math.ceil(sampleCount(signal) / stride);
  const mean = new Float32Array(samples);
  const shown = Math.min(CELLS_SHOWN, columns);
  const cells = Array.from({ length: shown }, (_, cell) => {
    const column = Math.floor(((cell + 0.5) * columns) / shown);
    return { column, values: new Float32Array(samples) };
  });
  let sample = 0;
  for (const words of samplePieces(signal)) {
    for (let row = 0; row < words.length; row += columns, sample++) {
      if (sample % stride !== 0) continue;
      const at = sample / stride;
      let sum = 0;
      for (let column = 0; column < columns; column++) sum += words[row + column]! * signal.scale[column]!;
      mean[at] = sum / columns;
      for (const { column, values } of cells) values[at] = words[row + column]! * signal.scale[column]!;
    }
  }
  return [
    { name: `${name}, mean of ${columns}`, colour, values: packed(mean) },
    ...cells.map(({ column, values }) => ({
      name: `${name}[${signal.neurons[column]}]`,
      colour,
      thin: true,
      values: packed(values),
    })),
  ];
}

/** The narrowest type that holds all numbers. */
function narrowed(numbers: Uint32Array): Uint8Array | Uint16Array | Uint32Array {
  const largest = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (largest <= 0xff) return Uint8Array.from(numbers);
  return largest <= 0xffff ? Uint16Array.from(numbers) : numbers;
}

function packed(numbers: Uint8Array | Uint16Array | Uint32Array | Float32Array): PackedNumbers {
  const type = ({ 1: "Uint8", 2: "Uint16", 4: "Uint32" } as const)[numbers.BYTES_PER_ELEMENT as 1 | 2 | 4];
  return {
    type: numbers instanceof Float32Array ? "Float32" : type,
    base64: Buffer.from(wordBytes(numbers)).toString("base64"),
  };
}

import { spin3 } from "../../src/machine/index.ts";
import {
  AllToAllConnector,
  type CellDescription,
  type CurrentSourceDescription,
  FromListConnector,
  IF_curr_delta,
  NetworkBuilder,
  SpikeSourceArray,
} from "../../src/network/builder/index.ts";
import type { Network, Value } from "../../src/network/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import type { RecordedPopulation } from "../../src/results/index.ts";

/** An input of one cell: what arrives in `tick`, in the unit of the receptor's weights. */
export interface Arrival {
  readonly tick: number;
  readonly receptor: string;
  readonly weight: number;
  /** Default: all cells. */
  readonly neuron?: number;
}

export interface CellExperiment {
  readonly cell: CellDescription;
  readonly size?: number;
  readonly timestepMs: number;
  readonly ticks: number;
  readonly initial?: Readonly<Record<string, Value>>;
  readonly record?: readonly string[];
  readonly arrivals?: readonly Arrival[];
  readonly currents?: readonly { readonly source: CurrentSourceDescription; readonly neurons?: readonly number[] }[];
  readonly seed?: number;
  /** Does another cell listen? Spikes that nobody listens to are not sent. Default: no. */
  readonly heard?: boolean;
}

/** One population `cells`, and a spike source for each arrival that hits it after one tick. */
export function cellNetwork(experiment: CellExperiment): Network {
  const { cell, size = 1, timestepMs, ticks, initial = {}, record = ["v"], arrivals = [], currents = [] } = experiment;
  const net = new NetworkBuilder({ name: "cells", timestepMs, seed: experiment.seed ?? 1 });
  const cells = net.population("cells", size, cell, { initial, record: ["spikes", ...record] });
  for (const { source, neurons } of currents) cells.inject(source, neurons);
  for (const receptor of new Set(arrivals.map((a) => a.receptor))) {
    const mine = arrivals.filter((a) => a.receptor === receptor);
    const times = mine.map(({ tick }) => [(tick - 1) * timestepMs]);
    const pairs = mine.flatMap(({ weight, neuron }, pre) =>
      Array.from({ length: size }, (_, post) => post)
        .filter((post) => neuron === undefined || post === neuron)
        .map((post): [number, number, number] => [pre, post, weight]),
    );
    const source = net.population(`to ${receptor}`, mine.length, SpikeSourceArray(times));
    net.projection(source, cells, FromListConnector(pairs), { delay: timestepMs }, { receptor });
  }
  if (experiment.heard) {
    const listener = net.population("listener", 1, IF_curr_delta());
    net.projection(cells, listener, AllToAllConnector(), { weight: 0.001, delay: timestepMs });
  }
  return net.run(ticks * timestepMs).build();
}

export interface CellTraces {
  /** Ticks each cell fired in. */
  readonly spikes: readonly (readonly number[])[];
  /** Of one variable of one cell, in the user's unit, tick by tick, before the update. */
  trace(variable: string, neuron?: number): Float64Array;
}

/** What the cells do on the emulator. */
export async function emulatedCells(experiment: CellExperiment): Promise<CellTraces> {
  const { results } = await emulate(deploy(cellNetwork(experiment), spin3()));
  return tracesOf(results.populations[0]!);
}

export function tracesOf({ size, spikes, signals }: RecordedPopulation): CellTraces {
  const fired: number[][] = Array.from({ length: size }, () => []);
  spikes!.neuron.forEach((n, i) => {
    fired[n]!.push(spikes!.tick[i]!);
  });
  return {
    spikes: fired,
    trace: (variable, neuron = 0) => {
      const { words, scale, neurons } = signals.find((s) => s.variable === variable)!;
      const columns = neurons.length;
      return Float64Array.from(
        { length: words.length / columns },
        (_, s) => words[s * columns + neuron]! * scale[neuron]!,
      );
    },
  };
}

/** Largest difference of two traces. */
export function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

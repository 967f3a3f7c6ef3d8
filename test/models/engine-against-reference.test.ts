import { describe, expect, it } from "vitest";
import type { Model } from "../../src/codegen/ir.ts";
import { referenceTick } from "../../src/codegen/reference.ts";
import { ImageView } from "../../src/image/image-view.ts";
import { spin3 } from "../../src/machine/index.ts";
import { builtInModel } from "../../src/models/registry.ts";
import {
  type CellDescription,
  DCSource,
  HH_cond_exp,
  IF_cond_alpha,
  IF_cond_exp,
  IF_curr_alpha,
  IF_curr_delta,
  IF_curr_exp,
  Izhikevich,
  NoisyCurrentSource,
  SpikeSourcePoisson,
} from "../../src/network/builder/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { EmulatorTarget } from "../../src/pipeline/emulator-target.ts";
import { type Arrival, type CellExperiment, cellNetwork } from "./emulated-cells.ts";

const CELLS = 7;
const TICKS = 40;
const own = (from: number, step: number): number[] => Array.from({ length: CELLS }, (_, n) => from + n * step);

/** Weights of irregular input, several synapses in one tick included. */
function arrivals(excitatory: number, inhibitory: number): Arrival[] {
  return Array.from({ length: 50 }, (_, k) => ({
    tick: 1 + ((k * 17) % (TICKS - 5)),
    neuron: k % CELLS,
    receptor: k % 3 === 0 ? "inhibitory" : "excitatory",
    weight: (1 + (k % 5)) * (k % 3 === 0 ? inhibitory : excitatory),
  }));
}

const membrane = { tau_m: own(8, 2), i_offset: own(-0.3, 0.3), v_thresh: own(-60, 2), tau_refrac: own(0.3, 0.8) };
const CASES: readonly (Partial<CellExperiment> & { readonly name: string; readonly cell: CellDescription })[] = [
  { name: "IF_cond_exp", cell: IF_cond_exp(membrane), arrivals: arrivals(0.01, 0.02) },
  { name: "IF_cond_alpha", cell: IF_cond_alpha(membrane), arrivals: arrivals(0.01, 0.02) },
  { name: "IF_curr_exp", cell: IF_curr_exp(membrane), arrivals: arrivals(0.5, -0.5) },
  { name: "IF_curr_alpha", cell: IF_curr_alpha(membrane), arrivals: arrivals(0.5, -0.5) },
  { name: "IF_curr_delta", cell: IF_curr_delta(membrane), arrivals: arrivals(2, -2) },
  {
    name: "Izhikevich",
    cell: Izhikevich({ d: own(1, 1), c: own(-65, 3), i_offset: own(0, 4) }),
    arrivals: arrivals(5, -5),
  },
  {
    name: "HH_cond_exp",
    cell: HH_cond_exp({ i_offset: own(-0.5, 0.5) }, { substeps: 10 }),
    arrivals: arrivals(0.05, 0.05),
  },
  {
    name: "HH_cond_exp_gates_first",
    cell: HH_cond_exp({ g_leak: own(0.005, 0.002) }, { substeps: 10, gates_first: true }),
    arrivals: arrivals(0.05, 0.05),
  },
  { name: "SpikeSourcePoisson8", cell: SpikeSourcePoisson({ rate: own(0, 30), start: 3, duration: 30 }) },
  { name: "SpikeSourcePoisson32", cell: SpikeSourcePoisson({ rate: own(500, 1000) }) },
  { name: "SpikeSourcePoisson96", cell: SpikeSourcePoisson({ rate: own(20_000, 3000) }) },
  {
    name: "IF_curr_exp_noise2",
    cell: IF_curr_exp({ i_offset: 0.9 }),
    currents: [
      { source: NoisyCurrentSource({ mean: 0.2, stdev: 0.5, start: 3 }) },
      { source: NoisyCurrentSource({ mean: 0, stdev: 0.3, dt: 3 }), neurons: [1, 4, 5] },
      { source: DCSource({ amplitude: 0.4 }), neurons: [0] },
    ],
  },
];

describe("the engine gives the bits of the interpreter of the models' language", () => {
  it.each(CASES)("for $name", async ({ name, ...experiment }) => {
    const isSource = name.startsWith("SpikeSource");
    const network = cellNetwork({
      size: CELLS,
      timestepMs: 1,
      ticks: TICKS,
      record: isSource ? [] : ["v"],
      heard: true,
      ...experiment,
    });
    const deployment = deploy(network, spin3());
    const image = new ImageView(deployment.cores[0]!.image);
    const model = builtInModel(image.modelHash)!;
    expect(model.name).toBe(name);
    const target = new EmulatorTarget(deployment, 1);
    const neurons = Array.from({ length: CELLS }, (_, index) => ({
      states: Object.fromEntries(model.states.map((s, k) => [s, image.state(k)[index]! | 0])),
      params: paramsOf(model, image, index),
      tables: Object.fromEntries(model.tables.map((t, k) => [t, new Int32Array(image.table(k))])),
      index,
    }));
    const units = receptorUnits(model, deployment.quantisation, experiment.arrivals ?? []);
    let [tick, spikes] = [0, 0];
    for (const { ticks, patches } of deployment.phases) {
      if (patches[0]!.length > 0) {
        // Injected currents change parameters in the middle of the run.
        await target.rewrite(0, patches[0]!);
        const bytes = await target.read(0, 0, deployment.cores[0]!.image.length);
        const changed = new ImageView(new Uint8Array(bytes));
        for (const neuron of neurons) Object.assign(neuron.params, paramsOf(model, changed, neuron.index));
      }
      for (const end = tick + ticks; tick < end; tick++) {
        for (const neuron of neurons)
          spikes += referenceTick(model, neuron, units(tick, neuron.index), tick, image.config("substeps")).spikes;
      }
      await target.runUntil(tick);
    }
    const after = new ImageView(new Uint8Array(await target.read(0, 0, deployment.cores[0]!.image.length)));
    model.states.forEach((state, k) => {
      const words = [...after.state(k).subarray(0, CELLS)].map((word) => word | 0);
      expect(words, state).toEqual(neurons.map((neuron) => neuron.states[state]! | 0));
    });
    expect(spikes).toBeGreaterThan(0);
    expect(after.regionWords("provenance")[1]).toBe(spikes);
    await target.close();
  });
});

function paramsOf(model: Model, image: ImageView, n: number): Record<string, number> {
  return Object.fromEntries(
    model.params.map((name, k) => {
      const param = image.param(k);
      return [name, (typeof param === "number" ? param : param[n]!) | 0];
    }),
  );
}

/** Weight units that arrive at a neuron in a tick. */
function receptorUnits(
  model: Model,
  projections: readonly { readonly projection: string; readonly weightUnit: number }[],
  list: readonly Arrival[],
): (tick: number, neuron: number) => Record<string, number> {
  const unit = (receptor: string): number => projections.find((q) => q.projection.includes(receptor))?.weightUnit ?? 1;
  return (tick, neuron) =>
    Object.fromEntries(
      model.receptors.map((receptor) => [
        receptor,
        list
          .filter((a) => a.tick === tick && a.receptor === receptor && a.neuron === neuron)
          .reduce((sum, a) => sum + Math.round(Math.abs(a.weight) / unit(receptor)), 0),
      ]),
    );
}

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { spin5 } from "../../src/machine/index.ts";
import * as build from "../../src/network/builder/index.ts";
import type { Network } from "../../src/network/network.ts";
import { readNetwork } from "../../src/network/read-network.ts";
import { firstDifference, runBothWays, spikeCount } from "./on-chips.ts";

/** Every spike and every recorded word of the kernels, against the engine's. */
const uniform = (low: number, high: number) => build.RandomDistribution("uniform", { low, high });

const CELLS: readonly {
  readonly name: string;
  readonly cell: build.CellDescription;
  readonly record: readonly string[];
  /** Of an input, and of a connection within the population. */
  readonly weights: readonly [number, number];
  readonly receptors?: readonly string[];
  readonly timestepMs?: number;
}[] = [
  {
    name: "IF_cond_exp",
    cell: build.IF_cond_exp({ i_offset: uniform(0.5, 1) }),
    record: ["v", "gsyn_exc", "gsyn_inh"],
    weights: [0.02, 0.01],
  },
  {
    name: "IF_cond_alpha",
    cell: build.IF_cond_alpha({ cm: uniform(0.2, 1) }),
    record: ["v", "gsyn_exc", "gsyn_inh"],
    weights: [0.05, 0.01],
  },
  {
    name: "IF_curr_exp",
    cell: build.IF_curr_exp({ tau_refrac: uniform(0.1, 5) }),
    record: ["v", "gsyn_exc", "gsyn_inh"],
    weights: [3, 0.5],
  },
  {
    name: "IF_curr_alpha",
    cell: build.IF_curr_alpha({ v_thresh: uniform(-60, -50) }),
    record: ["v", "gsyn_exc"],
    weights: [3, 0.5],
  },
  { name: "IF_curr_delta", cell: build.IF_curr_delta({ i_offset: 0.5 }), record: ["v"], weights: [8, 1] },
  { name: "Izhikevich", cell: build.Izhikevich({ d: uniform(1, 8) }), record: ["v", "u", "gsyn_exc"], weights: [8, 1] },
  {
    name: "HH_cond_exp",
    cell: build.HH_cond_exp({ i_offset: uniform(0.2, 1) }),
    record: ["v", "m", "h", "n"],
    weights: [0.05, 0.01],
    timestepMs: 0.1,
  },
  {
    name: "HH_cond_exp, gates first",
    cell: build.HH_cond_exp({}, { gates_first: true }),
    record: ["v"],
    weights: [0.05, 0.01],
    timestepMs: 0.1,
  },
];

function smallNetwork({ cell, record, weights, timestepMs = 1 }: (typeof CELLS)[number]): Network {
  const network = new build.NetworkBuilder({ seed: 7, timestepMs });
  const cells = network.population("cells", 37, cell, { record: ["spikes", ...record] });
  const poisson = network.population("poisson", 9, build.SpikeSourcePoisson({ rate: uniform(100, 2000) }), {
    record: ["spikes"],
  });
  const times = Array.from({ length: 5 }, (_, n) => [n * timestepMs, (n + 3) * timestepMs, (n + 3) * timestepMs]);
  const array = network.population("array", 5, build.SpikeSourceArray(times), { record: ["spikes"] });
  const delay = uniform(timestepMs, 7 * timestepMs);
  network.projection(poisson, cells, build.FixedProbabilityConnector(0.5), { weight: uniform(0, weights[0]), delay });
  network.projection(array, cells, build.AllToAllConnector(), { weight: weights[0], delay });
  network.projection(cells, cells, build.FixedProbabilityConnector(0.2), { weight: weights[1], delay });
  return network.run(40 * timestepMs).build();
}

describe.each(CELLS)("cells of type $name", (described) => {
  it.each([37, 10])("on cores of at most %d neurons", async (neuronsPerCore) => {
    const timeScale = described.timestepMs === undefined ? 1 : 10;
    const both = await runBothWays(smallNetwork(described), undefined, { neuronsPerCore, timeScale });
    expect(spikeCount(both.got)).toBeGreaterThan(20);
    expect(firstDifference(both)).toBeUndefined();
    expect(both.counters).toMatchObject({ late: 0, dropped: 0, overruns: 0, certified: true });
  });
});

describe("Poisson sources", () => {
  it.each([50, 5000, 20_000])("of %d Hz send several packets a tick where they must", async (rate) => {
    const network = new build.NetworkBuilder({ seed: 1 });
    const start = uniform(0, 10);
    network.population("fast", 20, build.SpikeSourcePoisson({ rate, start }), { record: ["spikes"] });
    const both = await runBothWays(network.run(30).build());
    expect(spikeCount(both.got)).toBeGreaterThan(10);
    expect(firstDifference(both)).toBeUndefined();
  });
});

describe("injected currents", () => {
  it("of steps and of noise change cells as in the engine", async () => {
    const network = new build.NetworkBuilder({ seed: 3 });
    const cells = network.population("cells", 30, build.IF_cond_exp(), { record: ["spikes", "v"] });
    cells.inject(build.NoisyCurrentSource({ mean: 0.8, stdev: 0.8 }));
    cells.inject(build.StepCurrentSource({ times: [10, 20], amplitudes: [1, -0.5] }), [1, 2, 3]);
    const both = await runBothWays(network.run(40).build(), undefined, { neuronsPerCore: 12 });
    expect(spikeCount(both.got)).toBeGreaterThan(10);
    expect(firstDifference(both)).toBeUndefined();
  });
});

describe("delays longer than the ring buffer", () => {
  const network = (): Network => {
    const net = new build.NetworkBuilder({ seed: 5, maxDelayMs: 250 });
    const cells = net.population("cells", 60, build.IF_cond_exp({ i_offset: uniform(0.6, 1.2) }), {
      record: ["spikes", "gsyn_exc"],
    });
    net.projection(cells, cells, build.FixedProbabilityConnector(0.3), {
      weight: uniform(0, 0.002),
      delay: uniform(1, 230),
    });
    net.run(300);
    // Rows that are still to be added belong to the synapses that were there when their spike was sent.
    net.projection(cells, cells, build.FixedProbabilityConnector(0.1), { weight: 0.003, delay: uniform(1, 250) });
    net.run(200);
    net.run(200);
    return net.build();
  };

  it.each([60, 16])(
    "are kept over pauses in which rows change, on cores of at most %d neurons",
    async (neuronsPerCore) => {
      const both = await runBothWays(network(), undefined, { neuronsPerCore });
      expect(spikeCount(both.got)).toBeGreaterThan(500);
      expect(firstDifference(both)).toBeUndefined();
      expect(both.counters).toMatchObject({ late: 0, dropped: 0, certified: true });
    },
  );
});

describe("recordings", () => {
  it("may be of some neurons, at intervals, over phases that change a source", async () => {
    const network = new build.NetworkBuilder({ seed: 6 });
    const cells = network.population("cells", 50, build.IF_curr_exp({ i_offset: 0.9 }), { record: ["spikes"] });
    cells.record("v", { neurons: [0, 7, 20, 21, 49], samplingIntervalMs: 3 });
    cells.record("gsyn_exc", { samplingIntervalMs: 4 });
    const poisson = network.population("poisson", 20, build.SpikeSourcePoisson({ rate: 50 }), { record: ["spikes"] });
    network.projection(poisson, cells, build.FixedProbabilityConnector(0.3), { weight: 1, delay: uniform(1, 5) });
    network.run(31);
    poisson.set({ rate: 200 });
    network.run(26);
    const both = await runBothWays(network.build(), undefined, { neuronsPerCore: 15 });
    expect(spikeCount(both.got)).toBeGreaterThan(50);
    expect(firstDifference(both)).toBeUndefined();
  });
});

const FIXTURES: readonly { readonly fixture: string; readonly ms: number; readonly timeScale?: number }[] = [
  { fixture: "vogels-abbott", ms: 60 },
  { fixture: "vogels-abbott-cuba", ms: 20 },
  { fixture: "vogels-abbott-4000", ms: 4 },
  { fixture: "ei-braintools", ms: 5 },
  { fixture: "dendrify-lif", ms: 15 },
  // Cells that all fire at once: at 0.1 ms a tick no core gets through that in time.
  { fixture: "cobahh", ms: 18, timeScale: 10 },
  { fixture: "cobahh-brette", ms: 3, timeScale: 10 },
];

describe.each(FIXTURES)("$fixture", ({ fixture, ms, timeScale = 1 }) => {
  it.each([256, 50])("gives the engine's bits with at most %d neurons a core", async (neuronsPerCore) => {
    const file = `fixtures/${fixture}.json`;
    const network = readNetwork(readFileSync(file, "utf8"), file);
    const short = { ...network, phases: network.phases.slice(0, 1).map((p) => ({ ...p, durationMs: ms })) };
    const both = await runBothWays(short, spin5(), { neuronsPerCore, timeScale });
    expect(spikeCount(both.got)).toBeGreaterThan(0);
    expect(firstDifference(both)).toBeUndefined();
    expect(both.counters).toMatchObject({ late: 0, dropped: 0 });
  });
});

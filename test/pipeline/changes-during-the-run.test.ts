import { describe, expect, it } from "vitest";
import { spin3, spin5 } from "../../src/machine/index.ts";
import {
  DCSource,
  IF_curr_exp,
  NetworkBuilder,
  NoisyCurrentSource,
  SpikeSourcePoisson,
  StepCurrentSource,
} from "../../src/network/builder/index.ts";
import type { Network } from "../../src/network/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { compareResults, type Results } from "../../src/results/index.ts";
import { emulatedCells } from "../models/emulated-cells.ts";
import { runOnEmulator, runOnVirtualBoard } from "./vogels-abbott.ts";

/** Perfect integrators: V tells the charge that came in, Q / C. */
const INTEGRATOR = IF_curr_exp({ cm: 1, tau_m: 1e6, v_thresh: 120, v_rest: 0, v_reset: 0 });

describe("rates of Poisson sources that change between phases", () => {
  function network(): Network {
    const net = new NetworkBuilder({ timestepMs: 1, seed: 3 });
    const fixed = net.population("fixed", 20, SpikeSourcePoisson({ rate: 300 }), { record: ["spikes"] });
    const source = net.population("source", 20, SpikeSourcePoisson({ rate: 500 }), { record: ["spikes"] });
    net.run(100);
    source.set({ rate: 0 });
    net.run(100);
    source.set({ rate: Array.from({ length: 20 }, (_, n) => n * 400) });
    net.run(100);
    fixed.set({ duration: 250 });
    return net.run(100).build();
  }

  const spikesIn = (results: Results, population: number, from: number, to: number): number =>
    results.populations[population]!.spikes!.tick.filter((t) => t >= from && t < to).length;

  it("hold from the first tick of their phase to its last", async () => {
    const results = await runOnEmulator(network(), spin3());
    expect(Math.abs(spikesIn(results, 1, 0, 100) - 1000)).toBeLessThan(4 * Math.sqrt(1000));
    expect(spikesIn(results, 1, 100, 200)).toBe(0);
    expect(Math.abs(spikesIn(results, 1, 200, 300) - 7600)).toBeLessThan(4 * Math.sqrt(7600));
    expect(spikesIn(results, 0, 200, 300)).toBeGreaterThan(0);
    expect(spikesIn(results, 0, 300, 400)).toBe(0);
  });

  it("leave other sources' spikes as they were", async () => {
    const changed = await runOnEmulator(network(), spin3());
    const plain = new NetworkBuilder({ timestepMs: 1, seed: 3 });
    plain.population("fixed", 20, SpikeSourcePoisson({ rate: 300 }), { record: ["spikes"] });
    const alone = await runOnEmulator(plain.run(300).build(), spin3());
    const early = (results: Results): Uint32Array => results.populations[0]!.spikes!.tick.filter((t) => t < 300);
    expect(early(changed)).toEqual(early(alone));
  });
});

describe("injected currents", () => {
  const trace = async (
    currents: NonNullable<Parameters<typeof emulatedCells>[0]["currents"]>,
    ticks = 30,
    size = 2,
  ): Promise<Float64Array[]> => {
    const traces = await emulatedCells({ cell: INTEGRATOR, timestepMs: 1, ticks, size, currents, initial: { v: 0 } });
    return Array.from({ length: size }, (_, n) => traces.trace("v", n));
  };

  it("DC flows from start to stop, into the neurons it names", async () => {
    const [driven, other] = await trace([{ source: DCSource({ amplitude: 2, start: 5, stop: 12 }), neurons: [0] }]);
    driven!.forEach((v, t) => {
      expect(v).toBeCloseTo(2 * Math.max(0, Math.min(t, 12) - 5), 2);
    });
    expect(other!.every((v) => v === 0)).toBe(true);
  });

  it("steps hold from each time to the next", async () => {
    const times = [2, 6, 10];
    const [v] = await trace([{ source: StepCurrentSource({ times, amplitudes: [1, -0.5, 0] }) }]);
    const expected = Float64Array.from({ length: 30 }, (_, t) => {
      const one = Math.max(0, Math.min(t, 6) - 2);
      return one - 0.5 * Math.max(0, Math.min(t, 10) - 6);
    });
    v!.forEach((value, t) => {
      expect(value).toBeCloseTo(expected[t]!, 2);
    });
  });

  it("add up, with each other and with i_offset", async () => {
    const traces = await emulatedCells({
      cell: IF_curr_exp({ cm: 1, tau_m: 1e6, v_thresh: 120, v_rest: 0, v_reset: 0, i_offset: 0.5 }),
      timestepMs: 1,
      ticks: 11,
      initial: { v: 0 },
      currents: [
        { source: DCSource({ amplitude: 1 }) },
        { source: StepCurrentSource({ times: [0], amplitudes: [-2] }) },
      ],
    });
    expect(traces.trace("v")[10]).toBeCloseTo(-5, 2);
  });

  it("noise has its mean and deviation, is another for each neuron, and is held for dt", async () => {
    const [cells, ticks, dt] = [200, 200, 2];
    const traces = await trace([{ source: NoisyCurrentSource({ mean: 0.1, stdev: 0.4, dt }) }], ticks, cells);
    let [sum, squares, products, n] = [0, 0, 0, 0];
    traces.forEach((v, cell) => {
      for (let t = 0; t + 2 < ticks; t += 2) {
        const [first, second] = [v[t + 1]! - v[t]!, v[t + 2]! - v[t + 1]!];
        expect(second).toBeCloseTo(first, 2);
        sum += first;
        squares += (first - 0.1) ** 2;
        if (cell > 0) products += (first - 0.1) * (traces[cell - 1]![t + 1]! - traces[cell - 1]![t]! - 0.1);
        n++;
      }
    });
    expect(Math.abs(sum / n - 0.1)).toBeLessThan((4 * 0.4) / Math.sqrt(n));
    expect(Math.abs(squares / n / 0.16 - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(products / n)).toBeLessThan((4 * 0.16) / Math.sqrt(n));
  });

  it("noise begins and ends with its window", async () => {
    const [v] = await trace([{ source: NoisyCurrentSource({ mean: 0, stdev: 0.5, start: 4, stop: 9 }) }]);
    const moves = Array.from({ length: 29 }, (_, t) => Math.abs(v![t + 1]! - v![t]!) > 1e-3);
    expect(moves.map(Number).join("")).toBe(`${"0".repeat(4)}${"1".repeat(5)}${"0".repeat(20)}`);
  });

  it("are refused by cells that have no drive", () => {
    const net = new NetworkBuilder({ timestepMs: 1 });
    const source = net.population("source", 1, SpikeSourcePoisson());
    source.inject(DCSource({ amplitude: 1 }));
    expect(() => net.run(1).build()).toThrow();
  });
});

describe("a network with all that changes during a run gives the same bits", () => {
  function network(): Network {
    const net = new NetworkBuilder({ timestepMs: 1, seed: 9 });
    const cells = net.population("cells", 60, IF_curr_exp({ i_offset: 0.6 }), { record: ["spikes", "v"] });
    cells.inject(NoisyCurrentSource({ mean: 0.1, stdev: 1, dt: 3, start: 10 }));
    cells.inject(NoisyCurrentSource({ mean: 0, stdev: 0.5, stop: 70 }), [3, 17, 40]);
    cells.inject(StepCurrentSource({ times: [20, 33], amplitudes: [0.5, -0.5] }), [1, 2, 50]);
    const source = net.population("source", 20, SpikeSourcePoisson({ rate: 20 }), { record: ["spikes"] });
    const connector = { document: { type: "FixedProbability", p_connect: 0.3 } };
    net.projection(source, cells, connector, { weight: 0.5, delay: 2 });
    net.run(50);
    source.set({ rate: 300 });
    return net.run(50).build();
  }

  it("for two partitions, two machines, two threads and a virtual board", async () => {
    const expected = await runOnEmulator(network(), spin3());
    expect(expected.populations[0]!.spikes!.tick.length).toBeGreaterThan(50);
    const others = [
      await runOnEmulator(network(), spin5(), { neuronsPerCore: 7 }),
      await runOnEmulator(network(), spin3(), { neuronsPerCore: 11, threads: 2 }),
      (await runOnVirtualBoard(network(), spin3(), { neuronsPerCore: 16 })).results,
    ];
    for (const results of others) expect(compareResults(expected, results).first).toBeUndefined();
  });

  it("cuts the run where something changes, and nowhere else", () => {
    const ticks = deploy(network(), spin3()).phases.map((phase) => phase.ticks);
    expect(ticks).toEqual([10, 10, 13, 17, 20, 30]);
  });
});

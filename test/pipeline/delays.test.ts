import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImageView } from "../../src/image/image-view.ts";
import { spin3 } from "../../src/machine/index.ts";
import {
  FromListConnector,
  IF_curr_delta,
  IF_curr_exp,
  NetworkBuilder,
  SpikeSourceArray,
} from "../../src/network/builder/index.ts";
import type { Network } from "../../src/network/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { deploymentFacts } from "../../src/pipeline/deployment-facts.ts";
import { compareResults } from "../../src/results/index.ts";
import { runOnEmulator, runOnVirtualBoard } from "./vogels-abbott.ts";

/** Fires in the very tick a spike comes in, whatever its state. */
const RELAY = IF_curr_delta({ v_rest: -65, v_thresh: -50, v_reset: -65, tau_refrac: 0 });

/** One source that fires at the given ticks, onto relay d - 1 with delay d for d in 1 .. 256. */
function relays(ticks: readonly number[], size = 256): Network {
  const net = new NetworkBuilder({ timestepMs: 1 });
  const source = net.population("source", 1, SpikeSourceArray([[...ticks]]), { record: ["spikes"] });
  const cells = net.population("cells", size, RELAY, { record: ["spikes"] });
  const rows = Array.from({ length: 256 }, (_, d): [number, number, number, number] => [0, d % size, 20, d + 1]);
  net.projection(source, cells, FromListConnector(rows));
  return net.run(Math.max(...ticks) + 260).build();
}

function arrivals({ tick, neuron }: { readonly tick: Uint32Array; readonly neuron: Uint32Array }): [number, number][] {
  return Array.from(neuron, (n, i): [number, number] => [tick[i]!, n]);
}

function stages(network: Network, neuronsPerCore?: number): number[] {
  const { cores } = deploy(network, spin3(), neuronsPerCore === undefined ? {} : { neuronsPerCore });
  return cores.filter((c) => c.population === 1).map((c) => new ImageView(c.image).config("delayStages"));
}

describe("a spike with a delay of d ticks arrives d ticks later", () => {
  const expected = (ticks: readonly number[]): [number, number][] =>
    ticks
      .flatMap((t) => Array.from({ length: 256 }, (_, d): [number, number] => [t + d + 1, d]))
      .sort(([t, n], [u, m]) => t - u || n - m);

  it.each([
    { neuronsPerCore: 256, because: "many neurons leave few ring slots: most delays go by later stages" },
    { neuronsPerCore: 16, because: "few neurons leave slots for 128 ticks" },
  ])("for every d in 1 .. 256, $neuronsPerCore neurons a core ($because)", async ({ neuronsPerCore }) => {
    const network = relays([0, 5, 133]);
    const results = await runOnEmulator(network, spin3(), { neuronsPerCore });
    expect(arrivals(results.populations[1]!.spikes!)).toEqual(expected([0, 5, 133]));
    expect(Math.min(...stages(network, neuronsPerCore))).toBeGreaterThan(1);
  });

  it("for any spike times, on the emulator", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 }),
        async (times) => {
          // A relay fires again in the next tick only if its refractory time is over, so times are two ticks apart.
          const ticks = times.map((t) => 3 * t).toSorted((a, b) => a - b);
          const results = await runOnEmulator(relays(ticks), spin3());
          expect(arrivals(results.populations[1]!.spikes!)).toEqual(expected(ticks));
        },
      ),
      { numRuns: 8 },
    );
  });

  it("on a virtual board as on the emulator, through pauses of the run", async () => {
    const network = relays([0, 7, 100]);
    const phases = [60, 1, 139, 160].map((durationMs, i) => ({
      durationMs,
      addedProjections: i === 0 ? [0] : [],
      parameterChanges: [],
    }));
    const cut = { ...network, phases };
    const { results, counters } = await runOnVirtualBoard(cut, spin3(), { neuronsPerCore: 128 });
    expect(arrivals(results.populations[1]!.spikes!)).toEqual(expected([0, 7, 100]));
    expect(counters.certified).toBe(true);
    expect(compareResults(await runOnEmulator(network, spin3()), results).identical).toBe(true);
  });

  it("on synapses onto one neuron as well, each in its own tick", async () => {
    const results = await runOnEmulator(relays([3], 1), spin3());
    const ticks = arrivals(results.populations[1]!.spikes!).map(([tick]) => tick);
    expect(ticks).toEqual(Array.from({ length: 256 }, (_, d) => 4 + d));
  });
});

describe("delays that are no whole ticks", () => {
  function errorOf(delay: number | readonly number[], timestepMs = 0.1): number {
    const net = new NetworkBuilder({ timestepMs });
    const source = net.population("source", 2, SpikeSourceArray([[1], [1]]));
    const cells = net.population("cells", 2, RELAY);
    net.projection(source, cells, { document: { type: "OneToOne" } }, { weight: 1, delay });
    return deploymentFacts(deploy(net.run(1).build(), spin3())).quantisation[0]!.largest_delay_error_ms;
  }

  it("are rounded once, and by how much is reported", () => {
    expect(errorOf(0.34)).toBeCloseTo(0.04, 10);
    expect(errorOf([0.3, 0.45])).toBeCloseTo(0.05, 10);
  });

  it("are not reported where they are whole", () => {
    for (const delay of [0.1, 0.3, 0.7, 25.6]) expect(errorOf(delay)).toBe(0);
  });

  it("are refused below one tick and above 256", () => {
    expect(() => errorOf(0.04)).toThrow(/delay/);
    expect(() => errorOf(25.7)).toThrow(/delay/);
  });
});

describe("the report of what fixed point makes of parameters", () => {
  it("names each parameter that has no exact word, with its largest relative error", () => {
    const net = new NetworkBuilder({ timestepMs: 0.1 });
    net.population("cells", 2, IF_curr_exp({ v_rest: -64, tau_m: [7, 1e5], tau_syn_E: 5 }));
    const { parameters } = deploymentFacts(deploy(net.run(1).build(), spin3()));
    const error = (name: string): number | undefined => parameters.find((p) => p.parameter === name)?.largest_error;
    expect(error("v_rest")).toBeUndefined();
    // h / tau is 1e-6: 2147 steps of 2^-31, of which rounding moves it by at most a half.
    expect(error("tau_m")).toBeGreaterThan(1e-6);
    expect(error("tau_m")).toBeLessThan(0.5 / 2147);
    expect(error("tau_syn_E")).toBeLessThan(1e-6);
    expect(parameters.every((p) => p.population === "cells")).toBe(true);
  });
});

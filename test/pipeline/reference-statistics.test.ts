import { describe, expect, it } from "vitest";
import { spin5 } from "../../src/machine/index.ts";
import type { Network, Population } from "../../src/network/index.ts";
import { activeFraction, meanRateHz, type Results, signalRange, spikeTrains } from "../../src/results/index.ts";
import { fixture } from "./fixture.ts";
import { expectWithin, type Reference, sampleCv } from "./reference-bounds.ts";
import { runOnEmulator } from "./vogels-abbott.ts";

type References = Readonly<Record<"rateE" | "rateI" | "cv" | "active", Reference>>;

/** 1500 cells, exponential Euler, dt 0.1 ms. */
const REFERENCE = {
  rateE: { mean: 25.48, sd: 2.082, min: 22.622, max: 29.399 },
  rateI: { mean: 25.094, sd: 1.159, min: 22.487, max: 27.27 },
  cv: { mean: 1.4216, sd: 0.1293, min: 1.0903, max: 1.571 },
  active: { mean: 0.8615, sd: 0.0502, min: 0.7517, max: 0.9267 },
} as const satisfies References;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

const STATISTICS: Readonly<Record<keyof typeof REFERENCE, (results: Results) => number>> = {
  rateE: (results) => meanRateHz(spikeTrains(results, results.populations[0]!)!)!,
  rateI: (results) => meanRateHz(spikeTrains(results, results.populations[1]!)!)!,
  cv: sampleCv,
  active: (results) => activeFraction(spikeTrains(results, results.populations[0]!)!)!,
};

/** Records spikes, and V once a ms. */
function sampledEveryMs(network: Network, timestep: number): Network {
  const record = [
    { variable: "spikes", intervalTicks: 1 },
    { variable: "v", intervalTicks: Math.round(1 / timestep) },
  ];
  const populations = network.populations.map((p) => (p.cell.type === "IF_cond_exp" ? { ...p, record } : p));
  return { ...network, populations };
}

describe("Vogels-Abbott over eight seeds", () => {
  it.each([
    { timestep: 0.1, outside: {} },
    // Four sub-steps of 0.25 ms see a threshold crossing late, so there are up to 4 % fewer spikes than in the reference.
    // One seed that has few anyway, 21.7 Hz at 0.1 ms, falls from inside to 0.1 % below the bound.
    { timestep: 1, outside: { rateE: [4] } },
  ])(
    "has the rates, CV of ISI and active fraction of the reference at ticks of $timestep ms, and V between the reversal potentials",
    async ({ timestep, outside }) => {
      const settings = [{ path: "timestep_ms", value: timestep }];
      const runs: Results[] = [];
      for (const seed of SEEDS) {
        const network = sampledEveryMs(fixture("vogels-abbott", { seed, settings }), timestep);
        runs.push(await runOnEmulator(network, spin5()));
      }
      for (const name of ["rateE", "rateI", "cv", "active"] as const) {
        const known: Partial<Record<string, readonly number[]>> = outside;
        expectWithin(name, SEEDS, runs.map(STATISTICS[name]), REFERENCE[name], known[name]);
      }
      for (const results of runs) {
        for (const population of results.populations.slice(0, 2)) {
          const range = signalRange(population.signals.find((s) => s.variable === "v")!)!;
          expect(range.min).toBeGreaterThanOrEqual(-80);
          expect(range.max).toBeLessThanOrEqual(0);
        }
      }
    },
  );
});

describe("Vogels-Abbott with sPyNNaker's membrane rule over eight seeds", () => {
  it.each<{ readonly cells: number; readonly timestep: number; readonly reference: References }>([
    {
      cells: 1500,
      timestep: 1,
      reference: {
        rateE: { mean: 23.35, sd: 2.049, min: 20.6, max: 27.299 },
        rateI: { mean: 23.092, sd: 0.8569, min: 21.213, max: 24.3 },
        cv: { mean: 1.331, sd: 0.1043, min: 1.0447, max: 1.4564 },
        active: { mean: 0.86372, sd: 0.03805, min: 0.77417, max: 0.90583 },
      },
    },
    {
      cells: 1500,
      timestep: 0.1,
      reference: {
        rateE: { mean: 24.775, sd: 1.752, min: 22.492, max: 28.887 },
        rateI: { mean: 24.477, sd: 1.089, min: 22.363, max: 26.43 },
        cv: { mean: 1.4076, sd: 0.1112, min: 1.1681, max: 1.5801 },
        active: { mean: 0.86146, sd: 0.04541, min: 0.76, max: 0.93917 },
      },
    },
    {
      cells: 4000,
      timestep: 0.1,
      reference: {
        rateE: { mean: 13.135, sd: 3.82, min: 1.2634, max: 16.847 },
        rateI: { mean: 13.251, sd: 3.687, min: 1.3462, max: 15.334 },
        cv: { mean: 1.4219, sd: 0.3161, min: 0.37681, max: 1.5818 },
        active: { mean: 0.87866, sd: 0.1266, min: 0.4575, max: 0.94125 },
      },
    },
  ])(
    "has the statistics of that rule in double precision: $cells cells, $timestep ms",
    async ({ cells, timestep, reference }) => {
      const name = cells === 4000 ? "vogels-abbott-4000" : "vogels-abbott";
      const settings = [{ path: "timestep_ms", value: timestep }];
      const runs: Results[] = [];
      for (const seed of SEEDS) {
        const network = fixture(name, { seed, settings });
        const populations = network.populations.map((p) => (p.cell.type === "IF_cond_exp" ? withSpynnakerRule(p) : p));
        runs.push(await runOnEmulator({ ...network, populations }, spin5()));
      }
      for (const statistic of ["rateE", "rateI", "cv", "active"] as const) {
        expectWithin(statistic, SEEDS, runs.map(STATISTICS[statistic]), reference[statistic]);
      }
    },
  );
});

function withSpynnakerRule(population: Population): Population {
  const cell = { ...population.cell, options: { rule: "spynnaker", substeps: 1 } };
  return { ...population, cell, record: [{ variable: "spikes", intervalTicks: 1 }] };
}

import { describe, expect, it } from "vitest";
import { spin5 } from "../../src/machine/index.ts";
import {
  activeFraction,
  firstSpikeMs,
  meanCvIsi,
  meanRateHz,
  type Results,
  type SpikeTrains,
  signalRange,
  spikeTrains,
  survivalMs,
} from "../../src/results/index.ts";
import { type FixtureChanges, fixture } from "./fixture.ts";
import { expectWithin, type Reference, sampleCv } from "./reference-bounds.ts";
import { runOnEmulator } from "./vogels-abbott.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

async function runs(name: string, changes: FixtureChanges = {}): Promise<Results[]> {
  const results: Results[] = [];
  for (const seed of SEEDS) results.push(await runOnEmulator(fixture(name, { ...changes, seed }), spin5()));
  return results;
}

function trains(results: Results, name: string): SpikeTrains {
  return spikeTrains(results, results.populations.find((p) => p.name === name)!)!;
}

/** Rate in Hz of the spikes from `fromMs` on, before `toMs`. */
function rateWithin({ tick, size, timestepMicros }: SpikeTrains, fromMs: number, toMs: number): number {
  const ms = (t: number): number => (t * timestepMicros) / 1000;
  return (tick.filter((t) => ms(t) >= fromMs && ms(t) < toMs).length / size / (toMs - fromMs)) * 1000;
}

describe("COBAHH as its tutorial has it, 100 ms, over eight seeds", () => {
  it("has the rates, CV of ISI and active fraction of the reference, and its first spikes at 13.9 ms", async () => {
    const all = await runs("cobahh");
    const of = (population: string, statistic: (t: SpikeTrains) => number | undefined): number[] =>
      all.map((results) => statistic(trains(results, population))!);
    expectWithin("E rate", SEEDS, of("exc", meanRateHz), { mean: 31.96, sd: 3.91, min: 26.04, max: 40.89 });
    expectWithin("I rate", SEEDS, of("inh", meanRateHz), { mean: 31.83, sd: 1.86, min: 28.75, max: 36.51 });
    expectWithin("active fraction", SEEDS, of("exc", activeFraction), {
      mean: 0.626,
      sd: 0.0224,
      min: 0.59,
      max: 0.674,
    });
    expectWithin("CV", SEEDS, all.map(sampleCv), { mean: 0.646, sd: 0.0307, min: 0.577, max: 0.7 });
    for (const first of all.map((r) => Math.min(firstSpikeMs(trains(r, "exc"))!, firstSpikeMs(trains(r, "inh"))!))) {
      expect(Math.abs(first - 13.9)).toBeLessThan(0.11);
    }
  });
});

describe("COBAHH for a second over eight seeds, after its first volley has died away", () => {
  it.each([
    {
      what: "as its tutorial has it",
      name: "cobahh",
      rateE: { mean: 36.406, sd: 3.139, min: 29.967, max: 42.145 },
      rateI: { mean: 36.26, sd: 1.476, min: 33.043, max: 39.216 },
      cv: { mean: 2.1097, sd: 0.0537, min: 2.0158, max: 2.2297 },
      active: { mean: 0.8989, sd: 0.015, min: 0.8753, max: 0.9328 },
    },
    {
      what: "with the published leak, wiring and initial values",
      name: "cobahh-brette",
      rateE: { mean: 36.168, sd: 3.303, min: 27.633, max: 40.403 },
      rateI: { mean: 35.708, sd: 1.644, min: 31.454, max: 37.731 },
      cv: { mean: 2.0977, sd: 0.0559, min: 1.9803, max: 2.2082 },
      active: { mean: 0.891, sd: 0.0182, min: 0.8522, max: 0.9197 },
    },
  ])(
    "has the rates, CV of ISI and active fraction of the reference $what",
    async ({ name, rateE, rateI, cv, active }) => {
      const all: Results[] = [];
      for (const seed of SEEDS) {
        const network = fixture(name, { seed, durationMs: 1000 });
        const record = [{ variable: "spikes", intervalTicks: 1 }];
        all.push(
          await runOnEmulator({ ...network, populations: network.populations.map((p) => ({ ...p, record })) }, spin5()),
        );
      }
      const of = (population: number, statistic: (t: SpikeTrains) => number | undefined): number[] =>
        all.map((results) => statistic(spikeTrains(results, results.populations[population]!)!)!);
      expectWithin("E rate", SEEDS, of(0, meanRateHz), rateE);
      expectWithin("I rate", SEEDS, of(1, meanRateHz), rateI);
      expectWithin("CV", SEEDS, all.map(sampleCv), cv);
      expectWithin("active fraction", SEEDS, of(0, activeFraction), active);
    },
  );
});

describe("dendrify's network over eight seeds", () => {
  it("has the rates of the reference in both phases: correlated waves, then inhibition", async () => {
    const all = await runs("dendrify-lif");
    const rate = (population: string, from: number, to: number): number[] =>
      all.map((results) => rateWithin(trains(results, population), from, to));
    // Conductances averaged over the step spike 2 % less than the reference's forward Euler, whose decay is slower.
    expectWithin("E rate before", SEEDS, rate("excitatory", 0, 250), { mean: 11.57, sd: 1.37, min: 9.42, max: 14.69 });
    expectWithin("E rate after", SEEDS, rate("excitatory", 300, 500), {
      mean: 0.691,
      sd: 0.247,
      min: 0.243,
      max: 1.257,
    });
    expectWithin("I rate after", SEEDS, rate("inhibitory", 300, 500), { mean: 11.82, sd: 2.06, min: 8.25, max: 16.9 });
    for (const silent of rate("inhibitory", 0, 250)) expect(silent).toBe(0);
    const firsts = all.map((results) => firstSpikeMs(trains(results, "inhibitory"))!);
    expectWithin("first inhibitory spike", SEEDS, firsts, { mean: 262.73, sd: 2.31, min: 259.3, max: 267.8 });
  });

  it.each([0.1, 0.5, 1])("fires at 11.5 Hz, 15 percent, in its first phase at ticks of %f ms", async (timestep) => {
    const settings = [
      { path: "timestep_ms", value: timestep },
      { path: "projections.*.delay", value: timestep },
    ];
    const all = await runs("dendrify-lif", { settings, durationMs: 250 });
    const rates = all.map((results) => meanRateHz(trains(results, "excitatory"))!);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    // A mean-over-step factor left out would make it 37.8 Hz at 1 ms.
    expect(Math.abs(mean / 11.5 - 1)).toBeLessThan(0.15);
  });
});

describe("Vogels-Abbott with 4000 cells at 0.1 ms, over eight seeds", () => {
  it("has the rates, CV of ISI and active fraction of the 24 reference seeds, and of those that survive in those that do", async () => {
    const all = await runs("vogels-abbott-4000");
    const ofAll = (population: string, statistic: (t: SpikeTrains) => number | undefined): number[] =>
      all.map((results) => statistic(trains(results, population))!);
    expectWithin("E rate", SEEDS, ofAll("exc", meanRateHz), { mean: 13.448, sd: 3.868, min: 1.298, max: 16.381 });
    expectWithin("I rate", SEEDS, ofAll("inh", meanRateHz), { mean: 13.524, sd: 3.761, min: 1.38, max: 15.418 });
    expectWithin("CV", SEEDS, all.map(sampleCv), { mean: 1.4329, sd: 0.3237, min: 0.3774, max: 1.5859 });
    expectWithin("active fraction", SEEDS, ofAll("exc", activeFraction), {
      mean: 0.8804,
      sd: 0.129,
      min: 0.4625,
      max: 0.9469,
    });
    const survivors = SEEDS.filter((_, i) => survivalMs(trains(all[i]!, "exc")) === 1000);
    // 2 of 24 reference seeds die.
    expect(survivors.length).toBeGreaterThanOrEqual(6);
    const alive = survivors.map((seed) => all[SEEDS.indexOf(seed)]!);
    const of = (population: string, statistic: (t: SpikeTrains) => number | undefined): number[] =>
      alive.map((results) => statistic(trains(results, population))!);
    const within = (what: string, values: readonly number[], reference: Reference, outside?: readonly number[]): void =>
      expectWithin(what, survivors, values, reference, outside);
    within("E rate", of("exc", meanRateHz), { mean: 14.551, sd: 1.044, min: 12.508, max: 16.382 });
    // Below 13.58 Hz lie 6 of 118 surviving seeds here (1 to 120) and 6 of 157 of a simulation in double precision with
    // networks of its own; the means are 14.46 Hz in both. So that two of these eight do is chance, not another model.
    within("I rate", of("inh", meanRateHz), { mean: 14.628, sd: 0.43, min: 13.945, max: 15.418 }, [1, 3]);
    within("CV", alive.map(sampleCv), { mean: 1.5282, sd: 0.02363, min: 1.48372, max: 1.58585 });
    within("active fraction", of("exc", activeFraction), { mean: 0.91825, sd: 0.01263, min: 0.89094, max: 0.94688 });
    for (const { populations } of all) {
      const { min, max } = signalRange(populations[0]!.signals.find((s) => s.variable === "v")!)!;
      expect(min).toBeGreaterThanOrEqual(-80);
      expect(max).toBeLessThanOrEqual(-50);
    }
  });
});

describe("the current-based variant over eight seeds", () => {
  it("fires irregularly and without end, since its cells rest above threshold", async () => {
    const all = await runs("vogels-abbott-cuba");
    for (const results of all) {
      for (const population of ["exc", "inh"]) {
        const t = trains(results, population);
        expect(meanRateHz(t)).toBeGreaterThan(6);
        expect(meanRateHz(t)).toBeLessThan(12);
        expect(meanCvIsi(t)).toBeGreaterThan(0.3);
        expect(survivalMs(t)).toBe(1000);
      }
    }
  });
});

import { describe, expect, it } from "vitest";
import { spin5 } from "../../src/machine/index.ts";
import {
  activeFraction,
  meanCvIsi,
  meanRateHz,
  type Results,
  signalRange,
  spikeTrains,
} from "../../src/results/index.ts";
import { runOnEmulator, vogelsAbbott } from "./vogels-abbott.ts";

/**
 * Mean and standard deviation over 24 seeds of double-precision simulations of the same network (1500 cells, exponential
 * Euler, dt 0.1 ms), independent of this project.
 */
const REFERENCE = {
  rateE: { mean: 25.48, sd: 2.08 },
  rateI: { mean: 25.09, sd: 1.16 },
  cv: { mean: 1.42, sd: 0.13 },
  active: { mean: 0.861, sd: 0.05 },
};
/** Four sub-steps of 0.25 ms see a threshold crossing late: 4 % fewer spikes than the converged network. */
const SUBSTEP_BIAS = 0.04;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe("Vogels-Abbott over eight seeds", () => {
  it("has the rates, CV of ISI and active fraction of the reference, and V between the reversal potentials", async () => {
    const runs: Results[] = [];
    for (const seed of SEEDS) runs.push(await runOnEmulator(vogelsAbbott({ seed }), spin5()));
    const mean = (statistic: (results: Results) => number): number =>
      runs.reduce((sum, r) => sum + statistic(r), 0) / runs.length;
    const trains = (results: Results, population: number) => spikeTrains(results, results.populations[population]!)!;
    const measured = {
      rateE: mean((r) => meanRateHz(trains(r, 0))!),
      rateI: mean((r) => meanRateHz(trains(r, 1))!),
      cv: mean((r) => meanCvIsi(trains(r, 0))!),
      active: mean((r) => activeFraction(trains(r, 0))!),
    };
    for (const name of ["rateE", "rateI", "cv", "active"] as const) {
      const { mean: m, sd } = REFERENCE[name];
      const tolerance = (3 * sd) / Math.sqrt(SEEDS.length) + SUBSTEP_BIAS * m;
      expect(Math.abs(measured[name] - m), `${name} is ${measured[name]}`).toBeLessThanOrEqual(tolerance);
    }
    for (const results of runs) {
      for (const population of results.populations.slice(0, 2)) {
        const range = signalRange(population.signals.find((s) => s.variable === "v")!)!;
        expect(range.min).toBeGreaterThanOrEqual(-80);
        expect(range.max).toBeLessThanOrEqual(0);
      }
    }
  });
});

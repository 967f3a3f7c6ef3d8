import { expect } from "vitest";
import { pooledSpikeTrains, type Results } from "../../src/results/index.ts";

/**
 * Mean, standard deviation and extremes of a statistic over 24 seeds of double-precision simulations of a network,
 * independent of this project.
 */
export interface Reference {
  readonly mean: number;
  /** Sample standard deviation over the seeds. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The mean over the seeds lies within three standard errors of the reference, each seed within the reference's extremes,
 * widened by a quarter of their distance.
 *
 * @param values one a seed, in the order of `seeds`
 * @param outside the seeds that are known to lie beyond the widened extremes; a comment where they are named says why
 */
export function expectWithin(
  what: string,
  seeds: readonly number[],
  values: readonly number[],
  { mean, sd, min, max }: Reference,
  outside: readonly number[] = [],
): void {
  const found = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(found - mean), `mean ${what} is ${found}`).toBeLessThanOrEqual((3 * sd) / Math.sqrt(values.length));
  const margin = 0.25 * (max - min);
  const beyond = seeds.filter((_, i) => values[i]! < min - margin || values[i]! > max + margin);
  expect(beyond, `${what} of seeds ${seeds.join(", ")}: ${values.join(", ")}`).toEqual(outside);
}

/**
 * CV of intervals as the reference has it: with the sample standard deviation (divisor n - 1), over the neurons of the
 * first two populations that have at least four intervals.
 */
export function sampleCv(results: Results): number {
  const { size, tick, neuron } = pooledSpikeTrains(results, results.populations.slice(0, 2));
  const spikes = Array.from({ length: size }, (): number[] => []);
  neuron.forEach((n, i) => {
    spikes[n]!.push(tick[i]!);
  });
  const cvs = spikes.flatMap((ticks) => {
    const intervals = ticks.slice(1).map((t, i) => t - ticks[i]!);
    if (intervals.length < 4) return [];
    const mean = intervals.reduce((sum, x) => sum + x, 0) / intervals.length;
    return [Math.sqrt(intervals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (intervals.length - 1)) / mean];
  });
  return cvs.reduce((sum, cv) => sum + cv, 0) / cvs.length;
}

/**
 * What a run was and what came out, in numbers: the contents of `summary.json`.
 *
 * Field names are those of the file. A number that does not exist (the first spike of silent cells) is null.
 */
import { activeFraction, firstSpikeMs, meanCvIsi, meanRateHz } from "./firing-statistics.ts";
import { spikeCount } from "./pieces.ts";
import { fanoFactor, meanPairCorrelation, survivalMs } from "./population-activity.ts";
import type { PopulationRole } from "./population-role.ts";
import type { PopulationRecordings, Recordings } from "./results.ts";
import { signalRange } from "./signal-statistics.ts";
import { type AnySpikeTrains, pooledSpikeSeries, spikeTrains } from "./spike-trains.ts";

/** Version of the layout of `summary.json`; raised when a field changes its meaning or goes away. */
export const SUMMARY_FORMAT = 1;

export interface RunSummary extends RunFacts {
  readonly format: typeof SUMMARY_FORMAT;
  readonly network: string;
  readonly seed: number;
  readonly duration_ms: number;
  readonly timestep_ms: number;
  /** All recorded cells that are not spike sources, as one group; null when there are none. */
  readonly activity: ActivitySummary | null;
  readonly populations: readonly PopulationSummary[];
}

/** What the results alone do not tell about a run. */
export interface RunFacts {
  /**
   * True where the run broke off and this is what had been read of it: where it ran (`board`) is then `unknown`, and its
   * counters are 0 because nobody knows them.
   */
  readonly broke_off?: true;
  /** `virtual`, `emulator`, or the host the board answered at. */
  readonly board: string;
  /** Fidelity of a virtual board: `model`, `arm` or `scamp`; null for the rest. */
  readonly mode: string | null;
  /** Machine the network was mapped to: `spin5`, `24x12`, a file. */
  readonly machine: string;
  /** Chips and application cores used. */
  readonly chips: number;
  readonly cores: number;
  readonly synapses: number;
  /** Multicast routing entries: on all chips together, and on the chip with most. */
  readonly entries: { readonly total: number; readonly largest: number };
  /** No spike was late or lost, so the bits are those of every other mapping of the network. */
  readonly certified: boolean;
  /** Spikes that arrived after their slot was consumed. */
  readonly late: number;
  /** Values clamped to the range of their format: alike in every mapping, but not what the equations say. */
  readonly saturated: number;
  /** Multicast packets the routers gave up. */
  readonly dropped: number;
  /** Ticks that a core could not finish in time. */
  readonly overruns: number;
  /** Comparison with another run of the same network; null when none was made. */
  readonly check: CheckSummary | null;
  /** Wall-clock milliseconds of each phase of the work, in order: map, load, run, read ... */
  readonly phases_ms: Readonly<Record<string, number>>;
  /** spinloom, node, kernel, scamp ... as far as they took part. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface CheckSummary {
  /** What the run was compared with: `emulator`. */
  readonly against: string;
  readonly identical: boolean;
  readonly spikes: number;
  readonly words: number;
  readonly differences: number;
  /** The first difference in words; null when identical. */
  readonly first: string | null;
}

export interface PopulationSummary extends ActivitySummary {
  readonly name: string;
  readonly cell_type: string;
  readonly role: PopulationRole | null;
  readonly size: number;
  /** Recorded variables by PyNN name: range over all recorded cells and samples. */
  readonly signals: Readonly<Record<string, SignalSummary>>;
}

/** Null throughout when spikes were not recorded. */
export interface ActivitySummary {
  readonly spikes: number | null;
  readonly rate_hz: number | null;
  /** Mean over cells with at least 4 intervals. */
  readonly cv_isi: number | null;
  readonly active_fraction: number | null;
  readonly first_spike_ms: number | null;
  /** Time of the last spike before the first silence of at least 50 ms; the duration if there is none. */
  readonly survival_ms: number | null;
  /** Variance over mean of the spike count in bins of 5 ms. */
  readonly fano_5ms: number | null;
  /** Mean Pearson correlation of the 10 ms spike counts of two cells with at least 3 spikes. */
  readonly pair_correlation: number | null;
}

export interface SignalSummary {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** @param roles by population name, as far as known */
export function summariseRun(
  results: Recordings,
  facts: RunFacts,
  roles: ReadonlyMap<string, PopulationRole> = new Map(),
): RunSummary {
  const cells = results.populations.filter(
    ({ cellType, spikes }) => spikes !== undefined && !cellType.startsWith("SpikeSource"),
  );
  return {
    format: SUMMARY_FORMAT,
    network: results.networkName,
    seed: results.seed,
    duration_ms: (results.ticks * results.timestepMicros) / 1000,
    timestep_ms: results.timestepMicros / 1000,
    ...facts,
    activity: cells.length === 0 ? null : activitySummary(pooledSpikeSeries(results, cells)),
    populations: results.populations.map((population) => ({
      name: population.name,
      cell_type: population.cellType,
      role: roles.get(population.name) ?? null,
      size: population.size,
      ...activitySummary(spikeTrains(results, population)),
      signals: signalSummaries(population),
    })),
  };
}

function activitySummary(trains: AnySpikeTrains | undefined): ActivitySummary {
  const statistic = (of: (trains: AnySpikeTrains) => number | undefined): number | null =>
    trains === undefined ? null : (of(trains) ?? null);
  return {
    spikes: statistic(spikeCount),
    rate_hz: statistic(meanRateHz),
    cv_isi: statistic(meanCvIsi),
    active_fraction: statistic(activeFraction),
    first_spike_ms: statistic(firstSpikeMs),
    survival_ms: statistic((t) => survivalMs(t)),
    fano_5ms: statistic((t) => fanoFactor(t)),
    pair_correlation: statistic((t) => meanPairCorrelation(t)),
  };
}

function signalSummaries(population: PopulationRecordings): Record<string, SignalSummary> {
  const summaries: Record<string, SignalSummary> = {};
  for (const signal of population.signals) {
    const range = signalRange(signal);
    if (range !== undefined) summaries[signal.variable] = { unit: signal.unit, ...range };
  }
  return summaries;
}

import type { Machine } from "../machine/machine.ts";
import { CELL_TYPES } from "../network/cell-types.ts";
import type { Network } from "../network/network.ts";
import { readNetwork } from "../network/read-network.ts";
import { withDuration } from "../network/run-length.ts";
import { deploy } from "../pipeline/deploy.ts";
import { emulate } from "../pipeline/emulate.ts";
import { meanCvIsi, meanRateHz, pooledSpikeTrains, survivalMs } from "../results/index.ts";
import { runSettings, type SweepPlan, type SweepRun } from "./sweep-plan.ts";

/** What one run of a sweep measures, over all its neurons (sources left out). */
export interface SweepMeasure {
  readonly rateHz: number;
  /** Undefined where no neuron had intervals enough. */
  readonly cvIsi: number | undefined;
  /** Time of the last spike before the first long silence, or the duration. */
  readonly survivalMs: number;
}

/** Maps and runs one point of a plan with one seed, on the emulator in this thread. */
export async function measureRun(plan: SweepPlan, machine: Machine, run: SweepRun): Promise<SweepMeasure> {
  const read = readNetwork(plan.content, plan.file, { settings: runSettings(plan, run) });
  const network = spikesOnly(plan.durationMs === undefined ? read : withDuration(read, plan.durationMs, "--duration"));
  const { results } = await emulate(deploy(network, machine, { effort: "fast" }));
  const neurons = results.populations.filter(({ spikes }) => spikes !== undefined);
  const trains = pooledSpikeTrains(results, neurons);
  return { rateHz: meanRateHz(trains) ?? 0, cvIsi: meanCvIsi(trains), survivalMs: survivalMs(trains) };
}

/** Recording changes nothing else about a run, so only what is measured is recorded. */
function spikesOnly(network: Network): Network {
  return {
    ...network,
    populations: network.populations.map((population) => ({
      ...population,
      record: CELL_TYPES[population.cell.type]?.kind === "source" ? [] : [{ variable: "spikes", intervalTicks: 1 }],
    })),
  };
}

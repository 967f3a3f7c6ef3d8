import { gridMachine } from "../../src/machine/index.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { STANDARD_LIBRARY } from "../../src/models/model-library.ts";
import type { Network } from "../../src/network/network.ts";
import { ArmTarget } from "../../src/pipeline/arm-target.ts";
import { type DeployOptions, deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import type { RunCounters } from "../../src/pipeline/run-counters.ts";
import { runDeployment } from "../../src/pipeline/run-deployment.ts";
import { compareResults, type Results, ResultsAssembler } from "../../src/results/index.ts";

/** Two chips, so that packets pass a link. */
export const TWO_CHIPS: Machine = gridMachine("two chips", { width: 2, height: 1, wrapX: false, wrapY: false });

export interface BothRuns {
  /** Of the engine. */
  readonly expected: Results;
  /** Of the kernels. */
  readonly got: Results;
  readonly counters: RunCounters;
  readonly target: ArmTarget;
}

/** Runs a network by the engine, and by the kernels on emulated chips. */
export async function runBothWays(
  network: Network,
  machine: Machine = TWO_CHIPS,
  options: DeployOptions = {},
): Promise<BothRuns> {
  const deployment = deploy(network, machine, options);
  const models = options.models ?? STANDARD_LIBRARY;
  const { results: expected } = await emulate(deployment, { models });
  const target = new ArmTarget(deployment, models.ownModels);
  const sink = new ResultsAssembler(recordingPlan(deployment));
  const counters = await runDeployment(deployment, target, sink);
  return { expected, got: sink.finish(), counters, target };
}

/** Where two runs differ first; undefined if nowhere. */
export function firstDifference({ expected, got }: BothRuns): unknown {
  const { identical, first } = compareResults(expected, got);
  return identical ? undefined : first;
}

export function spikeCount(results: Results): number {
  return results.populations.reduce((sum, { spikes }) => sum + (spikes?.tick.length ?? 0), 0);
}

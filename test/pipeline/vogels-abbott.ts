import { readFileSync } from "node:fs";
import type { Machine } from "../../src/machine/machine.ts";
import type { Network } from "../../src/network/network.ts";
import { readNetwork } from "../../src/network/read-network.ts";
import { BoardTarget } from "../../src/pipeline/board-target.ts";
import { type DeployOptions, deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { startPrivateBoard } from "../../src/pipeline/private-board.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import type { RunCounters } from "../../src/pipeline/run-counters.ts";
import { runDeployment } from "../../src/pipeline/run-deployment.ts";
import { type Results, ResultsAssembler } from "../../src/results/index.ts";
import type { FaultPlan } from "../../src/sdp/faulty-socket.ts";

/** The network of the fixture, with another seed or a shorter duration. */
export function vogelsAbbott(changes: { readonly seed?: number; readonly durationMs?: number } = {}): Network {
  const file = "fixtures/vogels-abbott.json";
  const network = readNetwork(readFileSync(file, "utf8"), file);
  return {
    ...network,
    seed: changes.seed ?? network.seed,
    phases: network.phases.map((p) => ({ ...p, durationMs: changes.durationMs ?? p.durationMs })),
  };
}

export interface RunOptions extends DeployOptions {
  readonly threads?: number;
  readonly faults?: FaultPlan;
}

export async function runOnEmulator(network: Network, machine: Machine, options: RunOptions = {}): Promise<Results> {
  const { results } = await emulate(deploy(network, machine, options), { threads: options.threads ?? 1 });
  return results;
}

/** Through a real virtual board over UDP on loopback. */
export async function runOnVirtualBoard(
  network: Network,
  machine: Machine,
  options: RunOptions = {},
): Promise<{ readonly results: Results; readonly counters: RunCounters }> {
  const deployment = deploy(network, machine, options);
  const board = await startPrivateBoard(machine, {
    threads: options.threads ?? 1,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  try {
    const target = await BoardTarget.load(deployment, board.host, board.port, { needsNoKernel: true });
    try {
      const sink = new ResultsAssembler(recordingPlan(deployment));
      const counters = await runDeployment(deployment, target, sink);
      return { results: sink.finish(), counters };
    } finally {
      await target.close();
    }
  } finally {
    await board.close();
  }
}

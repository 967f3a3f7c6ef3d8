import type { Deployment } from "../image/deployment.ts";
import { isDeployment, readDeployment } from "../image/deployment-file.ts";
import type { Machine } from "../machine/machine.ts";
import type { Effort } from "../mapper/place/index.ts";
import type { Network } from "../network/network.ts";
import { readNetwork } from "../network/read-network.ts";
import type { Setting } from "../network/settings.ts";
import { type DeployOptions, deploy } from "../pipeline/deploy.ts";
import { readInput, readMachine } from "./options.ts";
import { StageClock } from "./stage-clock.ts";

export const EFFORTS = ["fast", "normal", "best"] as const;

export interface NetworkOptions {
  readonly machine: string;
  readonly seed?: number | undefined;
  readonly duration?: number | undefined;
  readonly neuronsPerCore?: number | undefined;
  readonly timescale?: number | undefined;
  readonly effort?: Effort | undefined;
  /** Values in place of the file's. */
  readonly set?: readonly Setting[] | undefined;
}

/** A network file with the user's changes. */
export function loadNetwork(file: string, options: Pick<NetworkOptions, "seed" | "duration" | "set">): Network {
  // The seed is a setting like any other: what is drawn while reading, such as random positions, depends on it.
  const seed = options.seed === undefined ? [] : [{ path: "seed", value: options.seed }];
  const network = readNetwork(readInput(file), file, { settings: [...(options.set ?? []), ...seed] });
  return {
    ...network,
    ...(options.duration === undefined ? {} : { phases: lasting(network.phases, options.duration) }),
  };
}

/** Phases that last `durationMs` in all: cut short, or the last one made longer. */
function lasting(phases: Network["phases"], durationMs: number): Network["phases"] {
  const kept: Network["phases"][number][] = [];
  let left = durationMs;
  phases.forEach((phase, i) => {
    if (left <= 0) return;
    const last = i === phases.length - 1;
    kept.push({ ...phase, durationMs: last ? left : Math.min(left, phase.durationMs) });
    left -= phase.durationMs;
  });
  return kept;
}

/** What a command works on: a network to be mapped, or one that was mapped already. */
export interface LoadedDeployment {
  readonly deployment: Deployment;
  /** Wall-clock milliseconds of each stage. */
  readonly phasesMs: Readonly<Record<string, number>>;
}

/** Reads a network file and maps it, or reads a mapped network; the file's first bytes decide. */
export function loadDeployment(file: string, options: NetworkOptions): LoadedDeployment {
  const clock = new StageClock();
  const bytes = clock.time("network", () => readInput(file));
  if (isDeployment(bytes)) {
    return { deployment: clock.time("network", () => readDeployment(bytes, file)), phasesMs: clock.milliseconds };
  }
  const network = clock.time("network", () => loadNetwork(file, options));
  const machine = clock.time("machine", () => readMachine(options.machine));
  return { deployment: mapNetwork(network, machine, options, clock), phasesMs: clock.milliseconds };
}

export function mapNetwork(network: Network, machine: Machine, options: NetworkOptions, clock: StageClock): Deployment {
  const deployOptions: DeployOptions = {
    ...(options.neuronsPerCore === undefined ? {} : { neuronsPerCore: options.neuronsPerCore }),
    ...(options.timescale === undefined ? {} : { timeScale: options.timescale }),
    ...(options.effort === undefined ? {} : { effort: options.effort }),
    onStage: (stage, state) => clock.mark(stage, state),
  };
  return deploy(network, machine, deployOptions);
}

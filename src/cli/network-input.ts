import { InputError } from "../errors.ts";
import type { Deployment } from "../image/deployment.ts";
import { isDeployment, readDeployment } from "../image/deployment-file.ts";
import type { Network } from "../network/network.ts";
import { readNetwork } from "../network/read-network.ts";
import { withDuration } from "../network/run-length.ts";
import type { Setting } from "../network/settings.ts";
import { type DeployOptions, deploy } from "../pipeline/deploy.ts";
import type { MappingOptions } from "./mapping-options.ts";
import { readInput, readMachine } from "./options.ts";
import { StageClock } from "./stage-clock.ts";

/** A mapped network cannot be mapped in another way. */
export class MappedAlreadyError extends InputError {
  readonly code = "MAPPED_ALREADY";

  constructor(file: string, option: string) {
    super(file, `${option} is given for a network that is mapped already`, `Give its network file, or no ${option}.`);
  }
}

export interface NetworkOptions extends MappingOptions {
  /** Values in place of the file's. */
  readonly set?: readonly Setting[] | undefined;
}

/** A network file with the user's changes. */
export function loadNetwork(
  file: string,
  options: Pick<NetworkOptions, "seed" | "duration" | "set">,
  content: Uint8Array = readInput(file),
): Network {
  // The seed is a setting like any other: what is drawn while reading, such as random positions, depends on it.
  const seed = options.seed === undefined ? [] : [{ path: "seed", value: options.seed }];
  const network = readNetwork(content, file, { settings: [...(options.set ?? []), ...seed] });
  return options.duration === undefined ? network : withDuration(network, options.duration, "--duration");
}

/** What a command works on: a network to be mapped, or one that was mapped already. */
export interface LoadedDeployment {
  readonly deployment: Deployment;
  /** Wall-clock milliseconds of each stage. */
  readonly phasesMs: Readonly<Record<string, number>>;
}

/**
 * Reads a network file and maps it, or reads a mapped network; the file's first bytes decide.
 *
 * @throws {MappedAlreadyError} options say how to map a network that is mapped
 */
export function loadDeployment(file: string, options: NetworkOptions): LoadedDeployment {
  const clock = new StageClock();
  const bytes = clock.time("network", () => readInput(file));
  if (isDeployment(bytes)) {
    refuseMapping(file, options);
    return { deployment: clock.time("network", () => readDeployment(bytes, file)), phasesMs: clock.milliseconds };
  }
  const network = clock.time("network", () => loadNetwork(file, options, bytes));
  return { deployment: mapNetwork(network, options, clock), phasesMs: clock.milliseconds };
}

/** Each option with how it is spelled on the command line. */
const MAPPING_OPTIONS: Readonly<Record<keyof NetworkOptions, string>> = {
  machine: "--machine",
  seed: "--seed",
  duration: "--duration",
  neuronsPerCore: "--neurons-per-core",
  effort: "--effort",
  timescale: "--timescale",
  set: "--set",
};

function refuseMapping(file: string, options: NetworkOptions): void {
  for (const [name, spelled] of Object.entries(MAPPING_OPTIONS)) {
    if (options[name as keyof NetworkOptions] !== undefined) throw new MappedAlreadyError(file, spelled);
  }
}

export function mapNetwork(network: Network, options: MappingOptions, clock: StageClock): Deployment {
  const machine = clock.time("machine", () => readMachine(options.machine ?? "spin5"));
  const deployOptions: DeployOptions = {
    ...(options.neuronsPerCore === undefined ? {} : { neuronsPerCore: options.neuronsPerCore }),
    ...(options.timescale === undefined ? {} : { timeScale: options.timescale }),
    ...(options.effort === undefined ? {} : { effort: options.effort }),
    onStage: (stage, state) => clock.mark(stage, state),
  };
  return deploy(network, machine, deployOptions);
}

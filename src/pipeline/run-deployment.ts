import type { Deployment } from "../image/deployment.ts";
import type { RecordingSink } from "../results/index.ts";
import { type ExecuteOptions, execute } from "./execute.ts";
import { type RunCounters, readCounters } from "./run-counters.ts";
import type { RunTarget } from "./run-target.ts";

/** Runs a loaded deployment to its end and reads the counters; the sink gets the recordings as they arrive. */
export async function runDeployment(
  deployment: Deployment,
  target: RunTarget,
  sink: RecordingSink,
  options: ExecuteOptions = {},
): Promise<RunCounters> {
  await execute(deployment, target, sink, options);
  return readCounters(deployment, target);
}

import type { Deployment } from "../image/deployment.ts";
import type { ModelLibrary } from "../models/model-library.ts";
import { type Results, ResultsAssembler } from "../results/index.ts";
import { EmulatorTarget } from "./emulator-target.ts";
import type { ExecuteOptions } from "./execute.ts";
import { recordingPlan } from "./read-recordings.ts";
import type { RunCounters } from "./run-counters.ts";
import { runDeployment } from "./run-deployment.ts";

/** Runs a deployment on the emulator in this process. */
export async function emulate(
  deployment: Deployment,
  options: ExecuteOptions & { readonly threads?: number; readonly models?: ModelLibrary } = {},
): Promise<{ readonly results: Results; readonly counters: RunCounters }> {
  const target = new EmulatorTarget(deployment, options.threads ?? 1, options.models);
  const sink = new ResultsAssembler(recordingPlan(deployment));
  const counters = await runDeployment(deployment, target, sink, options);
  return { results: sink.finish(), counters };
}

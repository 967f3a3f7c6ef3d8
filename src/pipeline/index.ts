/** From a network to its results: map, load, run, read, check. */
export type { DeployedCore, DeployedPopulation, Deployment } from "../image/deployment.ts";
export { type DeployOptions, type DeployStage, deploy } from "./deploy.ts";
export { type DeploymentFacts, deploymentFacts } from "./deployment-facts.ts";
export { emulate } from "./emulate.ts";
export { EmulatorTarget } from "./emulator-target.ts";
export { type ExecuteOptions, type ExecuteProgress, execute } from "./execute.ts";
export { proveDelivery } from "./prove-delivery.ts";
export { HardwareLimitError, proveHardwareLimits } from "./prove-limits.ts";
export { RecordingReader, recordingPlan } from "./read-recordings.ts";
export { type RunCounters, readCounters } from "./run-counters.ts";
export { runDeployment } from "./run-deployment.ts";
export type { RunTarget } from "./run-target.ts";

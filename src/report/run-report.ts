import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { Deployment } from "../image/deployment.ts";
import { readDeployment } from "../image/deployment-file.ts";
import { RUN_FILES, writeOutputFile } from "../results/output-directory.ts";
import type { Recordings } from "../results/results.ts";
import { decodeRunCounts, type RunCounts } from "../results/run-counts.ts";
import { NoRunError, openRun, readRunSummary } from "../results/run-files.ts";
import { mappingView } from "./mapping-view.ts";
import { type ReportInput, reportPage } from "./page.ts";
import { phaseMarks } from "./phase-marks.ts";

/** The mapped network in a run's directory is not the one that ran. */
export class ForeignDeploymentError extends InputError {
  readonly code = "FOREIGN_DEPLOYMENT";

  constructor(file: string, found: string) {
    super(file, found, "Remove the file, or run the network again with --out.");
  }
}

/**
 * Writes `report.html` into the directory of a run. The maps of the machine are in it when the mapped network is in the
 * directory, too.
 *
 * @returns path of the page
 */
export async function writeReport(directory: string): Promise<string> {
  const summary = await readRunSummary(directory);
  using results = await openRun(directory);
  const deployment = await readDeploymentOf(directory, results);
  const counts = await readCountsOf(directory);
  await writeOutputFile(directory, RUN_FILES.report, [
    reportPage({ summary, results, ...(counts && { counts }), ...(deployment && machineParts(deployment, results)) }),
  ]);
  return join(directory, RUN_FILES.report);
}

function machineParts(
  deployment: Deployment,
  results: Recordings,
): Pick<ReportInput, "mapping" | "quantisation" | "marks"> {
  return {
    mapping: mappingView(deployment, results),
    quantisation: deployment.quantisation,
    marks: phaseMarks(deployment),
  };
}

async function readCountsOf(directory: string): Promise<RunCounts | undefined> {
  const path = join(directory, RUN_FILES.cores);
  const bytes = await readIfThere(path);
  return bytes === undefined ? undefined : decodeRunCounts(bytes.toString(), path);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new NoRunError(path, cause);
  }
}

async function readDeploymentOf(directory: string, results: Recordings): Promise<Deployment | undefined> {
  const path = join(directory, RUN_FILES.deployment);
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  const deployment = readDeployment(bytes, path);
  const identity = ({ networkName, seed, populations }: Deployment | Recordings): string =>
    `${networkName}, seed ${seed}, populations ${populations.map(({ name, size }) => `${name}[${size}]`).join(" ")}`;
  if (identity(deployment) !== identity(results)) {
    throw new ForeignDeploymentError(path, `it maps ${identity(deployment)}, but what ran is ${identity(results)}`);
  }
  return deployment;
}

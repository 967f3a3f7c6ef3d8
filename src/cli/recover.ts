import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import type { Deployment } from "../image/deployment.ts";
import { readDeployment } from "../image/deployment-file.ts";
import { deploymentFacts } from "../pipeline/deployment-facts.ts";
import { type RunFacts, summariseRun } from "../results/index.ts";
import { EXIT_OK } from "./exit.ts";
import { readInput } from "./options.ts";
import { packageVersion } from "./version.ts";

/** `spinloom recover`: keeps what a run that broke off had recorded. */
export function addRecoverCommand(spinloom: Command): void {
  spinloom
    .command("recover")
    .description("Make the files of a run of what one that broke off left in its directory.")
    .argument("<dir>", "directory of a `spinloom run --out` that broke off")
    .option("--npz", "also write results.npz, the recordings for NumPy")
    .option("--json", "print what was kept as JSON")
    .action(async (directory, options) => {
      const [{ recoverRun }, { exportArrays }] = await Promise.all([
        import("../results/recover-run.ts"),
        import("../results/run-files.ts"),
      ]);
      const { ticks, timestepMicros, written } = await recoverRun(directory);
      const paths = [...written, ...(await describeRun(directory))];
      if (options.npz === true) paths.push(await exportArrays(directory));
      const ms = (ticks * timestepMicros) / 1000;
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ticks, duration_ms: ms, written: paths })}\n`
          : `kept: ${ticks} ticks (${ms} ms)\nwritten: ${paths.join(", ")}\n`,
      );
      process.exitCode = EXIT_OK;
    });
}

/**
 * The raster and, where the mapped network is in the directory, as it is since runs begin with it, the summary. Resolves
 * with the paths of the files.
 */
async function describeRun(directory: string): Promise<string[]> {
  const [{ openRun, writeRunSummary }, { RUN_FILES, writeOutputFile }, { phaseMarks, rasterSvg }] = await Promise.all([
    import("../results/run-files.ts"),
    import("../results/output-directory.ts"),
    import("../report/index.ts"),
  ]);
  using recordings = await openRun(directory);
  const mapped = join(directory, RUN_FILES.deployment);
  const deployment = existsSync(mapped) ? readDeployment(readInput(mapped), mapped) : undefined;
  const roles = new Map(deployment?.populations.map(({ name, role }) => [name, role]));
  const marks = deployment === undefined ? [] : phaseMarks(deployment);
  await writeOutputFile(directory, RUN_FILES.raster, [rasterSvg(recordings, { roles, marks })]);
  if (deployment === undefined) return [join(directory, RUN_FILES.raster)];
  await writeRunSummary(directory, summariseRun(recordings, brokenOffFacts(deployment), roles));
  return [RUN_FILES.raster, RUN_FILES.summary].map((name) => join(directory, name));
}

function brokenOffFacts(deployment: Deployment): RunFacts {
  const { machine, chips, cores, synapses, entries } = deploymentFacts(deployment);
  return {
    broke_off: true,
    board: "unknown",
    mode: null,
    machine,
    chips,
    cores,
    synapses,
    entries: { total: entries.total, largest: entries.largest },
    certified: false,
    late: 0,
    saturated: 0,
    dropped: 0,
    overruns: 0,
    check: null,
    phases_ms: {},
    versions: { spinloom: packageVersion(), node: process.versions.node },
  };
}

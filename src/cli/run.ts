import type { Command } from "@commander-js/extra-typings";
import type { Deployment } from "../image/deployment.ts";
import { runCounts } from "../pipeline/run-counters.ts";
import type { RunSummary } from "../results/index.ts";
import { deadlineFacts, deadlineScreen } from "./deadline-screen.ts";
import { EXIT_FAILED, EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { lossScreen } from "./loss-screen.ts";
import { checkBoardOptions, withBoardOptions, withMappingOptions } from "./mapping-options.ts";
import { loadDeployment } from "./network-input.ts";
import { createProgress, SILENT_PROGRESS } from "./progress.ts";
import { checkAgainstEmulator, type FinishedRun, runNetwork, summarise } from "./run-network.ts";
import { StageClock } from "./stage-clock.ts";

/** `spinloom run`: map, load, run, read back, check. */
export function addRunCommand(spinloom: Command): void {
  const command = spinloom
    .command("run")
    .description("Run a network on a board or on the emulator, and write what it recorded.")
    .argument("<network>", "network file, or a file written by `spinloom map`");
  withMappingOptions(withBoardOptions(command, "virtual, emulator, or HOST[:PORT]"))
    .option("--out <dir>", "directory for spikes.csv, results.pb, summary.json, cores.json and raster.svg")
    .option("--no-check", "do not compare with the emulator")
    .option("--json", "print the summary as JSON")
    .action(async (file, options) => {
      await checkBoardOptions(options);
      const clock = new StageClock();
      if (options.out !== undefined) await checkOutputDirectory(options.out);
      const { deployment, phasesMs } = loadDeployment(file, options);
      using interrupt = interruptSignal();
      const progress = options.json === true ? SILENT_PROGRESS : await createProgress(process.stderr);
      const run = await runNetwork(deployment, options, clock, interrupt.signal, progress);
      using recordings = run.recordings;
      const check =
        options.check && options.board.kind !== "emulator"
          ? await clock.timeAsync("check", () =>
              checkAgainstEmulator(deployment, recordings, options, interrupt.signal),
            )
          : null;
      const phases = { ...phasesMs, ...clock.milliseconds };
      const summary = summarise(deployment, run, options, check?.summary ?? null, phases);
      if (options.out !== undefined) await writeRun(options.out, deployment, run, summary);
      await print(deployment, run, summary, options);
      const fine = summary.certified && (check === null || check.comparison.identical);
      process.exitCode = fine ? EXIT_OK : EXIT_FAILED;
    });
}

/** Before anything that takes long. */
async function checkOutputDirectory(directory: string): Promise<void> {
  const { makeOutputDirectory } = await import("../results/output-directory.ts");
  await makeOutputDirectory(directory);
}

/** Beside the recordings, which are there already. */
async function writeRun(
  directory: string,
  deployment: Deployment,
  { recordings, counters }: FinishedRun,
  summary: RunSummary,
): Promise<void> {
  const [{ writeRunSummary }, { encodeRunCounts }, { writeOutputFile, RUN_FILES }, { phaseMarks, rasterSvg }] =
    await Promise.all([
      import("../results/run-files.ts"),
      import("../results/run-counts.ts"),
      import("../results/output-directory.ts"),
      import("../report/index.ts"),
    ]);
  await writeRunSummary(directory, summary);
  await writeOutputFile(directory, RUN_FILES.cores, [encodeRunCounts(runCounts(deployment, counters))]);
  const roles = new Map(
    summary.populations.flatMap(({ name, role }) => (role === null ? [] : [[name, role] as const])),
  );
  await writeOutputFile(directory, RUN_FILES.raster, [rasterSvg(recordings, { roles, marks: phaseMarks(deployment) })]);
}

async function print(
  deployment: Deployment,
  { counters, deadlines }: FinishedRun,
  summary: RunSummary,
  { json, out }: { readonly json?: true | undefined; readonly out?: string | undefined },
): Promise<void> {
  if (json === true) {
    const facts = deadlines === undefined ? {} : { deadlines: deadlineFacts(deployment, deadlines) };
    process.stdout.write(`${JSON.stringify({ ...summary, ...facts })}\n`);
    return;
  }
  const [{ renderRunSummary }, { terminalColours }] = await Promise.all([
    import("./run-summary-screen.ts"),
    import("./terminal-table.ts"),
  ]);
  process.stdout.write(`${await renderRunSummary(summary, terminalColours(process.stdout, process.env))}\n`);
  const lost = lossScreen(deployment, counters);
  if (lost !== undefined) process.stdout.write(`\n${lost}\n`);
  if (deadlines !== undefined) process.stdout.write(`${deadlineScreen(deployment, deadlines)}\n`);
  if (out !== undefined)
    process.stdout.write(
      `\nwritten to ${out}: spikes.csv, results.pb, summary.json, cores.json, raster.svg, deployment.app\n`,
    );
}

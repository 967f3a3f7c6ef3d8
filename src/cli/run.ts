import type { Command } from "@commander-js/extra-typings";
import type { Deployment } from "../image/deployment.ts";
import { writeDeployment } from "../image/deployment-file.ts";
import type { Results, RunSummary } from "../results/index.ts";
import { EXIT_FAILED, EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { EFFORTS, loadDeployment } from "./network-input.ts";
import { oneOf, positiveNumber, wholeNumber } from "./options.ts";
import { createProgress, SILENT_PROGRESS } from "./progress.ts";
import { checkAgainstEmulator, runNetwork, summarise } from "./run-network.ts";
import { StageClock } from "./stage-clock.ts";
import { BOARD_MODES, type BoardChoice, boardChoice } from "./targets.ts";

const VIRTUAL: BoardChoice = { kind: "virtual" };

/** `spinloom run`: map, load, run, read back, check. */
export function addRunCommand(spinloom: Command): void {
  spinloom
    .command("run")
    .description("Run a network on a board or on the emulator, and write what it recorded.")
    .argument("<network>", "network file, or a file written by `spinloom map`")
    .option("--board <board>", "virtual, emulator, or HOST[:PORT]", boardChoice, VIRTUAL)
    .option(
      "--mode <mode>",
      `what the cores of a virtual board run: ${BOARD_MODES.join(", ")}`,
      oneOf(BOARD_MODES),
      "model",
    )
    .option("--machine <machine>", "spin3, spin5, WIDTHxHEIGHT or a machine file", "spin5")
    .option("--duration <ms>", "duration instead of the file's", positiveNumber)
    .option("--seed <n>", "seed instead of the file's", wholeNumber(0, 0xffff_ffff))
    .option("--threads <n>", "threads of the emulator", wholeNumber(1, 64), 1)
    .option("--neurons-per-core <n>", "most neurons a core", wholeNumber(1, 256))
    .option("--effort <effort>", `how hard the mapper tries: ${EFFORTS.join(", ")}`, oneOf(EFFORTS))
    .option("--timescale <factor>", "slow the machine down by this factor", positiveNumber)
    .option("--out <dir>", "directory for spikes.csv, results.pb, summary.json and raster.svg")
    .option("--no-check", "do not compare with the emulator")
    .option("--json", "print the summary as JSON")
    .action(async (file, options) => {
      const clock = new StageClock();
      using interrupt = interruptSignal();
      const { deployment, phasesMs } = loadDeployment(file, options);
      const progress = options.json === true ? SILENT_PROGRESS : await createProgress(process.stderr);
      const run = await runNetwork(deployment, options, clock, interrupt.signal, progress);
      const check =
        options.check && options.board.kind !== "emulator"
          ? await clock.timeAsync("check", () => checkAgainstEmulator(deployment, run.results, options.threads))
          : null;
      const phases = { ...phasesMs, ...clock.milliseconds };
      const summary = summarise(deployment, run, options, check?.summary ?? null, phases);
      if (options.out !== undefined) await writeRun(options.out, deployment, run.results, summary);
      await print(summary, options);
      process.exitCode = check === null || check.comparison.identical ? EXIT_OK : EXIT_FAILED;
    });
}

/** Beside the recordings, which are there already. */
async function writeRun(
  directory: string,
  deployment: Deployment,
  results: Results,
  summary: RunSummary,
): Promise<void> {
  const [{ writeRunSummary }, { writeOutputFile, RUN_FILES }, { phaseMarks, rasterSvg }] = await Promise.all([
    import("../results/run-files.ts"),
    import("../results/output-directory.ts"),
    import("../report/index.ts"),
  ]);
  await writeRunSummary(directory, summary);
  await writeOutputFile(directory, RUN_FILES.deployment, [writeDeployment(deployment)]);
  const roles = new Map(
    summary.populations.flatMap(({ name, role }) => (role === null ? [] : [[name, role] as const])),
  );
  await writeOutputFile(directory, RUN_FILES.raster, [rasterSvg(results, { roles, marks: phaseMarks(deployment) })]);
}

async function print(
  summary: RunSummary,
  { json, out }: { readonly json?: true | undefined; readonly out?: string | undefined },
): Promise<void> {
  if (json === true) {
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    return;
  }
  const [{ renderRunSummary }, { terminalColours }] = await Promise.all([
    import("./run-summary-screen.ts"),
    import("./terminal-table.ts"),
  ]);
  process.stdout.write(`${await renderRunSummary(summary, terminalColours(process.stdout, process.env))}\n`);
  if (out !== undefined)
    process.stdout.write(`\nwritten to ${out}: spikes.csv, results.pb, summary.json, raster.svg, deployment.app\n`);
}

import type { Command } from "@commander-js/extra-typings";
import { EXIT_FAILED, EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { EFFORTS, loadDeployment } from "./network-input.ts";
import { oneOf, positiveNumber, wholeNumber } from "./options.ts";
import { createProgress, SILENT_PROGRESS } from "./progress.ts";
import { checkAgainstEmulator, runNetwork } from "./run-network.ts";
import { StageClock } from "./stage-clock.ts";
import { BOARD_MODES, type BoardChoice, boardChoice } from "./targets.ts";

const VIRTUAL: BoardChoice = { kind: "virtual" };

/** `spinloom check`: run there and on the emulator, compare every bit, show the first difference. */
export function addCheckCommand(spinloom: Command): void {
  spinloom
    .command("check")
    .description("Run a network on a board and on the emulator, and compare every spike and every recorded word.")
    .argument("<network>", "network file, or a file written by `spinloom map`")
    .option("--board <board>", "virtual, or HOST[:PORT]", boardChoice, VIRTUAL)
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
    .option("--json", "print the comparison as JSON")
    .action(async (file, options) => {
      using interrupt = interruptSignal();
      const { deployment } = loadDeployment(file, options);
      const progress = options.json === true ? SILENT_PROGRESS : await createProgress(process.stderr);
      const run = await runNetwork(deployment, options, new StageClock(), interrupt.signal, progress);
      const { comparison, summary } = await checkAgainstEmulator(deployment, run.results, options.threads);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ...summary, populations: comparison.populations })}\n`
          : summary.identical
            ? `identical: ${summary.spikes} spikes and ${summary.words} recorded words\n`
            : `different: ${summary.differences} of ${summary.spikes} spikes and ${summary.words} recorded words\nfirst: ${summary.first}\n`,
      );
      process.exitCode = summary.identical ? EXIT_OK : EXIT_FAILED;
    });
}

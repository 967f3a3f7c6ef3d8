import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { EXIT_FAILED, EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { lossScreen } from "./loss-screen.ts";
import { checkBoardOptions, withBoardOptions, withMappingOptions } from "./mapping-options.ts";
import { loadDeployment } from "./network-input.ts";
import { createProgress, SILENT_PROGRESS } from "./progress.ts";
import { checkAgainstEmulator, runNetwork } from "./run-network.ts";
import { StageClock } from "./stage-clock.ts";
import { type BoardChoice, boardChoice } from "./targets.ts";

/** `spinloom check`: run there and on the emulator, compare every bit, show the first difference. */
export function addCheckCommand(spinloom: Command): void {
  const command = spinloom
    .command("check")
    .description("Run a network on a board and on the emulator, and compare every spike and every recorded word.")
    .argument("<network>", "network file, or a file written by `spinloom map`");
  withMappingOptions(withBoardOptions(command, "virtual, or HOST[:PORT]", checkedBoard))
    .option("--json", "print the comparison as JSON")
    .action(async (file, options) => {
      await checkBoardOptions(options);
      const { deployment } = loadDeployment(file, options);
      using interrupt = interruptSignal();
      const progress = options.json === true ? SILENT_PROGRESS : await createProgress(process.stderr);
      const run = await runNetwork(deployment, options, new StageClock(), interrupt.signal, progress);
      using recordings = run.recordings;
      const { comparison, summary } = await checkAgainstEmulator(deployment, recordings, options, interrupt.signal);
      const { certified, late, dropped, overruns } = run.counters;
      const lost = lossScreen(deployment, run.counters);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ...summary, certified, late, dropped, overruns, populations: comparison.populations })}\n`
          : summary.identical
            ? `identical: ${summary.spikes} spikes and ${summary.words} recorded words\n`
            : `different: ${summary.differences} of ${summary.spikes} spikes and ${summary.words} recorded words\nfirst: ${summary.first}\n`,
      );
      if (options.json !== true && lost !== undefined) {
        process.stdout.write(`NOT CERTIFIED  ${late} late, ${dropped} dropped, ${overruns} overruns\n${lost}\n`);
      }
      process.exitCode = summary.identical ? EXIT_OK : EXIT_FAILED;
    });
}

/** The emulator is what is compared with: to compare it with itself would find nothing. */
function checkedBoard(text: string): BoardChoice {
  const choice = boardChoice(text);
  if (choice.kind === "emulator")
    throw new InvalidArgumentError("It must be virtual, or HOST or HOST:PORT of a board.");
  return choice;
}

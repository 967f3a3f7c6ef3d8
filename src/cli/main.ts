import { Command, CommanderError } from "@commander-js/extra-typings";
import { OutputUnwritableError } from "../results/output-directory.ts";
import { addBoardCommand } from "./board.ts";
import { addBootCommand } from "./boot.ts";
import { addCheckCommand } from "./check.ts";
import { addDiffCommand } from "./diff.ts";
import { EXIT_OK, EXIT_USAGE, reportError } from "./exit.ts";
import { addInfoCommand } from "./info.ts";
import { addInspectCommand } from "./inspect.ts";
import { addIobufCommand } from "./iobuf.ts";
import { addMapCommand } from "./map.ts";
import { addPsCommand } from "./ps.ts";
import { addRecoverCommand } from "./recover.ts";
import { addReportCommand } from "./report.ts";
import { addResetCommand } from "./reset.ts";
import { addRunCommand } from "./run.ts";
import { addSweepCommand } from "./sweep.ts";
import { addVerifyCommand } from "./verify.ts";
import { packageVersion } from "./version.ts";

export function program(): Command {
  const spinloom = new Command("spinloom")
    .description("Map, load, run and check spiking networks on SpiNNaker machines, with or without a board.")
    .version(packageVersion())
    .showHelpAfterError("(--help shows what is possible)")
    .exitOverride();
  addRunCommand(spinloom);
  addMapCommand(spinloom);
  addInspectCommand(spinloom);
  addVerifyCommand(spinloom);
  addCheckCommand(spinloom);
  addBoardCommand(spinloom);
  addSweepCommand(spinloom);
  addReportCommand(spinloom);
  addRecoverCommand(spinloom);
  addDiffCommand(spinloom);
  addInfoCommand(spinloom);
  addPsCommand(spinloom);
  addIobufCommand(spinloom);
  addResetCommand(spinloom);
  addBootCommand(spinloom);
  return spinloom;
}

/** Runs one command line; sets the exit code: 0 fine, 1 the check or run failed, 2 wrong usage or bad input. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", stdoutFailed);
  // Nobody is left to tell.
  process.stderr.on("error", () => undefined);
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
      return;
    }
    process.exitCode = reportError(error, argv.includes("--json"));
  }
}

/** Who reads may stop reading, as `head` does: the rest is then said to nobody, and the work goes on. */
function stdoutFailed(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  process.exitCode = reportError(new OutputUnwritableError("standard output", error), false);
}

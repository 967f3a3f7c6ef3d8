import type { Command } from "@commander-js/extra-typings";
import { EXIT_OK } from "./exit.ts";

/** `spinloom report`: a run as one page. */
export function addReportCommand(spinloom: Command): void {
  spinloom
    .command("report")
    .description("Write report.html, one page that shows a run, into the directory of the run.")
    .argument("<dir>", "directory written by `spinloom run --out`")
    .option("--json", "print the path as JSON")
    .action(async (directory, options) => {
      const { writeReport } = await import("../report/run-report.ts");
      const report = await writeReport(directory);
      process.stdout.write(options.json === true ? `${JSON.stringify({ report })}\n` : `written: ${report}\n`);
      process.exitCode = EXIT_OK;
    });
}

import type { Command } from "@commander-js/extra-typings";
import { EXIT_OK } from "./exit.ts";

/** `spinloom report`: a run as one page. */
export function addReportCommand(spinloom: Command): void {
  spinloom
    .command("report")
    .description("Write report.html, one page that shows a run, into the directory of the run.")
    .argument("<dir>", "directory written by `spinloom run --out`")
    .option("--npz", "also write results.npz, the recordings for NumPy")
    .option("--json", "print the paths as JSON")
    .action(async (directory, options) => {
      const { writeReport } = await import("../report/run-report.ts");
      const written = [await writeReport(directory)];
      if (options.npz === true) {
        const { exportArrays } = await import("../results/run-files.ts");
        written.push(await exportArrays(directory));
      }
      process.stdout.write(
        options.json === true ? `${JSON.stringify({ written })}\n` : `written: ${written.join(", ")}\n`,
      );
      process.exitCode = EXIT_OK;
    });
}

import { join } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { EXIT_OK } from "./exit.ts";

/** `spinloom recover`: keeps what a run that broke off had recorded. */
export function addRecoverCommand(spinloom: Command): void {
  spinloom
    .command("recover")
    .description("Make results.pb, spikes.csv and raster.svg of what a run that broke off left in its directory.")
    .argument("<dir>", "directory of a `spinloom run --out` that broke off")
    .option("--npz", "also write results.npz, the recordings for NumPy")
    .option("--json", "print what was kept as JSON")
    .action(async (directory, options) => {
      const [{ recoverRun }, { exportArrays }] = await Promise.all([
        import("../results/recover-run.ts"),
        import("../results/run-files.ts"),
      ]);
      const { ticks, timestepMicros, written } = await recoverRun(directory);
      const paths = [...written, await drawRaster(directory)];
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

async function drawRaster(directory: string): Promise<string> {
  const [{ openRun }, { RUN_FILES, writeOutputFile }, { rasterSvg }] = await Promise.all([
    import("../results/run-files.ts"),
    import("../results/output-directory.ts"),
    import("../report/index.ts"),
  ]);
  using recordings = await openRun(directory);
  await writeOutputFile(directory, RUN_FILES.raster, [rasterSvg(recordings)]);
  return join(directory, RUN_FILES.raster);
}

import { availableParallelism } from "node:os";
import { basename } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import type { Setting } from "../network/settings.ts";
import type { SweepAxis, SweepPlan, SweepPoint } from "../sweep/index.ts";
import { EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { withNetworkOptions } from "./mapping-options.ts";
import { loadNetwork } from "./network-input.ts";
import { readInput, wholeNumber } from "./options.ts";
import { createProgress, SILENT_PROGRESS } from "./progress.ts";

/** `spinloom sweep`: run a grid of parameters with several seeds, and say what each point did. */
export function addSweepCommand(spinloom: Command): void {
  const command = spinloom
    .command("sweep")
    .description("Run a network over a grid of one or two parameters and several seeds, on the emulator.")
    .argument("<network>", "network file");
  withNetworkOptions(command)
    .requiredOption("--set <path=a:b:step>", "a parameter and its values; or path=value for all points", collected, [])
    .option(
      "--seeds <n>",
      "seeds for each point: the file's, or --seed, and those that follow it",
      wholeNumber(1, 10_000),
      8,
    )
    .option("--threads <n>", "runs at a time (default: one a processor)", wholeNumber(1, 256))
    .option("--out <dir>", "directory for sweep.csv and heat maps; an interrupted sweep goes on there")
    .option("--json", "print the table as JSON")
    .action(async (file, options) => {
      const { parseSweepSetting, sweep, sweepCsv } = await import("../sweep/index.ts");
      const settings = options.set.map(parseSweepSetting);
      const axes = settings.filter((setting): setting is SweepAxis => "values" in setting);
      const fixed = settings.filter((setting): setting is Setting => "value" in setting);
      const content = readInput(file);
      // Says at once what is wrong with the file itself.
      const { seed, name } = loadNetwork(file, { ...options, set: fixed }, content);
      const plan: SweepPlan = {
        content,
        file,
        axes,
        fixed,
        seeds: Array.from({ length: options.seeds }, (_, k) => (seed + k) >>> 0),
        ...(options.duration === undefined ? {} : { durationMs: options.duration }),
        machine: options.machine ?? "spin5",
      };
      const progress = options.json === true ? SILENT_PROGRESS : await createProgress(process.stderr);
      using interrupt = interruptSignal();
      let bar: ReturnType<typeof progress.begin> | undefined;
      const points = await sweep(plan, {
        threads: options.threads ?? availableParallelism(),
        out: options.out,
        signal: interrupt.signal,
        onProgress: (done, total) => {
          bar ??= progress.begin("sweep", total, "runs");
          bar.update(done);
        },
      }).finally(() => bar?.end());
      if (options.out !== undefined) await writeSweep(options.out, name || basename(file), plan, points);
      process.stdout.write(options.json === true ? `${sweepJson(plan, points)}\n` : sweepCsv(plan, points));
      process.exitCode = EXIT_OK;
    });
}

function collected(text: string, before: string[]): string[] {
  return [...before, text];
}

async function writeSweep(
  directory: string,
  title: string,
  plan: SweepPlan,
  points: readonly SweepPoint[],
): Promise<void> {
  const [{ sweepCsv, sweepMaps }, { writeOutputFile }] = await Promise.all([
    import("../sweep/index.ts"),
    import("../results/index.ts"),
  ]);
  await writeOutputFile(directory, "sweep.csv", [sweepCsv(plan, points)]);
  for (const [name, svg] of Object.entries(sweepMaps(title, plan, points))) {
    await writeOutputFile(directory, name, [svg]);
  }
}

function sweepJson({ axes, seeds }: SweepPlan, points: readonly SweepPoint[]): string {
  return JSON.stringify({
    parameters: axes.map(({ path }) => path),
    seeds,
    points: points.map(({ values, rateHz, rateSdHz, cvIsi, survivalMs }) => ({
      values,
      rate_hz: rateHz,
      rate_sd_hz: rateSdHz,
      cv_isi: cvIsi ?? null,
      survival_ms: survivalMs,
    })),
  });
}

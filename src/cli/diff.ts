import type { Command } from "@commander-js/extra-typings";
import { readDeployment } from "../image/deployment-file.ts";
import { type DeploymentDifference, deploymentDifference } from "../pipeline/deployment-difference.ts";
import { EXIT_FAILED, EXIT_OK } from "./exit.ts";
import { readInput } from "./options.ts";

/** `spinloom diff`: what changed between two mappings. Like diff(1), it ends with 1 when they differ. */
export function addDiffCommand(spinloom: Command): void {
  spinloom
    .command("diff")
    .description("Say what changed between two mapped networks: numbers, placement, keys, images, tables.")
    .argument("<before>", "file written by `spinloom map`")
    .argument("<after>", "file written by `spinloom map`")
    .option("--json", "print as JSON")
    .action((before, after, options) => {
      const difference = deploymentDifference(
        readDeployment(readInput(before), before),
        readDeployment(readInput(after), after),
      );
      process.stdout.write(options.json === true ? `${JSON.stringify(difference)}\n` : differenceText(difference));
      process.exitCode = difference.identical ? EXIT_OK : EXIT_FAILED;
    });
}

function differenceText({ identical, facts, slices, tables }: DeploymentDifference): string {
  if (identical) return "identical\n";
  return [
    ...facts.map((f) => `${f.fact}: ${f.before} -> ${f.after}`),
    ...slices.map(({ population, neurons, change, before, after }) => {
      const detail = before === undefined ? "" : `: ${before} -> ${after}`;
      return `${population} ${neurons[0]}-${neurons[1]} ${change}${detail}`;
    }),
    ...tables.map(({ chip, before, after }) => `table of (${chip.join(", ")}): ${before} -> ${after} entries`),
    "",
  ].join("\n");
}

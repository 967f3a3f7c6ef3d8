import { statSync } from "node:fs";
import type { Command } from "@commander-js/extra-typings";
import { InputError } from "../errors.ts";
import { readDeployment } from "../image/deployment-file.ts";
import { type DeploymentDifference, deploymentDifference } from "../pipeline/deployment-difference.ts";
import { type Comparison, compareResults, describeDifference, openRun } from "../results/index.ts";
import { counted } from "./counted.ts";
import { EXIT_FAILED, EXIT_OK } from "./exit.ts";
import { readInput } from "./options.ts";

/** A run cannot be compared with a mapping. */
export class UnlikeInputsError extends InputError {
  readonly code = "UNLIKE_INPUTS";

  constructor(directory: string, other: string) {
    super(`${directory} and ${other}`, "one is the directory of a run, the other is not", "Give two of a kind.");
  }
}

/** `spinloom diff`: what changed between two mappings or two runs. Like diff(1), it ends with 1 when they differ. */
export function addDiffCommand(spinloom: Command): void {
  spinloom
    .command("diff")
    .description(
      "Say what changed between two mapped networks (numbers, placement, keys, images, tables), or between two runs (every spike and every recorded word).",
    )
    .argument("<before>", "file written by `spinloom map`, or directory written by `spinloom run --out`")
    .argument("<after>", "the same of another mapping or run")
    .option("--json", "print as JSON")
    .action(async (before, after, options) => {
      const json = options.json === true;
      const identical = isDirectory(before, after)
        ? await diffRuns(before, after, json)
        : diffMaps(before, after, json);
      process.exitCode = identical ? EXIT_OK : EXIT_FAILED;
    });
}

/** @throws {UnlikeInputsError} only one of them is */
function isDirectory(before: string, after: string): boolean {
  const [a, b] = [before, after].map((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  if (a !== b) throw a === true ? new UnlikeInputsError(before, after) : new UnlikeInputsError(after, before);
  return a === true;
}

function diffMaps(before: string, after: string, json: boolean): boolean {
  const difference = deploymentDifference(
    readDeployment(readInput(before), before),
    readDeployment(readInput(after), after),
  );
  process.stdout.write(json ? `${JSON.stringify(difference)}\n` : differenceText(difference));
  return difference.identical;
}

async function diffRuns(before: string, after: string, json: boolean): Promise<boolean> {
  using a = await openRun(before);
  using b = await openRun(after);
  const comparison = compareResults(a, b);
  const first = comparison.first === undefined ? null : describeDifference(comparison.first, before, after);
  process.stdout.write(json ? `${JSON.stringify({ ...comparison, first })}\n` : comparisonText(comparison, first));
  return comparison.identical;
}

function comparisonText({ identical, spikes, words, populations }: Comparison, first: string | null): string {
  const compared = `${counted(spikes, "spike")} and ${counted(words, "recorded word")}`;
  if (identical) return `identical: ${compared}\n`;
  return [
    `different: ${compared} compared`,
    `first: ${first}`,
    ...populations.flatMap(({ name, spikeDifferences, wordDifferences }) => {
      const differ = Object.entries({ spikes: spikeDifferences, ...wordDifferences }).filter(([, count]) => count > 0);
      return differ.map(([what, count]) => `${name} ${what}: ${count} differ`);
    }),
    "",
  ].join("\n");
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

import type { Command } from "@commander-js/extra-typings";
import { deploymentPieces } from "../image/deployment-file.ts";
import { type DeploymentFacts, deploymentFacts } from "../pipeline/deployment-facts.ts";
import { proveDelivery } from "../pipeline/prove-delivery.ts";
import { counted, grouped } from "./counted.ts";
import { EXIT_OK } from "./exit.ts";
import { withMappingOptions } from "./mapping-options.ts";
import { loadNetwork, mapNetwork } from "./network-input.ts";
import { writeOutput } from "./options.ts";
import { StageClock } from "./stage-clock.ts";

/** `spinloom map`: map only; write the mapped network and say what it takes. */
export function addMapCommand(spinloom: Command): void {
  const command = spinloom
    .command("map")
    .description("Map a network to a machine, prove the mapping, and write it to a file.")
    .argument("<network>", "network file");
  withMappingOptions(command)
    .option("-o, --output <file>", "where to write the mapped network")
    .option("--json", "print the summary as JSON")
    .action((file, options) => {
      const clock = new StageClock();
      const network = clock.time("network", () => loadNetwork(file, options));
      const deployment = mapNetwork(network, options, clock);
      const proof = clock.time("verify", () => proveDelivery(deployment));
      if (options.output !== undefined) {
        clock.time("write", () => writeOutput(options.output!, deploymentPieces(deployment)));
      }
      const facts = { ...deploymentFacts(deployment), nets_proved: proof.netsProved, phases_ms: clock.milliseconds };
      process.stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : mapSummary(facts, options.output));
      process.exitCode = EXIT_OK;
    });
}

interface Facts extends DeploymentFacts {
  readonly nets_proved: number;
  readonly phases_ms: Readonly<Record<string, number>>;
}

/** Smaller relative errors of parameters are in the JSON only. */
const SHOWN_PARAMETER_ERROR = 1e-4;

function mapSummary(facts: Facts, output: string | undefined): string {
  const lines = [
    `${facts.network} on ${facts.machine}: ${counted(facts.cores, "core")} on ${counted(facts.chips, "chip")}`,
    `  neurons   ${grouped(facts.neurons)} in ${counted(facts.populations.length, "population")}, at most ${facts.most_neurons_per_core} a core`,
    `  synapses  ${grouped(facts.synapses)}`,
    `  tables    ${counted(facts.entries.total, "entry", "entries")} on ${counted(facts.entries.chips, "chip")}, largest ${facts.entries.largest}`,
    `  memory    ${grouped(facts.sdram.total)} bytes of SDRAM, most on one chip ${grouped(facts.sdram.largest)}`,
    `  proved    every key of ${counted(facts.nets_proved, "net")} reaches exactly its targets`,
    `  time      ${Object.entries(facts.phases_ms)
      .map(([stage, ms]) => `${stage} ${ms} ms`)
      .join(", ")}`,
  ];
  for (const q of facts.quantisation) {
    if (q.exact && q.lost_weights === 0) continue;
    lines.push(
      `  weights   ${q.projection}: largest error ${(q.largest_weight_error * 100).toPrecision(2)} %, ${q.lost_weights} become 0`,
    );
  }
  for (const q of facts.quantisation) {
    if (q.largest_delay_error_ms > 0)
      lines.push(
        `  delays    ${q.projection}: moved by up to ${q.largest_delay_error_ms.toPrecision(2)} ms to whole ticks`,
      );
  }
  for (const { population, parameter, largest_error } of facts.parameters) {
    if (largest_error < SHOWN_PARAMETER_ERROR) continue;
    lines.push(`  numbers   ${population}: ${parameter} off by up to ${(largest_error * 100).toPrecision(2)} %`);
  }
  if (output !== undefined) lines.push(`  written   ${output}`);
  return `${lines.join("\n")}\n`;
}

import { pathToFileURL } from "node:url";
import { parseMachine } from "../src/machine/index.ts";
import type { Network } from "../src/network/index.ts";
import { deploy, emulate } from "../src/pipeline/index.ts";
import { firstSpikeMs, meanCvIsi, meanRateHz } from "../src/results/firing-statistics.ts";
import { spikeTrains } from "../src/results/spike-trains.ts";

/**
 * When the module is the program that Node was started with: maps the network to one 48-chip board, runs it on the
 * emulator and prints what each population did.
 *
 * @param module `import.meta.url` of the example
 */
export async function showWhenRun(module: string, network: Network): Promise<void> {
  const program = process.argv[1];
  if (program === undefined || module !== pathToFileURL(program).href) return;
  const machine = parseMachine("spin5", () => "");
  const { results } = await emulate(deploy(network, machine));
  for (const population of results.populations) {
    const trains = spikeTrains(results, population);
    if (trains === undefined) continue;
    const rate = meanRateHz(trains)?.toFixed(1);
    const cv = meanCvIsi(trains)?.toFixed(2) ?? "-";
    const first = firstSpikeMs(trains)?.toFixed(1) ?? "-";
    console.log(`${population.name}: ${rate} Hz, CV of intervals ${cv}, first spike at ${first} ms`);
  }
}

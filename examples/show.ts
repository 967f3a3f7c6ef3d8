import { pathToFileURL } from "node:url";
import {
  deploy,
  emulate,
  firstSpikeMs,
  type ModelLibrary,
  meanCvIsi,
  meanRateHz,
  type Network,
  STANDARD_LIBRARY,
  spikeTrains,
  spin5,
} from "../src/index.ts";

/**
 * When the module is the program that Node was started with: maps the network to one 48-chip board, runs it on the
 * emulator and prints what each population did.
 *
 * @param module `import.meta.url` of the example
 * @param models cell types of the example's own
 */
export async function showWhenRun(
  module: string,
  network: Network,
  models: ModelLibrary = STANDARD_LIBRARY,
): Promise<void> {
  const program = process.argv[1];
  if (program === undefined || module !== pathToFileURL(program).href) return;
  const { results } = await emulate(deploy(network, spin5(), { models }), { models });
  for (const population of results.populations) {
    const trains = spikeTrains(results, population);
    if (trains === undefined) continue;
    const rate = meanRateHz(trains)?.toFixed(1);
    const cv = meanCvIsi(trains)?.toFixed(2) ?? "-";
    const first = firstSpikeMs(trains)?.toFixed(1) ?? "-";
    console.log(`${population.name}: ${rate} Hz, CV of intervals ${cv}, first spike at ${first} ms`);
  }
}

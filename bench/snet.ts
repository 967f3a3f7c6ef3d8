/**
 * Maps a benchmark netlist: `npm run bench:snet -- NET.json[.gz] SOLUTION.json [--effort fast|normal|best] [--seed N] [--verify]`.
 *
 * With --verify, every key is followed through the tables and the mapping proved before it is written. Prints tree cost, link load and entries, and milliseconds a stage.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { allocateKeys } from "../src/mapper/keys/index.ts";
import { type Effort, place } from "../src/mapper/place/index.ts";
import { route } from "../src/mapper/route/index.ts";
import { chipRoutes, minimiseAll } from "../src/mapper/tables/index.ts";
import { assertDelivery, deliverySpec } from "../src/mapper/verify/index.ts";
import { readSnet, writeSolution } from "./snet-format.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    effort: { type: "string", default: "normal" },
    seed: { type: "string", default: "1" },
    verify: { type: "boolean", default: false },
  },
});
const [input, output] = positionals;
if (!input) {
  process.stderr.write(
    "usage: bench:snet NET.json[.gz] [SOLUTION.json] [--effort fast|normal|best] [--seed N] [--verify]\n",
  );
  process.exit(2);
}
/** CPU milliseconds of each stage: on a busy machine wall time says more about the others. */
const times: Record<string, number> = { start: cpuMillis() };
function timed<T>(stage: string, work: () => T): T {
  const before = cpuMillis();
  const result = work();
  times[stage] = cpuMillis() - before;
  return result;
}

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

const { name, netlist, machine, netBits } = timed("read", () => readSnet(input));
const seed = Number(values.seed);
const placement = timed("place", () => place(netlist, machine, { seed, effort: values.effort as Effort }));
const forest = timed("route", () => route(netlist, machine, placement));
const population = Int32Array.from(netlist.netSource, (source) => netlist.population[source]!);
const keys = timed("keys", () => allocateKeys({ netBits, population, forest }));
const tables = timed("tables", () =>
  minimiseAll(chipRoutes(forest, keys, machine.alive.length), { threads: availableParallelism() }).filter(
    (table) => table.key.length > 0,
  ),
);
if (values.verify) timed("verify", () => assertDelivery(machine, tables, deliverySpec(netlist, placement, keys)));
if (output) timed("write", () => writeSolution(output, machine, placement, keys, tables));
times.total = cpuMillis();
times.wall = Math.round(performance.now());

const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);

const load = new Float64Array(machine.alive.length * 6);
let hops = 0;
let cost = 0;
for (let net = 0; net < netlist.netCount; net++) {
  for (let node = forest.start[net]!; node < forest.start[net + 1]!; node++) {
    for (let link = 0; link < 6; link++) {
      if ((forest.route[node]! & (1 << link)) === 0) continue;
      hops++;
      cost += netlist.netWeight[net]!;
      load[forest.chip[node]! * 6 + link]! += netlist.netWeight[net]!;
    }
  }
}
const entries = tables.reduce((sum, table) => sum + table.key.length, 0);
const largest = tables.reduce((most, table) => Math.max(most, table.key.length), 0);
const chips = new Set(placement.chip).size;
const maxLoad = Math.round(load.reduce((a, b) => Math.max(a, b), 0));
process.stdout.write(
  `${JSON.stringify({ name, hops, cost: Math.round(cost), maxLoad, chips, entries, largest, peakMiB, ms: times })}\n`,
);

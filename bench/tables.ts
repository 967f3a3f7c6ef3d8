/**
 * Minimises a set of routing tables: `npm run bench:tables -- TABLES OUT [--effort fast|normal|best]`.
 *
 * TABLES is `*.json.gz` (rtab-1) or `*.bin.gz`; OUT becomes `[{"x", "y", "entries": [[key, mask, route], …]}, …]`.
 * Sizes and times (milliseconds; `wall` from process start, all on one thread) go to standard output as JSON; `bound` is
 * the sum of different routes that need an entry, below which no table with these keys can go.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { leastEntries, type MergeEffort, minimise, proveEquivalent } from "../src/mapper/tables/index.ts";
import { readTableSet } from "./table-files.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { effort: { type: "string", default: "normal" } },
});
const [input, output] = positionals;
if (!input || !output || !["fast", "normal", "best"].includes(values.effort)) {
  console.error("usage: npm run bench:tables -- TABLES OUT [--effort fast|normal|best]");
  process.exit(2);
}
const effort = values.effort as MergeEffort;

const set = await readTableSet(input);
const start = performance.now();
const minimised = set.tables.map((routes) => minimise(routes, { effort }));
const minimiseMs = performance.now() - start;
await writeFile(
  output,
  JSON.stringify(
    minimised.map(({ chip, key, mask, route }) => ({
      ...set.chips[chip],
      entries: Array.from(key, (word, entry) => [word, mask[entry], route[entry]]),
    })),
  ),
);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const sizes = minimised.map((table) => table.key.length);
console.log(
  JSON.stringify({
    tables: sizes.length,
    entriesBefore: sum(set.tables.map((table) => table.key.length)),
    entries: sum(sizes),
    largest: Math.max(...sizes),
    bound: sum(set.tables.map(leastEntries)),
    fit1023: sizes.filter((size) => size <= 1023).length,
    proved: set.tables.filter((routes, at) => !proveEquivalent(routes, minimised[at]!).difference).length,
    minimiseMs: Math.round(minimiseMs),
    cpuMs: Math.round(process.cpuUsage().user / 1000),
    wallMs: Math.round(performance.now()),
  }),
);

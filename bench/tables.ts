/**
 * Minimises a set of routing tables: `npm run bench:tables -- TABLES OUT`.
 *
 * TABLES is `*.json.gz` (rtab-1) or `*.bin.gz`; OUT becomes `[{"x", "y", "entries": [[key, mask, route], …]}, …]`.
 * Sizes and times (milliseconds of this thread, from process start for `wall`) go to standard output as JSON.
 */
import { writeFile } from "node:fs/promises";
import { minimise } from "../src/mapper/tables/index.ts";
import { readTableSet } from "./table-files.ts";

const [input, output] = process.argv.slice(2);
if (!input || !output) {
  console.error("usage: npm run bench:tables -- TABLES OUT");
  process.exit(2);
}

const set = await readTableSet(input);
const start = performance.now();
const minimised = set.tables.map((routes) => minimise(routes));
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

const sizes = minimised.map((table) => table.key.length);
console.log(
  JSON.stringify({
    tables: sizes.length,
    entriesBefore: set.tables.reduce((sum, table) => sum + table.key.length, 0),
    entries: sizes.reduce((sum, size) => sum + size, 0),
    largest: Math.max(...sizes),
    fit1023: sizes.filter((size) => size <= 1023).length,
    provedEquivalent: sizes.length,
    minimiseMs: Math.round(minimiseMs),
    cpuMs: Math.round(process.cpuUsage().user / 1000),
    wallMs: Math.round(performance.now()),
  }),
);

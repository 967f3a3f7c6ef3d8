/**
 * Minimises published table sets and compares with others: `npm run bench -- tables [SET ...] [--bench DIR] [--json]`.
 *
 * DIR (or SPINLOOM_BENCH) holds `data/tables-local.json.gz` and `data/tables-centroid.json.gz` (Mundy et al., HPSR 2016),
 * `tables-microcircuit.bin.gz` (a full cortical microcircuit, mapped by sPyNNaker in 2017), and the checking script
 * `tables.mjs`. Every set is minimised by a process of its own, which proves each table; sets of the first kind are
 * checked once more by the script. Ratios below 1 are better than the best of the others; `bound` is against the number
 * of different routes, which no table can undercut.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

interface TableSetCase {
  /** Path in DIR. */
  readonly file: string;
  /** Fewest entries that others reach, all tables together and the largest one, and what it takes them. */
  readonly entries: number;
  readonly largest: number;
  readonly by: string;
}

const SETS: Readonly<Record<string, TableSetCase>> = {
  local: {
    file: "data/tables-local.json.gz",
    entries: 130_324,
    largest: 960,
    by: "order-exploiting Espresso, 897 s on a Pentium G850",
  },
  centroid: {
    file: "data/tables-centroid.json.gz",
    entries: 140_683,
    largest: 1040,
    by: "order-exploiting Espresso, 1,147 s on a Pentium G850",
  },
  microcircuit: {
    file: "tables-microcircuit.bin.gz",
    entries: 49_069,
    largest: 447,
    by: "PACMAN's ordered pair compressor, 253 s",
  },
};

/** What `tables.js` prints. */
interface Told {
  readonly tables: number;
  readonly entriesBefore: number;
  readonly entries: number;
  readonly largest: number;
  readonly bound: number;
  readonly proved: number;
  readonly minimiseMs: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

interface Row extends Told {
  readonly name: string;
  readonly valid: boolean;
  readonly entriesRatio: number;
  readonly largestRatio: number;
  readonly boundRatio: number;
  readonly others: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { bench: { type: "string" }, effort: { type: "string" }, json: { type: "boolean", default: false } },
});
const bench = values.bench ?? process.env.SPINLOOM_BENCH;
if (!bench || !existsSync(join(bench, "tables.mjs"))) {
  process.stderr.write("tables: give the folder of the table sets by --bench DIR or SPINLOOM_BENCH\n");
  process.exit(2);
}
const names = positionals.length > 0 ? positionals : Object.keys(SETS);
const unknown = names.find((name) => !SETS[name]);
if (unknown !== undefined) {
  process.stderr.write(`tables: no set ${unknown}; there are ${Object.keys(SETS).join(", ")}\n`);
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), "tables-"));
try {
  const rows = names.map((name) => measure(bench, name, SETS[name]!));
  process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : report(rows));
  process.exitCode = rows.every((row) => row.valid) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

function measure(folder: string, name: string, { file, entries, largest, by }: TableSetCase): Row {
  const input = join(folder, file);
  const output = join(scratch, "minimised.json");
  const effort = values.effort === undefined ? [] : ["--effort", values.effort];
  const told = JSON.parse(
    run(fileURLToPath(new URL("tables.js", import.meta.url)), [input, output, ...effort]),
  ) as Told;
  const wrong = file.endsWith(".json.gz") ? JSON.parse(run(join(folder, "tables.mjs"), [input, output])).wrong : 0;
  return {
    name,
    ...told,
    valid: told.proved === told.tables && wrong === 0,
    entriesRatio: told.entries / entries,
    largestRatio: told.largest / largest,
    boundRatio: told.entries / told.bound,
    others: `${entries} / ${largest} by ${by}`,
  };
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stderr}`);
  return stdout;
}

function report(rows: readonly Row[]): string {
  return rows
    .map(
      (row) =>
        `${row.name}: ${row.tables} tables, ${row.entriesBefore} -> ${row.entries} entries, largest ${row.largest}, ` +
        `${row.valid ? "all proved" : "NOT PROVED"}, ${(row.wallMs / 1000).toFixed(2)} s from process start ` +
        `(${(row.cpuMs / 1000).toFixed(2)} s CPU)\n` +
        `  ${row.entriesRatio.toFixed(3)} of the entries, ${row.largestRatio.toFixed(3)} of the largest table ` +
        `of the best other (${row.others}); ${row.boundRatio.toFixed(2)} of the bound\n`,
    )
    .join("");
}

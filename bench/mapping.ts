/**
 * Maps the benchmark netlists and compares with peers: `npm run bench -- mapping [CASE ...] [--bench DIR] [--json]`.
 *
 * DIR (or SPINLOOM_BENCH) holds the generator `gen.mjs`, the evaluation script `eval.mjs` and `data/app-*.json.gz`. Every
 * case is mapped by a process of its own and its solution scored by the evaluation script. Ratios below 1 are better
 * than the best peer; `bound` is against what the script says no routes of this placement, and no tables of these routes,
 * can undercut.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PEER_FIGURES } from "./mapping-peers.ts";

/** What the evaluation script tells, as far as it is used here. */
interface Score {
  readonly ok: boolean;
  readonly errors: Readonly<Record<string, unknown>>;
  readonly extraDeliveries: number;
  readonly cost: number;
  readonly lbCost: number;
  readonly maxLinkLoad: number;
  readonly entries: { readonly total: number; readonly max: number; readonly lowerBound: number };
}

interface Row {
  readonly name: string;
  readonly valid: boolean;
  readonly cost: number;
  readonly costRatio: number;
  readonly costBound: number;
  readonly geometricRatio: number | undefined;
  readonly maxLinkLoad: number;
  readonly loadRatio: number;
  readonly entries: number;
  readonly largest: number;
  readonly entriesRatio: number;
  readonly entriesBound: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { bench: { type: "string" }, json: { type: "boolean", default: false } },
});
const bench = values.bench ?? process.env.SPINLOOM_BENCH;
if (!bench || !existsSync(join(bench, "gen.mjs"))) {
  process.stderr.write("mapping: give the folder of the benchmark netlists by --bench DIR or SPINLOOM_BENCH\n");
  process.exit(2);
}
const cases = positionals.length > 0 ? positionals : Object.keys(PEER_FIGURES);
const scratch = mkdtempSync(join(tmpdir(), "mapping-"));
try {
  const rows = cases.map((name) => measure(bench, name));
  process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : report(rows));
  process.exitCode = rows.every((row) => row.valid) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

function measure(folder: string, name: string): Row {
  const peer = PEER_FIGURES[name];
  if (!peer) throw new Error(`no peer figures for ${name}`);
  let net = join(folder, "data", `${name}.json.gz`);
  if (!existsSync(net)) {
    net = join(scratch, `${name}.json`);
    run(join(folder, "gen.mjs"), [name, "-o", net]);
  }
  const solution = join(scratch, "solution.json");
  const started = performance.now();
  const told = JSON.parse(run(fileURLToPath(new URL("snet.js", import.meta.url)), [net, solution]));
  const wallSeconds = (performance.now() - started) / 1000;
  if (statSync(solution).size === 0) throw new Error(`${name}: no solution written`);
  const score = JSON.parse(run(join(folder, "eval.mjs"), [net, solution, "--json"])) as Score;
  return {
    name,
    valid: score.ok && score.extraDeliveries === 0,
    cost: score.cost,
    costRatio: score.cost / peer.cost,
    costBound: score.lbCost > 0 ? score.cost / score.lbCost : 1,
    geometricRatio: peer.geometricCost === undefined ? undefined : score.cost / peer.geometricCost,
    maxLinkLoad: score.maxLinkLoad,
    loadRatio: score.maxLinkLoad / peer.maxLinkLoad,
    entries: score.entries.total,
    largest: score.entries.max,
    entriesRatio: score.entries.total / peer.entries,
    entriesBound: score.entries.total / score.entries.lowerBound,
    wallSeconds,
    cpuSeconds: told.ms.total / 1000,
  };
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

function report(rows: readonly Row[]): string {
  const header = "case cost ×peer ×bound ×geometric link ×peer entries/largest ×peer ×bound wall CPU valid".split(" ");
  const fixed = (value: number | undefined, digits = 3): string => (value === undefined ? "–" : value.toFixed(digits));
  const lines = rows.map((row) => [
    row.name,
    String(row.cost),
    fixed(row.costRatio),
    fixed(row.costBound),
    fixed(row.geometricRatio),
    String(row.maxLinkLoad),
    fixed(row.loadRatio),
    `${row.entries}/${row.largest}`,
    fixed(row.entriesRatio),
    fixed(row.entriesBound),
    fixed(row.wallSeconds, 2),
    fixed(row.cpuSeconds, 2),
    row.valid ? "yes" : "NO",
  ]);
  const mean = (ratio: (row: Row) => number): string =>
    fixed(Math.exp(rows.reduce((sum, row) => sum + Math.log(ratio(row)), 0) / rows.length));
  lines.push([
    "geometric mean",
    "",
    mean((row) => row.costRatio),
    mean((row) => row.costBound),
    "",
    "",
    mean((row) => row.loadRatio),
    "",
    mean((row) => row.entriesRatio),
    mean((row) => row.entriesBound),
    "",
    "",
    "",
  ]);
  const all = [header, ...lines];
  const widths = header.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  const text = all.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "),
  );
  return `${text.join("\n")}\n`;
}

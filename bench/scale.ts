/**
 * Maps the largest netlists: `npm run bench -- scale [--bench DIR] [--json]`.
 *
 * Gaussian grids (a torus of n × n vertices, four sinks each at normal offsets of deviation 3; the recipe of Heathcote
 * 2016, section 6.3.3) of a million vertices on an ideal torus of 256 × 256 chips with 16 application cores each, all in
 * use, and of 800,000 on the machine of 57,600 chips with its usual cores. DIR (or SPINLOOM_BENCH) holds the generator
 * `gen.mjs` and the evaluation script `eval.mjs`, which says whether the solution is valid.
 *
 * Hops are compared with those of the natural placement, routed by the same router: vertex (i, j) on the chip where it
 * lies when the grid is stretched over the machine. The mapper knows nothing of the grid. Time is of the whole process,
 * from its start to the written solution, peak memory too.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { route } from "../src/mapper/route/index.ts";
import { readSnet } from "./snet-format.ts";

const GRIDS = [
  { name: "1,048,576 vertices, 65,536 chips", side: 1024, machine: "ideal256x256c16" },
  { name: "801,025 vertices, 57,600 chips", side: 895, machine: "torus20x20" },
] as const;

interface Scale {
  readonly name: string;
  readonly valid: boolean;
  readonly hops: number;
  /** Hops next to those of the natural placement. */
  readonly ratio: number;
  readonly largestTable: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const { values } = parseArgs({ options: { bench: { type: "string" }, json: { type: "boolean", default: false } } });
const bench = values.bench ?? process.env.SPINLOOM_BENCH;
if (!bench || !existsSync(join(bench, "gen.mjs"))) {
  process.stderr.write("scale: give the folder of the benchmark netlists by --bench DIR or SPINLOOM_BENCH\n");
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), "scale-"));
try {
  const rows = GRIDS.map((grid) => measure(bench, grid));
  process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : rows.map(line).join(""));
  process.exitCode = rows.every((row) => row.valid) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

function measure(folder: string, { name, side, machine }: (typeof GRIDS)[number]): Scale {
  const net = join(scratch, "net.json");
  const solution = join(scratch, "solution.json");
  run([join(folder, "gen.mjs"), "gauss128", "--set", `n=${side}`, "--set", `machine=${machine}`, "-o", net]);
  const started = performance.now();
  const told = JSON.parse(run([fileURLToPath(new URL("snet.js", import.meta.url)), net, solution]));
  const wallSeconds = (performance.now() - started) / 1000;
  const score = JSON.parse(run([join(folder, "eval.mjs"), net, solution, "--json"]));
  return {
    name,
    valid: score.ok === true && score.extraDeliveries === 0,
    hops: score.hops,
    ratio: score.hops / naturalHops(net, side),
    largestTable: score.entries.max,
    wallSeconds,
    cpuSeconds: told.ms.total / 1000,
    peakMiB: told.peakMiB,
  };
}

function naturalHops(net: string, side: number): number {
  const { netlist, machine } = readSnet(net);
  const chip = Int32Array.from({ length: side * side }, (_, vertex) => {
    const column = Math.floor((Math.floor(vertex / side) * machine.width) / side);
    return Math.floor(((vertex % side) * machine.height) / side) * machine.width + column;
  });
  const forest = route(netlist, machine, { chip, core: new Uint8Array(chip.length).fill(1) });
  let hops = 0;
  for (const sends of forest.route) for (let links = sends & 63; links !== 0; links &= links - 1) hops++;
  return hops;
}

function run(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--max-old-space-size=8192", ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return stdout;
}

function line({ name, valid, hops, ratio, largestTable, wallSeconds, cpuSeconds, peakMiB }: Scale): string {
  return (
    `${name}: ${hops} hops, ${ratio.toFixed(3)} of the natural placement's; largest table ${largestTable}; ` +
    `${wallSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${peakMiB} MiB; ${valid ? "valid" : "NOT VALID"}\n`
  );
}

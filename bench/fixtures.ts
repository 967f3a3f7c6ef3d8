/**
 * Every network of `fixtures/` at full length on emulated ARM cores, on two partitions each, bit by bit against the
 * engine: `npm run bench -- fixtures [NAME ...]`. Takes some ten minutes; the slowest says how long it took.
 *
 * Networks at 0.1 ms run ten times slower than biology, since a tick is too short for their opening volleys.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** Neurons a core of the second partition; the first is the mapper's own. */
const FEW = 40;
const SLOW_BELOW_MS = 1;
const SLOW_FACTOR = 10;

const FOLDER = new URL("../../fixtures/", import.meta.url);
const CLI = fileURLToPath(new URL("../../bin/spinloom.js", import.meta.url));

const wanted = process.argv.slice(2);
let allSame = true;
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json"))) {
  const name = basename(file, ".json");
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const path = fileURLToPath(new URL(file, FOLDER));
  const { timestep_ms } = JSON.parse(readFileSync(path, "utf8")) as { readonly timestep_ms: number };
  const slowly = timestep_ms < SLOW_BELOW_MS ? ["--timescale", String(SLOW_FACTOR)] : [];
  for (const partition of [[], ["--neurons-per-core", String(FEW)]]) {
    const options = ["--mode", "arm", ...slowly, ...partition];
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, "check", path, ...options], {
      encoding: "utf8",
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    if (status !== 0) allSame = false;
    const told = (stdout.trim() || stderr.trim()).split("\n").at(-1);
    process.stdout.write(`${name} ${options.join(" ")}: ${told}; ${seconds} s\n`);
  }
}
process.exitCode = allSame ? 0 : 1;

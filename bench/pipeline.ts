/**
 * Whole commands, from process start to end: `map` of the Vogels-Abbott network with 1500 and 4000 cells to a verified
 * file, and the main job. `npm run bench -- pipeline [--json]`
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RUNS = 5;
/** sPyNNaker of August 2023 in virtual-board mode, process start to mapped network: import and run() of its script. */
const PEER_SECONDS: Readonly<Record<string, number>> = { "map, 1500 cells": 4.5, "map, 4000 cells": 15.7 };

export function pipelineBench(json: boolean): void {
  const folder = mkdtempSync(join(tmpdir(), "spinloom-bench-"));
  try {
    const commands: readonly (readonly [string, readonly string[]])[] = [
      ["map, 1500 cells", ["map", "fixtures/vogels-abbott.json", "-o", join(folder, "a.app")]],
      ["map, 4000 cells", ["map", "fixtures/vogels-abbott-4000.json", "-o", join(folder, "b.app")]],
      ["the main job", ["run", "fixtures/vogels-abbott.json", "--out", join(folder, "out")]],
    ];
    const seconds = commands.map(([name, args]) => {
      let best = Number.POSITIVE_INFINITY;
      for (let run = 0; run < RUNS; run++) {
        const start = performance.now();
        execFileSync(process.execPath, ["bin/spinloom.js", ...args], { stdio: ["ignore", "ignore", "ignore"] });
        best = Math.min(best, (performance.now() - start) / 1000);
      }
      const peer = PEER_SECONDS[name];
      return { command: name, seconds: best, ...(peer === undefined ? {} : { timesFasterThanSpynnaker: peer / best }) };
    });
    process.stdout.write(
      json
        ? `${JSON.stringify(seconds)}\n`
        : seconds
            .map(
              (s) =>
                `${s.command.padEnd(18)} ${s.seconds.toFixed(2)} s${s.timesFasterThanSpynnaker === undefined ? "" : `  ${s.timesFasterThanSpynnaker.toFixed(0)} x sPyNNaker`}\n`,
            )
            .join(""),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * `npm run bench -- NAME [--json]`: one set of measurements. Each says in its own head what it measures and how.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Sets that are programs of their own, since their cases need processes of their own. */
const PROGRAMS: Readonly<Record<string, string>> = {
  connect: "connect.js",
  fixtures: "fixtures.js",
  kernel: "kernel.js",
  mapping: "mapping.js",
  scale: "scale.js",
  sdp: "sdp.js",
  tables: "table-sets.js",
};

const [name, ...rest] = process.argv.slice(2);
const json = rest.includes("--json");

if (name === "engine") {
  const { engineBench } = await import("./engine.ts");
  await engineBench(json);
} else if (name === "pipeline") {
  const { pipelineBench } = await import("./pipeline.ts");
  pipelineBench(json);
} else if (name === "emulator") {
  const { emulatorBench } = await import("./emulator.ts");
  await emulatorBench(json);
} else if (name !== undefined && PROGRAMS[name] !== undefined) {
  const program = fileURLToPath(new URL(PROGRAMS[name], import.meta.url));
  process.exitCode = spawnSync(process.execPath, [program, ...rest], { stdio: "inherit" }).status ?? 1;
} else {
  const names = ["engine", "emulator", "pipeline", ...Object.keys(PROGRAMS)].sort();
  process.stderr.write(`usage: npm run bench -- ${names.join("|")} [--json]\n`);
  process.exitCode = 2;
}

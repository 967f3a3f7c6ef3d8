/**
 * The chip emulator, interpreter and translator: million ARM instructions a second on a small program of the kind that
 * runs on a core, on our own kernels with whole networks, on the boot of real SCAMP images where SPINLOOM_SCAMP names
 * some, and on public applications under SCAMP where SPINLOOM_APLX names a directory of them.
 * `npm run bench -- emulator [--json]`
 */
import { readFileSync } from "node:fs";
import type { CoreEngine } from "../src/host-sim/machine/emulated-machine.ts";
import { measureApplications } from "./emulator-application.ts";
import { measureCore } from "./emulator-core.ts";
import { measurePublicApplications } from "./public-applications.ts";
import { measureBoots } from "./scamp-boot.ts";

const SAMPLES = 20;
const ENGINES: readonly CoreEngine[] = ["interpreter", "translator"];

export async function emulatorBench(json: boolean): Promise<void> {
  const results: unknown[] = [];
  const tell = (measured: readonly unknown[]): void => {
    results.push(...measured);
    if (!json) for (const each of measured) process.stdout.write(`${JSON.stringify(each)}\n`);
  };
  // The networks first: V8 has then seen no other chip around its cores.
  for (const engine of ENGINES) tell(await measureApplications(engine, cpuSeconds));
  for (const engine of ENGINES) tell([measureCore(engine, () => performance.now(), SAMPLES)]);
  const images = (process.env.SPINLOOM_SCAMP ?? "").split(":").filter((path) => path !== "");
  for (const image of images) tell(measureBoots(readFileSync(image), cpuSeconds));
  const directory = process.env.SPINLOOM_APLX;
  if (directory !== undefined) {
    for (const image of images) {
      for (const engine of ENGINES) {
        tell(measurePublicApplications(readFileSync(image), directory, engine, cpuSeconds));
      }
    }
  }
  if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
  else if (images.length === 0) process.stdout.write("SPINLOOM_SCAMP names no image: no boot measured\n");
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

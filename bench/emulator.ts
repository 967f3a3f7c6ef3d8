/**
 * The chip emulator: million ARM instructions a second of interpreter and translator on a compiled-C style kernel with
 * interrupts, and the boot of real SCAMP images where SPINLOOM_SCAMP names some. `npm run bench -- emulator [--json]`
 */
import { readFileSync } from "node:fs";
import { type CoreSpeed, measureCore } from "./emulator-core.ts";
import { measureBoots } from "./scamp-boot.ts";

const SAMPLES = 20;

export function emulatorBench(json: boolean): void {
  const engines: readonly CoreSpeed["engine"][] = ["interpreter", "translator"];
  const cores = engines.map((engine) => measureCore(engine, () => performance.now(), SAMPLES));
  const images = (process.env.SPINLOOM_SCAMP ?? "").split(":").filter((path) => path !== "");
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const boots = images.flatMap((path) => measureBoots(readFileSync(path), cpuSeconds));
  if (json) {
    process.stdout.write(`${JSON.stringify({ cores, boots })}\n`);
    return;
  }
  for (const core of cores) process.stdout.write(`${JSON.stringify(core)}\n`);
  for (const boot of boots) process.stdout.write(`${JSON.stringify(boot)}\n`);
  if (images.length === 0) process.stdout.write("SPINLOOM_SCAMP names no image: no boot measured\n");
}

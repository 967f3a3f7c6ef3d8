/**
 * Speed of the emulated cores on our own kernels, which compute networks of the fixtures on their default partition.
 *
 * The time is CPU time of the whole process: cores, peripherals, routers, virtual time, V8's compilers and garbage
 * collector. Cores that sleep execute nothing. While the first part of a run lasts, code is translated; what comes after
 * is a program that goes on as it is, though V8 may still be compiling in its first parts.
 */

import { readFileSync } from "node:fs";
import type { CoreEngine } from "../src/host-sim/machine/emulated-machine.ts";
import { spin5 } from "../src/machine/index.ts";
import { readNetwork } from "../src/network/read-network.ts";
import { ArmTarget } from "../src/pipeline/arm-target.ts";
import { deploy } from "../src/pipeline/deploy.ts";
import { fingerprint, Meter, type Work } from "./emulator-meter.ts";

export interface ApplicationSpeed {
  readonly program: string;
  readonly engine: CoreEngine;
  readonly cores: number;
  readonly chips: number;
  /** Until the cores wait for their start, in the first ticks, and in the best of the equal parts that follow. */
  readonly load: Work;
  readonly first: Work;
  readonly steady: Work;
  /** Over registers, cycles and instructions of all cores at the end: the same for both engines. */
  readonly fingerprint: number;
}

interface Case {
  readonly fixture: string;
  readonly firstTicks: number;
  readonly steadyTicks: number;
}

const CASES: readonly Case[] = [
  { fixture: "vogels-abbott", firstTicks: 1000, steadyTicks: 700 },
  { fixture: "vogels-abbott-4000", firstTicks: 300, steadyTicks: 450 },
  { fixture: "cobahh", firstTicks: 200, steadyTicks: 300 },
];
const STEADY_PARTS = 4;

/** @param cpuSeconds CPU time of this process so far */
export async function measureApplications(engine: CoreEngine, cpuSeconds: () => number): Promise<ApplicationSpeed[]> {
  const speeds: ApplicationSpeed[] = [];
  for (const each of CASES) speeds.push(await measureApplication(each, engine, cpuSeconds));
  return speeds;
}

async function measureApplication(
  { fixture, firstTicks, steadyTicks }: Case,
  engine: CoreEngine,
  cpuSeconds: () => number,
): Promise<ApplicationSpeed> {
  const file = `fixtures/${fixture}.json`;
  const network = readNetwork(readFileSync(file, "utf8"), file);
  const durationMs = ((firstTicks + STEADY_PARTS * steadyTicks) * network.timestepMicros) / 1000;
  const deployment = deploy({ ...network, phases: [{ ...network.phases[0]!, durationMs }] }, spin5());
  const meter = new Meter(cpuSeconds);
  const target = new ArmTarget(deployment, [], engine);
  const { emulated } = target.chips;
  const load = meter.work(emulated);
  await target.runUntil(firstTicks);
  const first = meter.work(emulated);
  const steady: Work[] = [];
  for (let part = 1; part <= STEADY_PARTS; part++) {
    await target.runUntil(firstTicks + part * steadyTicks);
    steady.push(meter.work(emulated));
  }
  return {
    program: fixture,
    engine,
    cores: deployment.cores.length,
    chips: new Set(deployment.cores.map(({ chip }) => chip)).size,
    load,
    first,
    steady: steady.reduce((best, part) => (part.mips > best.mips ? part : best)),
    fingerprint: fingerprint(emulated),
  };
}

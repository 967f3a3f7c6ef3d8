/**
 * The engine alone: seconds a biological second for the networks of the fixtures, spikes recorded, one and two threads,
 * beside figures of other simulators on a machine of this class, and its cells beside scalar C in the same run.
 * `npm run bench -- engine [--json]`
 *
 * Medians of runs on one and on two threads in turn, warm; on one thread CPU time, so that other work on the machine counts
 * little. What a user waits for has the making of the engine in it, which is printed beside.
 */
import { readFileSync } from "node:fs";
import { Engine } from "../src/host-sim/engine/engine.ts";
import type { Deployment } from "../src/image/deployment.ts";
import { ImageView } from "../src/image/image-view.ts";
import { gridMachine } from "../src/machine/index.ts";
import { builtInModel } from "../src/models/registry.ts";
import { readNetwork } from "../src/network/read-network.ts";
import { deploy } from "../src/pipeline/deploy.ts";
import { compareWithScalarC } from "./scalar-c.ts";

const ROUNDS = 9;
/** Until the code of a network is optimised. */
const WARM_UPS = 2;

interface Case {
  readonly name: string;
  readonly fixture: string;
  readonly durationMs: number;
  /** Others' seconds a biological second on this network, one thread: Brian2 2.5.1 C++ standalone, GeNN 5.4.0 CPU. */
  readonly peers: Readonly<Record<string, number>>;
}

const CASES: readonly Case[] = [
  { name: "VA 1500, 1 ms", fixture: "vogels-abbott", durationMs: 1000, peers: { brian2: 0.014, genn: 0.045 } },
  { name: "VA 4000, 0.1 ms", fixture: "vogels-abbott-4000", durationMs: 1000, peers: { brian2: 0.174, genn: 1.14 } },
  { name: "COBAHH 4000, 0.1 ms", fixture: "cobahh", durationMs: 100, peers: { brian2: 5.5, genn: 4.4 } },
];

interface Measurement {
  readonly case: string;
  readonly threads: number;
  readonly cores: number;
  readonly secondsPerBiologicalSecond: number;
  /** Wall time of a run, and of making the engine before it. */
  readonly wallMs: number;
  readonly makingMs: number;
  readonly stepsPerSecond: number;
  readonly synapticEventsPerSecond: number;
  /** Peers' time over ours. */
  readonly faster: Readonly<Record<string, number>>;
}

export async function engineBench(json: boolean): Promise<void> {
  const measurements: Measurement[] = [];
  for (const each of CASES) {
    const deployment = deployed(each);
    measurements.push(...(await measure(each, deployment, [1, 2])));
  }
  const scalar = await compareWithScalarC();
  if (json) {
    process.stdout.write(`${JSON.stringify({ measurements, scalar })}\n`);
    return;
  }
  for (const m of measurements) {
    const faster = Object.entries(m.faster).map(([peer, ratio]) => `${ratio.toFixed(2)} x ${peer}`);
    process.stdout.write(
      `${m.case.padEnd(20)} ${m.threads} thread${m.threads === 1 ? " " : "s"}  ${m.secondsPerBiologicalSecond.toFixed(4)} s per s  ` +
        `${Math.round(m.stepsPerSecond)} steps/s  ${(m.synapticEventsPerSecond / 1e6).toFixed(1)} M events/s  made in ${Math.round(m.makingMs)} ms  ${faster.join(", ")}\n`,
    );
  }
  for (const each of CASES) {
    const [one, two] = [1, 2].map((t) => measurements.find((m) => m.case === each.name && m.threads === t)!);
    process.stdout.write(`${each.name}: two threads ${(one!.wallMs / two!.wallMs).toFixed(2)} times one\n`);
  }
}

function deployed({ fixture, durationMs }: Case): Deployment {
  const file = `fixtures/${fixture}.json`;
  const network = readNetwork(readFileSync(file, "utf8"), file);
  return deploy(
    {
      ...network,
      populations: network.populations.map((p) => ({ ...p, record: [{ variable: "spikes", intervalTicks: 1 }] })),
      phases: [{ ...network.phases[0]!, durationMs }],
    },
    gridMachine("24x24", { width: 24, height: 24, wrapX: true, wrapY: true }),
  );
}

async function measure(each: Case, deployment: Deployment, threadCounts: readonly number[]): Promise<Measurement[]> {
  const runs = threadCounts.map((): Run[] => []);
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const [k, threads] of threadCounts.entries()) {
      const run = await runOnce(deployment, threads);
      if (round >= 0) runs[k]!.push(run);
    }
  }
  const biologicalSeconds = (deployment.phases[0]!.ticks * deployment.timestepMicros) / 1_000_000;
  return threadCounts.map((threads, k) => {
    const ms = median(runs[k]!.map((run) => run.ms));
    const secondsPerBiologicalSecond = ms / 1000 / biologicalSeconds;
    return {
      case: each.name,
      threads,
      cores: deployment.cores.length,
      secondsPerBiologicalSecond,
      wallMs: median(runs[k]!.map((run) => run.wallMs)),
      makingMs: median(runs[k]!.map((run) => run.makingMs)),
      stepsPerSecond: (deployment.phases[0]!.ticks / ms) * 1000,
      synapticEventsPerSecond: (runs[k]![0]!.events / ms) * 1000,
      faster: Object.fromEntries(Object.entries(each.peers).map(([peer, s]) => [peer, s / secondsPerBiologicalSecond])),
    };
  });
}

interface Run {
  /** CPU time on one thread, wall time on several. */
  readonly ms: number;
  readonly wallMs: number;
  readonly makingMs: number;
  readonly events: number;
}

async function runOnce(deployment: Deployment, threads: number): Promise<Run> {
  const cores = deployment.cores.map(({ chip, core, image, totalBytes }) => {
    const memory = new Uint8Array(totalBytes);
    memory.set(image);
    const view = new ImageView(memory);
    return { chip, core, image: view, model: builtInModel(view.modelHash) };
  });
  const begin = performance.now();
  const { machine, tables } = deployment;
  const engine = await Engine.create({ machine, tables, cores, threads, tick: 0 });
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await engine.run(deployment.phases[0]!.ticks);
  const spent = process.cpuUsage(cpu);
  const wallMs = performance.now() - wall;
  const events = engine.synapticEvents;
  await engine.close();
  return { ms: threads === 1 ? (spent.user + spent.system) / 1000 : wallMs, wallMs, makingMs: wall - begin, events };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

import type { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "../../../src/host-sim/engine/engine.ts";
import type { Deployment } from "../../../src/image/deployment.ts";
import { ImageView } from "../../../src/image/image-view.ts";
import { CORE_KINDS } from "../../../src/image/layout.ts";
import { spin3, spin5 } from "../../../src/machine/index.ts";
import { builtInModel } from "../../../src/models/registry.ts";
import {
  FromListConnector,
  IF_curr_delta,
  IF_curr_exp,
  NetworkBuilder,
  SpikeSourceArray,
  SpikeSourcePoisson,
} from "../../../src/network/builder/index.ts";
import type { Network } from "../../../src/network/index.ts";
import { deploy } from "../../../src/pipeline/deploy.ts";
import { fixture } from "../../pipeline/fixture.ts";

const TICKS = 60;

function engine({ machine, tables, cores }: Deployment, threads: number): Promise<Engine> {
  return Engine.create({
    machine,
    tables,
    cores: cores.map(({ chip, core, image, totalBytes }) => {
      const memory = new Uint8Array(totalBytes);
      memory.set(image);
      const view = new ImageView(memory);
      return {
        chip,
        core,
        image: view,
        model: view.config("kind") === CORE_KINDS.model ? builtInModel(view.modelHash) : undefined,
      };
    }),
    threads,
    tick: 0,
  });
}

/** Everything a run leaves behind: recordings, inputs on their way, synapses added. */
async function outcome(deployment: Deployment, threads: number, stops: readonly number[]): Promise<unknown> {
  const running = await engine(deployment, threads);
  try {
    for (const stop of stops) await running.run(stop);
    await running.run(TICKS);
    const recorded = deployment.cores.map(({ image }, i) =>
      Array.from({ length: new ImageView(image).config("recordings") }, (_, k) => running.recorded(i, k).words.slice()),
    );
    return { recorded, pending: running.pendingInputs(), events: running.synapticEvents };
  } finally {
    await running.close();
  }
}

/** Cells that excite each other after any delays, driven by an array and by Poisson sources; some states recorded. */
const networks: fc.Arbitrary<Network> = fc
  .record({
    seed: fc.nat(),
    synapses: fc.array(fc.tuple(fc.nat(11), fc.nat(11), fc.integer({ min: 1, max: 20 })), { maxLength: 60 }),
    interval: fc.integer({ min: 1, max: 7 }),
    spikes: fc.array(fc.array(fc.nat(TICKS - 1), { maxLength: 5 }), { minLength: 12, maxLength: 12 }),
  })
  .map(({ seed, synapses, interval, spikes }) => {
    const net = new NetworkBuilder({ timestepMs: 1, seed });
    const relay = IF_curr_delta({ v_rest: -65, v_thresh: -50, v_reset: -65, tau_refrac: 0 });
    const relays = net.population("relays", 12, relay, { record: ["spikes"] });
    relays.record("v", { samplingIntervalMs: interval, neurons: [1, 5, 10] });
    const cells = net.population("cells", 12, IF_curr_exp(), { record: ["spikes", "v"] });
    const array = net.population("array", 12, SpikeSourceArray(spikes), { record: ["spikes"] });
    const poisson = net.population("poisson", 12, SpikeSourcePoisson({ rate: 40 }), { record: ["spikes"] });
    const rows = synapses.map(([from, to, delay]): [number, number, number, number] => [from, to, 6, delay]);
    for (const from of [relays, cells, array, poisson]) {
      for (const to of [relays, cells]) net.projection(from, to, FromListConnector(rows));
    }
    return net.run(TICKS).build();
  });

describe("the engine's threads", () => {
  it("give the same bits however many they are, whatever the delays between their cores and wherever a run pauses", async () => {
    await fc.assert(
      fc.asyncProperty(
        networks,
        fc.integer({ min: 2, max: 4 }),
        fc.array(fc.integer({ min: 1, max: TICKS }), { maxLength: 3 }),
        async (network, threads, stops) => {
          const deployment = deploy(network, spin3(), { neuronsPerCore: 5 });
          const expected = await outcome(deployment, 1, []);
          const found = await outcome(
            deployment,
            threads,
            stops.toSorted((a, b) => a - b),
          );
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("end the run with an error when one of them ends, in the middle of it or before", async () => {
    const started: Worker[] = [];
    const onWorker = (worker: Worker): void => {
      started.push(worker);
    };
    process.on("worker", onWorker);
    const running = await engine(deploy(fixture("cobahh", { durationMs: 100 }), spin5()), 3);
    process.off("worker", onWorker);
    try {
      await running.run(10);
      expect(started.length).toBe(2);
      const ended = started[1]!.terminate();
      // The thread is gone before it has run its part, so the two others wait for it.
      await expect(running.run(500)).rejects.toThrow(expect.objectContaining({ code: "ENGINE_THREAD" }));
      await ended;
      await expect(running.run(1000)).rejects.toThrow(expect.objectContaining({ code: "ENGINE_THREAD" }));
    } finally {
      await running.close();
    }
  });
});

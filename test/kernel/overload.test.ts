import { describe, expect, it } from "vitest";
import * as build from "../../src/network/builder/index.ts";
import type { Network } from "../../src/network/network.ts";
import { ArmTarget } from "../../src/pipeline/arm-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { readProvenance } from "../../src/pipeline/provenance.ts";
import { firstDifference, runBothWays, spikeCount, TWO_CHIPS } from "./on-chips.ts";

const SOURCES = 200;
const LOAD = { from: 10, until: 25, ticks: 60 } as const;

/** Every source fires `spikes` times in each tick of the load: each spike is a row of 200 synapses for every cell core. */
function burst(spikes: number): Network {
  const network = new build.NetworkBuilder({ seed: 4 });
  const times = Array.from({ length: LOAD.until - LOAD.from }, (_, k) => LOAD.from + k).flatMap((ms) =>
    Array.from({ length: spikes }, () => ms),
  );
  const sources = network.population("sources", SOURCES, build.SpikeSourceArray(times));
  const cells = network.population("cells", 200, build.IF_cond_exp(), { record: ["spikes"] });
  network.projection(sources, cells, build.AllToAllConnector(), { weight: 1e-6, delay: 1 });
  return network.run(LOAD.ticks).build();
}

describe("a core that gets ten times the packets it can work on", () => {
  it("counts what it loses, keeps its clock, and recovers when the load ends", async () => {
    const deployment = deploy(burst(10), TWO_CHIPS);
    const target = new ArmTarget(deployment);
    const core = deployment.cores.findIndex(({ binary }) => binary === "IF_cond_exp");

    await target.runUntil(LOAD.until);
    const during = (await readProvenance(deployment, target))[core]!;
    expect(during.droppedPackets + during.latePackets).toBeGreaterThan(1000);
    const start = target.chips.emulated.milliseconds;

    await target.runUntil(LOAD.ticks);
    const counted = (await readProvenance(deployment, target))[core]!;
    expect(counted.ticks).toBe(LOAD.ticks);
    expect(target.chips.emulated.milliseconds - start, "ms for 35 ticks of 1 ms").toBeLessThan(45);
    expect(counted.droppedPackets, "nothing is lost any more").toBe(during.droppedPackets);
    expect(counted.overruns - during.overruns).toBeLessThan(5);
  });

  it("loses nothing when it is given as much as it can work on", async () => {
    const deployment = deploy(burst(1), TWO_CHIPS, { timeScale: 4 });
    const target = new ArmTarget(deployment);
    await target.runUntil(LOAD.ticks);
    const core = deployment.cores.findIndex(({ binary }) => binary === "IF_cond_exp");
    const counted = (await readProvenance(deployment, target))[core]!;
    expect(counted.droppedPackets + counted.latePackets + counted.overruns).toBe(0);
    expect(counted.synapticEvents).toBe(SOURCES * 200 * (LOAD.until - LOAD.from));
  });
});

describe("cores that send faster than a core of their chip takes packets in", () => {
  it("lose none, as they wait for room before each", async () => {
    const network = new build.NetworkBuilder({ seed: 4 });
    const sources = network.population("sources", 18, build.SpikeSourcePoisson({ rate: 12_000 }), {
      maxNeuronsPerCore: 6,
    });
    const cells = network.population("cells", 30, build.IF_cond_exp(), { record: ["v"] });
    network.projection(sources, cells, build.AllToAllConnector(), { weight: 1e-4, delay: 3 });
    const run = await runBothWays(network.run(40).build(), TWO_CHIPS, { timeScale: 10 });
    const sum = (counter: "packetsSent" | "packetsReceived"): number =>
      run.counters.cores.reduce((total, core) => total + core[counter], 0);
    expect(sum("packetsSent")).toBeGreaterThan(5000);
    expect(sum("packetsReceived")).toBe(sum("packetsSent"));
    expect(firstDifference(run)).toBeUndefined();
  });
});

/** One volley at 1 ms, of which a core works on about ten packets in each tick of 0.1 ms; all are due `delay` ms later. */
function volley(sources: number, delay: number): Network {
  const network = new build.NetworkBuilder({ seed: 4, timestepMs: 0.1 });
  const from = network.population("sources", sources, build.SpikeSourceArray([1]));
  const cells = network.population("cells", 90, build.IF_cond_exp(), { record: ["spikes", "gsyn_exc"] });
  network.projection(from, cells, build.AllToAllConnector(), { weight: 0.001, delay });
  return network.run(20).build();
}

describe("packets that wait in the queue for more ticks than colours can tell apart", () => {
  it("are still added in the tick they are due, to the bit", async () => {
    const run = await runBothWays(volley(200, 6), TWO_CHIPS, { neuronsPerCore: 90 });
    expect(firstDifference(run)).toBeUndefined();
    expect(run.counters).toMatchObject({ certified: true, late: 0, dropped: 0 });
    expect(spikeCount(run.expected), "every cell fires").toBeGreaterThanOrEqual(90);
    const queues = run.counters.cores.map(({ deepestQueue }) => deepestQueue);
    expect(Math.max(...queues), "ticks of ten packets").toBeGreaterThan(16 * 10);
  });

  it("are counted where they are too late, or have waited for longer than anything is kept", async () => {
    const { counters } = await runBothWays(volley(900, 6), TWO_CHIPS, { neuronsPerCore: 90 });
    expect(counters.certified).toBe(false);
    expect(counters.late + counters.dropped).toBeGreaterThan(100);
  });
});

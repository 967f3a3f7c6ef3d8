import { describe, expect, it } from "vitest";
import { createArmEngine } from "../../src/host-sim/arm-engine/arm-engine.ts";
import { VirtualBoard } from "../../src/host-sim/board/index.ts";
import type { Deployment } from "../../src/image/deployment.ts";
import { ImageView } from "../../src/image/image-view.ts";
import { CONFIG } from "../../src/image/layout.ts";
import { spin3 } from "../../src/machine/index.ts";
import * as build from "../../src/network/builder/index.ts";
import { BoardTarget } from "../../src/pipeline/board-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import type { RunCounters } from "../../src/pipeline/run-counters.ts";
import { runDeployment } from "../../src/pipeline/run-deployment.ts";
import { compareResults, type Results, ResultsAssembler } from "../../src/results/index.ts";
import { vogelsAbbott } from "../pipeline/vogels-abbott.ts";
import { spikeCount } from "./on-chips.ts";

/** Loads, runs and reads over UDP, on a board whose cores execute the kernels. */
async function runOnArmBoard(deployment: Deployment): Promise<{ results: Results; counters: RunCounters }> {
  await using board = await VirtualBoard.serve({ machine: deployment.machine, engine: createArmEngine() });
  const { address, port } = board.address();
  const target = await BoardTarget.load(deployment, address, port);
  try {
    const sink = new ResultsAssembler(recordingPlan(deployment));
    const counters = await runDeployment(deployment, target, sink);
    return { results: sink.finish(), counters };
  } finally {
    await target.close();
  }
}

describe("a virtual board in mode arm", () => {
  it("gives the engine's bits for Vogels-Abbott", async () => {
    const deployment = deploy(vogelsAbbott({ durationMs: 20 }), spin3());
    const { results: expected } = await emulate(deployment);
    const { results, counters } = await runOnArmBoard(deployment);
    expect(spikeCount(results)).toBeGreaterThan(100);
    expect(compareResults(expected, results)).toMatchObject({ identical: true });
    expect(counters).toMatchObject({ late: 0, dropped: 0, overruns: 0, certified: true });
  });

  it("goes on where it paused, with rewritten rows", async () => {
    const network = new build.NetworkBuilder({ seed: 9 });
    const cells = network.population("cells", 40, build.IF_cond_exp({ i_offset: 1 }), { record: ["spikes", "v"] });
    network.projection(cells, cells, build.FixedProbabilityConnector(0.3), { weight: 0.002, delay: 3 });
    network.run(25);
    network.projection(cells, cells, build.FixedProbabilityConnector(0.1), { weight: 0.004, delay: 2 });
    network.run(25);
    const deployment = deploy(network.build(), spin3(), { neuronsPerCore: 20 });
    const { results: expected } = await emulate(deployment);
    const { results } = await runOnArmBoard(deployment);
    expect(spikeCount(results)).toBeGreaterThan(40);
    expect(compareResults(expected, results)).toMatchObject({ identical: true });
  });

  it("has the loader name a core that does not take its image, with what it printed", async () => {
    const network = new build.NetworkBuilder();
    network.population("cells", 10, build.IF_cond_exp());
    const deployment = deploy(network.run(5).build(), spin3());
    const { image } = deployment.cores[0]!;
    const view = new ImageView(image);
    view.words[view.region("config").offset / 4 + CONFIG.substeps] = 0;
    const error: unknown = await runOnArmBoard(deployment).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "CORES_FAILED" });
    expect(String(error)).toContain("sub-steps");
  });

  it("has the loader name a core that dies in a later run; what the others recorded can still be read", async () => {
    const network = new build.NetworkBuilder();
    network.population("cells", 20, build.IF_cond_exp({ i_offset: 1 }), { record: ["v"] });
    const deployment = deploy(network.run(6).build(), spin3(), { neuronsPerCore: 10 });
    const [dying, other] = deployment.cores.map(({ image }) => new ImageView(image));
    await using board = await VirtualBoard.serve({ machine: deployment.machine, engine: createArmEngine() });
    const { address, port } = board.address();
    const target = await BoardTarget.load(deployment, address, port);
    try {
      await target.runUntil(3);
      const bytes = new Uint8Array(Uint32Array.of(7).buffer);
      await target.rewrite(0, [{ offset: dying!.configOffset("substeps"), bytes }]);
      const error: unknown = await target.runUntil(6).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "CORES_FAILED" });
      expect(String(error)).toContain("configurations of two runs");
      const samples = await target.read(1, other!.samplesOffset(0), 4);
      expect(new DataView(samples.buffer, samples.byteOffset).getUint32(0, true), "samples of v").toBe(3);
    } finally {
      await target.close();
    }
  });
});

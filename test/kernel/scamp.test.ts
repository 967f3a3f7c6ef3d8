/** The kernels under real SCAMP on an emulated board. Needs boot images (SPINLOOM_SCAMP). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EmulatedBoard } from "../../src/host-sim/machine/emulated-board.ts";
import { patchBootImage } from "../../src/loader/boot.ts";
import { spin3 } from "../../src/machine/index.ts";
import { readNetwork } from "../../src/network/read-network.ts";
import { BoardTarget } from "../../src/pipeline/board-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import { runDeployment } from "../../src/pipeline/run-deployment.ts";
import { compareResults, ResultsAssembler } from "../../src/results/index.ts";
import { scampImages } from "../host-sim/machine/scamp-image.ts";
import { spikeCount } from "./on-chips.ts";

const none = [{ name: "no image: set SPINLOOM_SCAMP", bytes: new Uint8Array(), major: 0 }];

describe.each(scampImages.length > 0 ? scampImages : none)("the kernels under SCAMP $name", ({ bytes }) => {
  it.skipIf(scampImages.length === 0).each(["vogels-abbott", "dendrify-lif"])(
    "give the engine's bits for %s",
    async (fixture) => {
      const file = `fixtures/${fixture}.json`;
      const network = readNetwork(readFileSync(file, "utf8"), file);
      const short = { ...network, phases: network.phases.slice(0, 1).map((p) => ({ ...p, durationMs: 10 })) };
      const deployment = deploy(short, spin3());
      const { results: expected } = await emulate(deployment);
      await using board = await EmulatedBoard.serve({ machine: spin3() });
      expect(await board.boot(patchBootImage({ image: bytes, kind: "spin3", unixTime: 1 }))).toBe(true);
      const { address, port } = board.address();
      const target = await BoardTarget.load(deployment, address, port);
      try {
        const sink = new ResultsAssembler(recordingPlan(deployment));
        const counters = await runDeployment(deployment, target, sink);
        const results = sink.finish();
        expect(spikeCount(results)).toBeGreaterThan(50);
        expect(compareResults(expected, results)).toMatchObject({ identical: true });
        expect(counters).toMatchObject({ late: 0, dropped: 0, certified: true });
      } finally {
        await target.close();
      }
    },
    240_000,
  );
});

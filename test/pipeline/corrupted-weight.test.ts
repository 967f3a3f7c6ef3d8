import { describe, expect, it } from "vitest";
import { ImageView } from "../../src/image/image-view.ts";
import { spin3 } from "../../src/machine/index.ts";
import { BoardTarget } from "../../src/pipeline/board-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { startPrivateBoard } from "../../src/pipeline/private-board.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import { runDeployment } from "../../src/pipeline/run-deployment.ts";
import { compareResults, describeDifference, ResultsAssembler } from "../../src/results/index.ts";
import { vogelsAbbott } from "./vogels-abbott.ts";

describe("a check against the emulator", () => {
  it("finds one corrupted weight in the board's memory and shows the first word that differs", async () => {
    const deployment = deploy(vogelsAbbott({ durationMs: 100 }), spin3());
    const board = await startPrivateBoard(spin3(), { threads: 1 });
    try {
      const target = await BoardTarget.load(deployment, board.host, board.port, { needsNoKernel: true });
      try {
        // A row that a thalamic source, active from the first tick, has on the first core: its first synapse, one unit more.
        const view = new ImageView(deployment.cores[0]!.image);
        const thalamus = Array.from({ length: view.config("sourceKeys") }, (_, k) => view.sourceKey(k)).find(
          (s) => s.neurons === 20,
        )!;
        const starts = view.regionWords("rowStarts");
        const rows = view.region("rows").offset;
        const at = rows + starts[thalamus.firstRow]! * 4;
        const word = view.words[at >>> 2]!;
        const corrupted = new Uint8Array(Uint32Array.of(word + 0x1_0000).buffer);
        await target.rewrite(0, [{ offset: at, bytes: corrupted }]);
        const sink = new ResultsAssembler(recordingPlan(deployment));
        await runDeployment(deployment, target, sink);
        const { results: expected } = await emulate(deployment);
        const comparison = compareResults(expected, sink.finish());
        expect(comparison.identical).toBe(false);
        // Target neuron of the synapse, and the first variable it shows in: the conductance itself, delay ticks later.
        const neuron = word & (2 ** view.config("neuronBits") - 1);
        expect(comparison.first).toMatchObject({ population: "exc", variable: "gsyn_exc", neuron });
        expect(describeDifference(comparison.first!, "emulator", "board")).toMatch(/exc.*gsyn_exc/);
      } finally {
        await target.close();
      }
    } finally {
      await board.close();
    }
  });
});

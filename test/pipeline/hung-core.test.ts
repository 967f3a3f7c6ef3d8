import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApplicationCore } from "../../src/host-sim/board/index.ts";
import { VirtualBoard } from "../../src/host-sim/board/index.ts";
import { ModelEngine } from "../../src/host-sim/model-engine/model-engine.ts";
import { spin3 } from "../../src/machine/index.ts";
import { BoardTarget } from "../../src/pipeline/board-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { execute } from "../../src/pipeline/execute.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import { compareResults } from "../../src/results/compare.ts";
import { readResults } from "../../src/results/index.ts";
import { recoverRun } from "../../src/results/recover-run.ts";
import { RunRecording } from "../../src/results/run-recording.ts";
import { vogelsAbbott } from "./vogels-abbott.ts";

/** One core hears no signal after the second; those that wait for its packets go no further either. */
class FreezingEngine extends ModelEngine {
  #signals = 0;

  override resume(cores: readonly ApplicationCore[]): void {
    super.resume(this.#signals++ < 2 ? cores : cores.slice(1));
  }
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "spinloom-hung-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe("a board whose cores hang in the middle of a run", () => {
  it("is not waited for without end, and what it had recorded is kept, to the last bit", async () => {
    const deployment = { ...deploy(vogelsAbbott({ durationMs: 100 }), spin3()), ticksPerCut: 20 };
    const board = await VirtualBoard.serve({ machine: spin3(), engine: new FreezingEngine({ threads: 1 }) });
    try {
      const { address, port } = board.address();
      const target = await BoardTarget.load(deployment, address, port, { needsNoKernel: true, limitMillis: 300 });
      const sink = await RunRecording.open(directory, recordingPlan(deployment));
      try {
        await expect(execute(deployment, target, sink)).rejects.toMatchObject({
          code: "CORES_LATE",
          reached: 0,
          expected: deployment.cores.length,
        });
      } finally {
        await sink.abandon();
        await target.close();
      }
    } finally {
      await board.close();
    }

    expect(readdirSync(directory).sort()).toEqual(["results.pb.part", "spikes.csv"]);
    expect(await recoverRun(directory)).toMatchObject({ ticks: 40 });
    const kept = await readResults(directory);
    const { results } = await emulate({ ...deployment, phases: [{ ...deployment.phases[0]!, ticks: 40 }] });
    expect(kept.populations[0]!.spikes!.tick.length).toBeGreaterThan(0);
    expect(compareResults(results, kept)).toMatchObject({ identical: true });
  });
});

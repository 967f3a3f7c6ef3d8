import { describe, expect, it } from "vitest";
import { spin3 } from "../../src/machine/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { EmulatorTarget } from "../../src/pipeline/emulator-target.ts";
import { execute } from "../../src/pipeline/execute.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import { ResultsAssembler } from "../../src/results/index.ts";
import { vogelsAbbott } from "./vogels-abbott.ts";

describe("a run on the emulator that is interrupted", () => {
  it.each([1, 2])(
    "stops in the middle of a cut and keeps what was recorded until then, on %d threads",
    async (threads) => {
      const deployment = deploy(vogelsAbbott({ durationMs: 2000 }), spin3());
      expect(deployment.ticksPerCut).toBeGreaterThan(1000);
      const target = new EmulatorTarget(deployment, threads);
      const sink = new ResultsAssembler(recordingPlan(deployment));
      const controller = new AbortController();
      let reached = 0;

      const run = execute(deployment, target, sink, {
        signal: controller.signal,
        onProgress: ({ stage, done }) => {
          if (stage !== "run") return;
          reached = done;
          if (done >= 300) controller.abort(new Error("enough"));
        },
      });

      await expect(run).rejects.toThrow("enough");
      expect(reached).toBeGreaterThanOrEqual(300);
      expect(reached).toBeLessThan(1000);
      const ticks = sink.finish().populations[0]!.spikes!.tick;
      expect(ticks.some((tick) => tick > 100)).toBe(true);
      expect(Math.max(...ticks)).toBeLessThan(reached);
    },
  );

  it("lets others have their turn, so that Ctrl-C is heard at all", async () => {
    const deployment = deploy(vogelsAbbott({ durationMs: 1000 }), spin3());
    let turns = 0;
    const turn = setInterval(() => turns++, 0);
    await new EmulatorTarget(deployment, 1).runUntil(1000);
    clearInterval(turn);
    expect(turns).toBeGreaterThan(1);
  });
});

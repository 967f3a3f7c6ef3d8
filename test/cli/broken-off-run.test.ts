import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runNetwork } from "../../src/cli/run-network.ts";
import { StageClock } from "../../src/cli/stage-clock.ts";
import { spin3 } from "../../src/machine/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { compareResults, readResults } from "../../src/results/index.ts";
import { vogelsAbbott } from "../pipeline/vogels-abbott.ts";
import { spinloom, temporaryFolder } from "./spinloom.ts";

const [folder, removeFolder] = temporaryFolder();
afterAll(removeFolder);

describe("a run that is interrupted", () => {
  it("leaves what it recorded, which `spinloom recover` makes a run of that many ticks", async () => {
    const deployment = deploy(vogelsAbbott({ durationMs: 2000 }), spin3());
    const out = join(folder, "run");
    const controller = new AbortController();
    const interrupting = {
      begin: (stage: string) => ({
        update: (done: number) => {
          if (stage === "run" && done >= 300) controller.abort(new Error("enough"));
        },
        end: () => undefined,
      }),
    };
    const settings = { board: { kind: "emulator" }, mode: "model", threads: 1, out } as const;
    const run = runNetwork(deployment, settings, new StageClock(), controller.signal, interrupting);
    await expect(run).rejects.toThrow("enough");
    expect(readdirSync(out).sort()).toEqual(["deployment.app", "results.pb.part", "spikes.csv"]);

    const { code, stdout } = await spinloom("recover", out, "--npz", "--json");
    expect(code).toBe(0);
    const { ticks } = JSON.parse(stdout) as { readonly ticks: number };
    expect(ticks).toBeGreaterThanOrEqual(300);
    expect(ticks).toBeLessThan(2000);
    const files = ["deployment.app", "raster.svg", "results.npz", "results.pb", "spikes.csv", "summary.json"];
    expect(readdirSync(out).sort()).toEqual(files);
    const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
    expect(summary).toMatchObject({ broke_off: true, board: "unknown", certified: false, duration_ms: ticks });
    expect((await spinloom("report", out)).code).toBe(0);
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("The run broke off.");
    expect(page).not.toContain("Not certified.");
    const { results } = await emulate({ ...deployment, phases: [{ ...deployment.phases[0]!, ticks }] });
    expect(compareResults(results, await readResults(out))).toMatchObject({ identical: true });

    const again = await spinloom("recover", out);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("is whole, so there is nothing to recover");
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeDeployment } from "../../src/image/deployment-file.ts";
import { spin3 } from "../../src/machine/index.ts";
import { readNetwork } from "../../src/network/index.ts";
import { deploy, emulate } from "../../src/pipeline/index.ts";
import { writeReport } from "../../src/report/run-report.ts";
import { RUN_FILES, summariseRun, writeResults, writeRunSummary } from "../../src/results/index.ts";
import { encodeRunCounts } from "../../src/results/run-counts.ts";
import { syntheticFacts } from "../results/synthetic-run.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "spinloom-report-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const NETWORK = {
  name: "two",
  seed: 1,
  duration_ms: 50,
  populations: [
    { name: "input", size: 10, cell: { type: "SpikeSourcePoisson", parameters: { rate: 100 } }, record: ["spikes"] },
    { name: "cells", size: 10, cell: { type: "IF_cond_exp" }, record: ["spikes", "v"] },
  ],
  projections: [
    {
      name: "drive",
      pre: "input",
      post: "cells",
      receptor: "excitatory",
      connector: { type: "AllToAll" },
      weight: 0.05,
      delay: 1,
    },
  ],
};

/** Runs the network on the emulator and leaves a run's files in the directory. */
async function run(seed: number) {
  const network = readNetwork(new TextEncoder().encode(JSON.stringify({ ...NETWORK, seed })), "two.json");
  const deployment = deploy(network, spin3());
  const { results } = await emulate(deployment);
  await writeResults(directory, results);
  await writeRunSummary(directory, summariseRun(results, syntheticFacts));
  return deployment;
}

describe("report on a run's directory", () => {
  it("is one page beside the run's files, without maps where the mapping is not known", async () => {
    await run(1);
    expect(await writeReport(directory)).toBe(join(directory, "report.html"));
    const page = readFileSync(join(directory, "report.html"), "utf8");
    expect(page).toContain("<h1>two</h1>");
    expect(page).not.toContain("<h2>Machine</h2>");
  });

  it("has the maps of the machine when the mapped network is there", async () => {
    const deployment = await run(1);
    writeFileSync(join(directory, RUN_FILES.deployment), writeDeployment(deployment));
    const page = readFileSync(await writeReport(directory), "utf8");
    expect(page).toContain("<h2>Machine</h2>");
    expect(page).toContain("input[0..9]");
    expect(page).toContain("packets/s");
  });

  it("shows what the cores counted", async () => {
    await run(1);
    const counters = { packets_sent: 12_345 };
    const cores = [{ chip: [0, 1] as const, core: 3, population: "input", neurons: [0, 10] as const, counters }];
    writeFileSync(join(directory, RUN_FILES.cores), encodeRunCounts({ cores, routers: [] }));
    const page = readFileSync(await writeReport(directory), "utf8");
    expect(page).toMatch(/packets sent.*12.345.*chip \(0, 1\) core 3, input\[0\.\.9\]/);
  });

  it.each([
    { content: "{", place: "cores.json" },
    { content: '{"format":9,"cores":[]}', place: "format" },
    {
      content: '{"format":1,"cores":[{"chip":[1],"core":1,"population":"E","neurons":[0,1],"counters":{}}]}',
      place: "cores[0].chip",
    },
    {
      content: '{"format":1,"cores":[{"chip":[1,1],"core":1,"population":"E","neurons":[0,1],"counters":{"x":"y"}}]}',
      place: "cores[0].counters.x",
    },
  ])("is not made from a cores.json that is wrong at $place", async ({ content, place }) => {
    await run(1);
    writeFileSync(join(directory, RUN_FILES.cores), content);
    await expect(writeReport(directory)).rejects.toMatchObject({
      code: "CORES_INVALID",
      place: expect.stringContaining(place),
    });
  });

  it("is not made from a mapped network that did not run", async () => {
    const deployment = await run(1);
    writeFileSync(join(directory, RUN_FILES.deployment), writeDeployment({ ...deployment, seed: 2 }));
    await expect(writeReport(directory)).rejects.toMatchObject({ code: "FOREIGN_DEPLOYMENT" });
  });

  it("is not made where there is no run", async () => {
    await expect(writeReport(directory)).rejects.toMatchObject({ code: "NO_RUN" });
  });
});

import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseSweepSetting, type SweepPlan, sweep } from "../../src/sweep/index.ts";
import { spinloom, temporaryFolder } from "./spinloom.ts";

const [folder, cleanUp] = temporaryFolder();
afterAll(cleanUp);

/** 40 cells under noise; how much of it comes in is swept. */
const NETWORK = {
  name: "small",
  seed: 4,
  timestep_ms: 1,
  duration_ms: 200,
  populations: [
    { name: "cells", size: 40, cell: { type: "IF_cond_exp", parameters: { cm: 0.2, tau_refrac: 2 } }, record: ["v"] },
    { name: "noise", size: 20, cell: { type: "SpikeSourcePoisson", parameters: { rate: 100 } } },
  ],
  projections: [
    { name: "in", pre: "noise", post: "cells", connector: { type: "FixedProbability", p_connect: 0.5 }, weight: 0.001 },
  ],
};
const file = join(folder, "network.json");
writeFileSync(file, JSON.stringify(NETWORK));

const WEIGHTS = "projections.in.weight=0.002:0.01:0.004";
const RATES = "populations.noise.cell.parameters.rate=50:100:50";

function run(out: string | undefined, ...more: string[]) {
  const where = out === undefined ? [] : ["--out", join(folder, out)];
  return spinloom("sweep", file, "--set", WEIGHTS, "--set", RATES, "--seeds", "2", ...where, ...more);
}

function files(out: string): Record<string, string> {
  const directory = join(folder, out);
  return Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

function plan(): SweepPlan {
  return {
    content: JSON.stringify(NETWORK),
    file,
    axes: [
      { path: "projections.in.weight", values: [0.002, 0.006, 0.01] },
      { path: "populations.noise.cell.parameters.rate", values: [50, 100] },
    ],
    fixed: [],
    seeds: [4, 5],
    machine: "spin3",
  };
}

describe("spinloom sweep", () => {
  it("writes a table and heat maps with a mean over seeds for each point", async () => {
    const { code, stdout, stderr } = await run("whole", "--threads", "1");
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    const written = files("whole");
    expect(Object.keys(written).toSorted()).toEqual(["cv.svg", "rate.svg", "survival.svg", "sweep.csv", "sweep.jsonl"]);
    expect(written["sweep.csv"]).toBe(stdout);
    const [head, ...rows] = stdout.trimEnd().split("\n");
    expect(head).toBe(
      "projections.in.weight,populations.noise.cell.parameters.rate,seeds,rate_hz,rate_sd_hz,cv_isi,survival_ms",
    );
    expect(rows.map((row) => row.split(",").slice(0, 3).join(","))).toEqual([
      "0.002,50,2",
      "0.002,100,2",
      "0.006,50,2",
      "0.006,100,2",
      "0.01,50,2",
      "0.01,100,2",
    ]);
    const rates = rows.map((row) => Number(row.split(",")[3]));
    expect(rates[5]).toBeGreaterThan(rates[0]!);
    expect(written["rate.svg"]).toMatch(/^<svg/);
  });

  it("writes the same bytes with three threads", async () => {
    expect((await run("threads", "--threads", "3")).code).toBe(0);
    expect(files("threads")).toEqual(files("whole"));
  });

  it("goes on after an interruption, and runs nothing again that is finished", async () => {
    const lines = files("whole")["sweep.jsonl"]!.split("\n");
    mkdirSync(join(folder, "resumed"));
    // Five runs were finished, the line of the sixth was torn.
    const torn = `${lines.slice(0, 6).join("\n")}\n${lines[6]!.slice(0, 20)}`;
    writeFileSync(join(folder, "resumed", "sweep.jsonl"), torn);
    expect((await run("resumed")).code).toBe(0);
    expect(files("resumed")).toEqual(files("whole"));
  });

  it("prints the table as JSON if asked to, and needs no directory", async () => {
    const { stdout } = await run(undefined, "--json");
    const { parameters, seeds, points } = JSON.parse(stdout);
    expect(parameters).toEqual(["projections.in.weight", "populations.noise.cell.parameters.rate"]);
    expect(seeds).toEqual([4, 5]);
    expect(points).toHaveLength(6);
  });

  it("takes finished runs from the journal and asks nobody for them", async () => {
    const directory = join(folder, "whole");
    const counts: number[] = [];
    await sweep(
      { ...plan(), content: readFileSync(file), machine: "spin5" },
      {
        threads: 1,
        out: directory,
        onProgress: (done) => counts.push(done),
      },
    );
    expect(counts).toEqual([12]);
  });

  it.each([
    { name: "of another network or other values", change: ["--set", "projections.in.delay=2"], found: "another sweep" },
    { name: "of other seeds", change: ["--seed", "9"], found: "another sweep" },
    { name: "of another duration", change: ["--duration", "100"], found: "another sweep" },
  ])("refuses a journal $name", async ({ change, found }) => {
    const { code, stderr } = await run("whole", ...change);
    expect(code).toBe(2);
    expect(stderr).toContain(found);
  });

  it.each([
    { name: "a changed figure", damage: (text: string) => text.replace(/"rate_hz":\d/, '"rate_hz":9') },
    { name: "a lost line end", damage: (text: string) => text.replace("}\n{", "}{") },
    { name: "a run twice", damage: (text: string) => `${text}${text.split("\n")[1]!}\n` },
    { name: "another file's content", damage: () => "population,neuron\n1,2\n" },
  ])("refuses a journal with $name, and leaves it as it is", async ({ damage }) => {
    const directory = join(folder, "damaged");
    await spinloom("sweep", file, "--set", "seed=4", "--set", WEIGHTS, "--seeds", "1", "--out", directory);
    const path = join(directory, "sweep.jsonl");
    const damaged = damage(files("whole")["sweep.jsonl"]!);
    writeFileSync(path, damaged);
    const { code, stderr } = await run("damaged");
    expect(code).toBe(2);
    expect(stderr).toContain("sweep.jsonl");
    expect(readFileSync(path, "utf8")).toBe(damaged);
  });

  it("draws one parameter as a row", async () => {
    const out = join(folder, "row");
    const { code } = await spinloom("sweep", file, "--set", WEIGHTS, "--seeds", "1", "--out", out);
    expect(code).toBe(0);
    expect(readFileSync(join(out, "rate.svg"), "utf8")).toContain("projections.in.weight");
  });

  it.each([
    { args: ["--set", "seed"], found: "PATH=A:B:STEP" },
    { args: ["--set", "seed=1:2"], found: "PATH=A:B:STEP" },
    { args: ["--set", "seed=3:2:1"], found: "upwards" },
    { args: ["--set", "seed=1:2:0"], found: "above 0" },
    { args: ["--set", "seed=1:2:0.0001"], found: "at most 1000" },
    { args: ["--set", "seed=1"], found: "0 parameters vary" },
    { args: ["--set", "a=1:2:1", "--set", "b=1:2:1", "--set", "c=1:2:1"], found: "3 parameters vary" },
    {
      args: ["--set", "projections.*.weight=1:2:1", "--set", "projections.in.weight=1:2:1"],
      found: "projections.*.weight and projections.in.weight both set",
    },
    {
      args: ["--set", "projections[0].weight.constant=1:2:1", "--set", "projections.in.weight=1:2:1"],
      found: "both set",
    },
    { args: ["--set", "seed=1:2:1"], found: "--seeds" },
    { args: ["--set", "duration_ms=10:20:10", "--duration", "10"], found: "--duration fixes it" },
    { args: ["--set", "projections.on.weight=1:2:1"], found: "no entry on" },
    { args: ["--set", "projections.in.weight=-1:2:1"], found: "at projections.in.weight=-1" },
    { args: [], found: "--set" },
  ])("says what is wrong with $args", async ({ args, found }) => {
    const { code, stderr } = await spinloom("sweep", file, "--seeds", "1", ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(found);
  });

  it("keeps what is finished when a later run fails", async () => {
    const out = join(folder, "failing");
    const args = ["--set", "projections.in.weight=0.001:100:50", "--seeds", "1", "--threads", "1", "--out", out];
    const { code, stderr } = await spinloom("sweep", file, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain("projections.in.weight=50.001");
    expect(readFileSync(join(out, "sweep.jsonl"), "utf8").split("\n")).toHaveLength(3);
  });

  it("stops when it is told to, and what was finished stays", async () => {
    const controller = new AbortController();
    const out = join(folder, "stopped");
    const stopped = sweep(plan(), {
      threads: 1,
      out,
      signal: controller.signal,
      onProgress: (done) => {
        if (done === 3) controller.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    const finished = readFileSync(join(out, "sweep.jsonl"), "utf8").trimEnd().split("\n");
    expect(finished).toHaveLength(4);
    const points = await sweep(plan(), { threads: 2, out });
    expect(points).toEqual(await sweep(plan(), { threads: 1 }));
    appendFileSync(join(out, "sweep.jsonl"), "x");
    expect(await sweep(plan(), { threads: 1, out })).toEqual(points);
  });
});

describe("values of an axis", () => {
  it.each([
    { text: "x=0.002:0.008:0.001", values: [0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008] },
    { text: "x=0:1:0.3", values: [0, 0.3, 0.6, 0.9] },
    { text: "x=-2:2:2", values: [-2, 0, 2] },
    { text: "x=5:5:1", values: [5] },
  ])("$text include both ends where the step meets them", ({ text, values }) => {
    expect(parseSweepSetting(text)).toEqual({ path: "x", values });
  });

  it("are none for a single number, which is a setting", () => {
    expect(parseSweepSetting("populations.a.size=40")).toEqual({ path: "populations.a.size", value: 40 });
  });
});

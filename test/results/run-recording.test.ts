import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportArrays, readRun, writeResults, writeRunSummary } from "../../src/results/index.ts";
import { resultsNpzChunks } from "../../src/results/python-export.ts";
import type { Results } from "../../src/results/results.ts";
import { planOf } from "../../src/results/results-assembler.ts";
import { recoverResults } from "../../src/results/results-file.ts";
import { RunRecording, UNFINISHED_RESULTS } from "../../src/results/run-recording.ts";
import { summariseRun } from "../../src/results/run-summary.ts";
import { spikesAt, syntheticFacts, syntheticRun } from "./synthetic-run.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "spinloom-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const text = (name: string): string => readFileSync(join(directory, name), "utf8");
const bytes = (name: string): Buffer => readFileSync(join(directory, name));

/** Records ticks [from, to) of a run, last population first and its last cell first. */
async function recordStretch(recording: RunRecording, run: Results, from: number, to: number): Promise<void> {
  await recording.runTo(to);
  for (const [population, { spikes, signals }] of [...run.populations.entries()].reverse()) {
    const pairs = [...(spikes?.tick ?? [])].map((tick, i) => [tick, spikes!.neuron[i]!] as const);
    const stretch = spikesAt(...pairs.filter(([tick]) => tick >= from && tick < to).reverse());
    if (spikes !== undefined) await recording.addSpikes({ population, ...stretch });
    for (const [signal, { neurons, words, intervalTicks }] of signals.entries()) {
      const columns = neurons.length;
      const firstSample = Math.ceil(from / intervalTicks);
      const part = words.slice(firstSample * columns, Math.ceil(to / intervalTicks) * columns);
      await recording.addSamples({ population, signal, firstSample, firstColumn: 0, columns, words: part });
    }
  }
}

describe("recording a run", () => {
  it("leaves the same files however the run was cut", async () => {
    const run = syntheticRun();
    await writeResults(directory, run);
    const whole = [text("spikes.csv"), bytes("results.pb")];
    for (const cuts of [[40], [1, 7, 40], [20, 20, 39, 40]]) {
      const recording = await RunRecording.open(directory, planOf(run));
      let from = 0;
      for (const to of cuts) {
        await recordStretch(recording, run, from, to);
        from = to;
      }
      expect(await recording.finish()).toEqual(run);
      expect([text("spikes.csv"), bytes("results.pb")]).toEqual(whole);
      expect(readdirSync(directory).sort()).toEqual(["results.pb", "spikes.csv"]);
    }
  });

  it("has on disk, at any time, the stretches that are over", async () => {
    const run = syntheticRun();
    const recording = await RunRecording.open(directory, planOf(run));
    await recordStretch(recording, run, 0, 20);
    await recording.runTo(40);
    const recovered = recoverResults(bytes(UNFINISHED_RESULTS), "x");
    expect(recovered).toMatchObject({ complete: false, results: { ticks: 40 } });
    const before20 = [...run.populations[0]!.spikes!.tick].filter((tick) => tick < 20);
    expect([...recovered.results.populations[0]!.spikes!.tick]).toEqual(before20);
    expect(recovered.results.populations[0]!.signals[0]!.words).toEqual(
      run.populations[0]!.signals[0]!.words.slice(0, 20 * 5),
    );
    expect(
      text("spikes.csv")
        .split("\n")
        .filter((line) => line.startsWith("E,")),
    ).toHaveLength(before20.length);
    await recording.abandon();
  });

  it("that breaks off leaves what was recorded, the stretch under way included, and no results.pb", async () => {
    const run = syntheticRun();
    await writeResults(directory, run);
    const recording = await RunRecording.open(directory, planOf(run));
    await recordStretch(recording, run, 0, 20);
    await recording.runTo(40);
    await recording.addSpikes({ population: 0, ...spikesAt([33, 2]) });
    const results = await recording.abandon();
    expect(results.populations[0]!.spikes!.tick.at(-1)).toBe(33);
    expect(text("spikes.csv")).toMatch(/\nE,2,33,33\n$/);
    expect(recoverResults(bytes(UNFINISHED_RESULTS), "x").results).toEqual(results);
    expect(readdirSync(directory).sort()).toEqual([UNFINISHED_RESULTS, "spikes.csv"]);
  });

  it("keeps what was recorded when the final file cannot be written", async () => {
    const run = syntheticRun();
    const recording = await RunRecording.open(directory, planOf(run));
    await recordStretch(recording, run, 0, 40);
    mkdirSync(join(directory, "results.pb.new"));
    await expect(recording.finish()).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
    expect(await recording.abandon()).toEqual(run);
    expect(recoverResults(bytes(UNFINISHED_RESULTS), "x").results).toEqual(run);
  });

  it("begins without what an earlier run left, but for the mapped network that may be its own", async () => {
    const names = ["results.pb", "summary.json", "raster.svg", "report.html", "results.npz", "deployment.app"];
    for (const name of names) writeFileSync(join(directory, name), "earlier");
    const recording = await RunRecording.open(directory, planOf(syntheticRun()));
    await recording.abandon();
    expect(readdirSync(directory).sort()).toEqual(["deployment.app", UNFINISHED_RESULTS, "spikes.csv"]);
  });

  it("takes pieces that arrive at the same time", async () => {
    const run = syntheticRun();
    const recording = await RunRecording.open(directory, planOf({ ...run, populations: run.populations.slice(2) }));
    await recording.runTo(40);
    const pieces = Array.from({ length: 40 }, (_, tick) => spikesAt([tick, tick % 2]));
    await Promise.all(pieces.map((piece) => recording.addSpikes({ population: 0, ...piece })));
    const results = await recording.finish();
    expect(results.populations[0]!.spikes!.tick).toHaveLength(40);
    expect(text("spikes.csv").split("\n")).toHaveLength(42);
  });

  it("rejects a spike from before the stretch", async () => {
    const recording = await RunRecording.open(directory, planOf(syntheticRun()));
    await recording.runTo(20);
    await recording.runTo(40);
    await expect(recording.addSpikes({ population: 0, ...spikesAt([19, 0]) })).rejects.toMatchObject({
      code: "RECORDING_OUT_OF_RANGE",
    });
    await recording.abandon();
  });
});

describe("the directory of a run", () => {
  it("is made with its parents, and read back", async () => {
    const run = syntheticRun();
    const deep = join(directory, "a", "b");
    await writeResults(deep, run);
    const summary = summariseRun(run, syntheticFacts);
    await writeRunSummary(deep, summary);
    expect(await readRun(deep)).toEqual({ summary, results: run });
  });

  it("takes the recordings for NumPy, too", async () => {
    await writeResults(directory, syntheticRun());
    expect(await exportArrays(directory)).toBe(join(directory, "results.npz"));
    expect(bytes("results.npz").equals(Buffer.concat([...resultsNpzChunks(syntheticRun())]))).toBe(true);
  });

  it("is rejected when a file stands in its place", async () => {
    const path = join(directory, "file");
    writeFileSync(path, "");
    await expect(writeResults(path, syntheticRun())).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE", place: path });
    await expect(RunRecording.open(path, planOf(syntheticRun()))).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
  });

  it.skipIf(process.getuid?.() === 0)("is rejected when it may not be written", async () => {
    chmodSync(directory, 0o500);
    await expect(writeRunSummary(directory, summariseRun(syntheticRun(), syntheticFacts))).rejects.toMatchObject({
      code: "OUTPUT_UNWRITABLE",
      place: join(directory, "summary.json"),
    });
  });

  it("is rejected when it holds no run, naming the file that is missing", async () => {
    await expect(readRun(directory)).rejects.toMatchObject({ code: "NO_RUN", place: join(directory, "summary.json") });
  });
});

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportPage } from "../../src/report/page.ts";
import { rasterSvg } from "../../src/report/raster.ts";
import { compareResults } from "../../src/results/compare.ts";
import {
  exportArrays,
  readResults,
  readRunSummary,
  spikePieces,
  writeResults,
  writeRunSummary,
} from "../../src/results/index.ts";
import { UNFINISHED_RESULTS } from "../../src/results/output-directory.ts";
import { SPIKES_PER_PIECE, samplesPerPiece } from "../../src/results/pieces.ts";
import { resultsNpzChunks } from "../../src/results/python-export.ts";
import type { StoredRecordings } from "../../src/results/recording-file.ts";
import { planOf, type RecordingPlan } from "../../src/results/recording-plan.ts";
import { recoverRun } from "../../src/results/recover-run.ts";
import type { Results } from "../../src/results/results.ts";
import { RunRecording } from "../../src/results/run-recording.ts";
import { summariseRun } from "../../src/results/run-summary.ts";
import { recovered } from "./recovered.ts";
import { irregularSpikes, spikesAt, syntheticFacts, syntheticRun, syntheticSignal } from "./synthetic-run.ts";

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
      const recordings = await recording.finish();
      recordings[Symbol.dispose]();
      expect(await readResults(directory)).toEqual(run);
      expect([text("spikes.csv"), bytes("results.pb")]).toEqual(whole);
      expect(readdirSync(directory).sort()).toEqual(["results.pb", "spikes.csv"]);
    }
  });

  it("has on disk, at any time, the stretches that are over", async () => {
    const run = syntheticRun();
    const recording = await RunRecording.open(directory, planOf(run));
    await recordStretch(recording, run, 0, 20);
    await recording.runTo(40);
    const left = recovered(bytes(UNFINISHED_RESULTS));
    expect(left).toMatchObject({ complete: false, results: { ticks: 40 } });
    const before20 = [...run.populations[0]!.spikes!.tick].filter((tick) => tick < 20);
    expect([...left.results.populations[0]!.spikes!.tick]).toEqual(before20);
    expect(left.results.populations[0]!.signals[0]!.words).toEqual(
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
    await recording.abandon();
    expect(text("spikes.csv")).toMatch(/\nE,2,33,33\n$/);
    const { results } = recovered(bytes(UNFINISHED_RESULTS));
    expect(results.populations[0]!.spikes!.tick.at(-1)).toBe(33);
    expect(readdirSync(directory).sort()).toEqual([UNFINISHED_RESULTS, "spikes.csv"]);
  });

  it("keeps what was recorded when the final file cannot be written", async () => {
    const run = syntheticRun();
    const recording = await RunRecording.open(directory, planOf(run));
    await recordStretch(recording, run, 0, 40);
    mkdirSync(join(directory, "results.pb.new"));
    await expect(recording.finish()).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
    await recording.abandon();
    expect(recovered(bytes(UNFINISHED_RESULTS)).results).toEqual(run);
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
    using recordings = await recording.finish();
    const [piece] = spikePieces(recordings.populations[0]!.spikes!);
    expect([...piece!.tick]).toEqual([...Array(40).keys()]);
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

describe("a run that broke off", () => {
  it("is recovered up to the last tick of which everything had been read", async () => {
    const run = syntheticRun();
    const recording = await RunRecording.open(directory, planOf(run));
    await recordStretch(recording, run, 0, 13);
    await recording.stretchOver();
    await recordStretch(recording, run, 13, 20);
    await recording.stretchOver();
    await recording.runTo(40);
    await recording.addSpikes({ population: 0, ...spikesAt([33, 2]) });
    await recording.abandon();
    await expect(readRunSummary(directory)).rejects.toMatchObject({
      code: "NO_RUN",
      remedy: expect.stringContaining("spinloom recover"),
    });

    expect(await recoverRun(directory)).toMatchObject({ ticks: 20, timestepMicros: 1000 });

    expect(readdirSync(directory).sort()).toEqual(["results.pb", "spikes.csv"]);
    const files = [text("spikes.csv"), bytes("results.pb")];
    await writeResults(directory, firstTicks(run, 20));
    expect([text("spikes.csv"), bytes("results.pb")]).toEqual(files);
  });

  it("is recovered as well when the very last piece was cut off in the middle", async () => {
    const run = syntheticRun();
    const recording = await RunRecording.open(directory, planOf(run));
    await recordStretch(recording, run, 0, 20);
    await recording.stretchOver();
    await recordStretch(recording, run, 20, 40);
    await recording.abandon();
    writeFileSync(join(directory, UNFINISHED_RESULTS), bytes(UNFINISHED_RESULTS).subarray(0, -7));
    await recoverRun(directory);
    expect(await readResults(directory)).toEqual(firstTicks(run, 20));
  });

  it("says so when nothing had been read, and when the directory has no such run", async () => {
    await expect(recoverRun(directory)).rejects.toMatchObject({ code: "NO_RUN" });
    const recording = await RunRecording.open(directory, planOf(syntheticRun()));
    await recording.runTo(40);
    await recording.abandon();
    await expect(recoverRun(directory)).rejects.toMatchObject({ code: "NOTHING_RECORDED" });
    expect(readdirSync(directory)).toContain(UNFINISHED_RESULTS);
  });
});

/** What a run of so many ticks of it would have recorded. */
function firstTicks(run: Results, ticks: number): Results {
  return {
    ...run,
    ticks,
    populations: run.populations.map(({ spikes, signals, ...population }) => ({
      ...population,
      ...(spikes && {
        spikes: spikesAt(
          ...[...spikes.tick].map((tick, i) => [tick, spikes.neuron[i]!] as const).filter(([tick]) => tick < ticks),
        ),
      }),
      signals: signals.map((signal) => ({
        ...signal,
        words: signal.words.slice(0, Math.ceil(ticks / signal.intervalTicks) * signal.neurons.length),
      })),
    })),
  };
}

describe("recordings in a file", () => {
  /** More than a piece of everything. */
  const [ticks, size] = [1800, 600];
  const run: Results = {
    ...syntheticRun(),
    ticks,
    populations: [
      {
        name: "E",
        size,
        cellType: "IF_cond_exp",
        spikes: irregularSpikes(size, ticks, 1000, 600, 1),
        signals: [syntheticSignal("v", [...Array(size).keys()], ticks, 1), syntheticSignal("gsyn_exc", [7], ticks, 3)],
      },
      { name: "S", size: 5, cellType: "X", spikes: irregularSpikes(5, ticks, 1000, 100, 2), signals: [] },
    ],
  };

  /** In stretches of 700 ticks, and of each the cells from 400 on first. */
  async function recordInBlocks(): Promise<StoredRecordings> {
    const recording = await RunRecording.open(directory, planOf(run));
    for (let from = 0; from < ticks; from += 700) {
      const to = Math.min(ticks, from + 700);
      await recording.runTo(to);
      for (const [population, { spikes, signals }] of run.populations.entries()) {
        for (const [low, high] of [
          [400, 600],
          [0, 400],
        ] as const) {
          const of = (numbers: Uint32Array): Uint32Array =>
            numbers.filter((_, i) => {
              const [tick, neuron] = [spikes!.tick[i]!, spikes!.neuron[i]!];
              return tick >= from && tick < to && neuron >= low && neuron < high;
            });
          const reversed = { tick: of(spikes!.tick).reverse(), neuron: of(spikes!.neuron).reverse() };
          await recording.addSpikes({ population, ...reversed });
          for (const [signal, { neurons, words, intervalTicks }] of signals.entries()) {
            const firstColumn = neurons.findIndex((n) => n >= low && n < high);
            const columns = neurons.filter((n) => n >= low && n < high).length;
            if (columns === 0) continue;
            const firstSample = Math.ceil(from / intervalTicks);
            const part = new Int32Array((Math.ceil(to / intervalTicks) - firstSample) * columns);
            for (let at = 0; at < part.length; at += columns) {
              const row = (firstSample + at / columns) * neurons.length + firstColumn;
              part.set(words.subarray(row, row + columns), at);
            }
            await recording.addSamples({ population, signal, firstSample, firstColumn, columns, words: part });
          }
        }
      }
    }
    return recording.finish();
  }

  it("that came core by core and stretch by stretch are the whole, in every number and picture", async () => {
    using stored = await recordInBlocks();
    expect(run.populations[0]!.spikes!.tick.length).toBeGreaterThan(SPIKES_PER_PIECE);
    expect(ticks).toBeGreaterThan(samplesPerPiece(size));
    expect(compareResults(run, await readResults(directory)).identical).toBe(true);
    expect(compareResults(run, stored)).toMatchObject({ identical: true, words: ticks * size + ticks / 3 });
    expect(summariseRun(stored, syntheticFacts)).toEqual(summariseRun(run, syntheticFacts));
    expect(rasterSvg(stored)).toBe(rasterSvg(run));
    expect(reportPage({ summary: summariseRun(run, syntheticFacts), results: stored })).toBe(
      reportPage({ summary: summariseRun(run, syntheticFacts), results: run }),
    );
    expect(Buffer.concat([...resultsNpzChunks(stored)]).equals(Buffer.concat([...resultsNpzChunks(run)]))).toBe(true);
  });

  it("are never all in memory: not while they arrive, nor when they are finished, compared and summed up", async () => {
    const gc = collectGarbage();
    const [columns, samples, stretches] = [1000, 1000, 48];
    const signal = { ...syntheticSignal("v", [...Array(columns).keys()], 0, 1) };
    const big: RecordingPlan = {
      ...planOf(run),
      populations: [{ name: "E", size: columns, cellType: "X", spikesRecorded: false, signals: [signal] }],
    };
    gc();
    const before = process.memoryUsage().arrayBuffers;
    const whole = columns * samples * stretches * 4;
    let most = 0;
    // Buffers are freed by another thread, some time after the collector has found them: what is kept stays, however often
    // one looks.
    const look = async (): Promise<void> => {
      let kept = Number.POSITIVE_INFINITY;
      for (let again = 0; again < 100 && kept >= whole / 3; again++) {
        gc();
        await setImmediate();
        kept = Math.min(kept, process.memoryUsage().arrayBuffers - before);
      }
      most = Math.max(most, kept);
    };
    const recording = await RunRecording.open(directory, big);
    const words = new Int32Array(columns * samples).fill(7);
    for (let stretch = 0; stretch < stretches; stretch++) {
      await recording.runTo((stretch + 1) * samples);
      const firstSample = stretch * samples;
      await recording.addSamples({ population: 0, signal: 0, firstSample, firstColumn: 0, columns, words });
      if (stretch % 16 === 0) await look();
    }
    using stored = await recording.finish();
    await look();
    expect(compareResults(stored, stored)).toMatchObject({ identical: true, words: columns * samples * stretches });
    await look();
    expect(summariseRun(stored, syntheticFacts).populations[0]!.signals.v).toMatchObject({ min: 7 * 2 ** -23 });
    await look();
    expect(most).toBeLessThan(whole / 3);
  });
});

/** The engine's own collector, which programs are not given otherwise. */
function collectGarbage(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

describe("the directory of a run", () => {
  it("is made with its parents, and read back", async () => {
    const run = syntheticRun();
    const deep = join(directory, "a", "b");
    await writeResults(deep, run);
    const summary = summariseRun(run, syntheticFacts);
    await writeRunSummary(deep, summary);
    expect(await readRunSummary(deep)).toEqual(summary);
    expect(await readResults(deep)).toEqual(run);
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
    await expect(readRunSummary(directory)).rejects.toMatchObject({
      code: "NO_RUN",
      place: join(directory, "summary.json"),
    });
  });
});

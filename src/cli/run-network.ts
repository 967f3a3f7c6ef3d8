import type { Deployment } from "../image/deployment.ts";
import { type CoreDeadlines, coreDeadlines } from "../pipeline/deadlines.ts";
import { deploymentFacts } from "../pipeline/deployment-facts.ts";
import { emulate } from "../pipeline/emulate.ts";
import { recordingPlan } from "../pipeline/read-recordings.ts";
import type { RunCounters } from "../pipeline/run-counters.ts";
import { runDeployment } from "../pipeline/run-deployment.ts";
import {
  type CheckSummary,
  type Comparison,
  compareResults,
  describeDifference,
  type RecordingSink,
  type Results,
  ResultsAssembler,
  type RunSummary,
  summariseRun,
} from "../results/index.ts";
import { closingAfter } from "./closing-after.ts";
import type { Progress, ProgressStage } from "./progress.ts";
import type { StageClock } from "./stage-clock.ts";
import { type BoardChoice, type BoardMode, boardName, openTarget } from "./targets.ts";
import { packageVersion } from "./version.ts";

export interface RunSettings {
  readonly board: BoardChoice;
  readonly mode: BoardMode;
  readonly threads: number;
  /** File of the SCAMP image that mode `scamp` runs. */
  readonly scamp?: string | undefined;
  /** Directory the recordings are written to as they arrive. */
  readonly out?: string | undefined;
}

export interface FinishedRun {
  readonly results: Results;
  readonly counters: RunCounters;
  readonly scamp: string | undefined;
  /** How each core kept its time; undefined where no cycles were counted. */
  readonly deadlines: readonly CoreDeadlines[] | undefined;
}

/** Loads a deployment where the settings say, runs it to its end and reads everything back. */
export async function runNetwork(
  deployment: Deployment,
  settings: RunSettings,
  clock: StageClock,
  signal: AbortSignal,
  progress: Progress,
): Promise<FinishedRun> {
  const recording = await openSink(deployment, settings.out);
  const stages = new RunStages(clock, progress);
  try {
    const opened = await openTarget(deployment, settings.board, {
      ...settings,
      signal,
      onLoad: (done, total, what) => stages.at("load", what, done, total),
    });
    return await closingAfter(opened.close, async () => {
      const counters = await runDeployment(deployment, opened.target, recording.sink, {
        signal,
        onBegin: (stage, total) => stages.at(stage, stage === "run" ? "ticks" : "bytes", 0, total),
        onProgress: ({ stage, done, total }) => stages.at(stage, stage === "run" ? "ticks" : "bytes", done, total),
      });
      stages.end();
      const deadlines = await coreDeadlines(deployment, opened.target);
      const counted = deadlines.some(({ worstCycles }) => worstCycles > 0);
      return {
        results: await recording.finish(),
        counters,
        scamp: opened.scamp,
        deadlines: counted ? deadlines : undefined,
      };
    });
  } catch (error) {
    stages.end();
    await recording.abandon().catch(() => {});
    throw error;
  }
}

/** Times and shows the stages of a run: load, then run and read back in turn. */
class RunStages {
  readonly #clock: StageClock;
  readonly #progress: Progress;
  #stage: string | undefined;
  #shown: { readonly what: string; readonly bar: ProgressStage } | undefined;

  constructor(clock: StageClock, progress: Progress) {
    this.#clock = clock;
    this.#progress = progress;
    this.#begin("load");
  }

  at(stage: string, what: string, done: number, total: number): void {
    if (stage !== this.#stage) {
      this.end();
      this.#begin(stage);
    }
    if (this.#shown?.what !== what) {
      this.#shown?.bar.end();
      this.#shown = { what, bar: this.#progress.begin(stage, total, what) };
    }
    this.#shown.bar.update(done);
  }

  end(): void {
    this.#shown?.bar.end();
    this.#shown = undefined;
    if (this.#stage !== undefined) this.#clock.mark(this.#stage, "end");
    this.#stage = undefined;
  }

  #begin(stage: string): void {
    this.#stage = stage;
    this.#clock.mark(stage, "begin");
  }
}

/** Where recordings go: to files as they arrive if a directory was named, to memory otherwise. */
interface RunSink {
  readonly sink: RecordingSink;
  finish(): Promise<Results>;
  /** The run broke off: what was recorded stays in the files. */
  abandon(): Promise<void>;
}

async function openSink(deployment: Deployment, out: string | undefined): Promise<RunSink> {
  const plan = recordingPlan(deployment);
  if (out === undefined) {
    const sink = new ResultsAssembler(plan);
    return { sink, finish: () => Promise.resolve(sink.finish()), abandon: () => Promise.resolve() };
  }
  const { RunRecording } = await import("../results/run-recording.ts");
  const sink = await RunRecording.open(out, plan);
  return {
    sink,
    finish: () => sink.finish(),
    abandon: async () => {
      await sink.abandon();
    },
  };
}

/** Runs the same deployment in this process and compares every spike and every recorded word. */
export async function checkAgainstEmulator(
  deployment: Deployment,
  results: Results,
  threads: number,
  signal: AbortSignal,
): Promise<{ readonly comparison: Comparison; readonly summary: CheckSummary }> {
  const { results: expected } = await emulate(deployment, { threads, signal });
  const comparison = compareResults(expected, results);
  return { comparison, summary: checkSummary(comparison, results) };
}

function checkSummary(comparison: Comparison, results: Results): CheckSummary {
  const { populations } = results;
  return {
    against: "emulator",
    identical: comparison.identical,
    spikes: populations.reduce((sum, p) => sum + (p.spikes?.tick.length ?? 0), 0),
    words: populations.reduce((sum, p) => sum + p.signals.reduce((words, s) => words + s.words.length, 0), 0),
    differences: comparison.differences,
    first: comparison.first === undefined ? null : describeDifference(comparison.first, "emulator", "board"),
  };
}

/** The numbers of a finished run. */
export function summarise(
  deployment: Deployment,
  { results, counters, scamp }: FinishedRun,
  settings: RunSettings,
  check: CheckSummary | null,
  phasesMs: Readonly<Record<string, number>>,
): RunSummary {
  const facts = deploymentFacts(deployment);
  const { certified, late, saturated, dropped, overruns } = counters;
  return summariseRun(
    results,
    {
      board: boardName(settings.board),
      mode: settings.board.kind === "virtual" ? settings.mode : null,
      machine: facts.machine,
      chips: facts.chips,
      cores: facts.cores,
      synapses: facts.synapses,
      entries: { total: facts.entries.total, largest: facts.entries.largest },
      certified,
      late,
      saturated,
      dropped,
      overruns,
      check,
      phases_ms: phasesMs,
      versions: {
        spinloom: packageVersion(),
        node: process.versions.node,
        ...(scamp === undefined ? {} : { scamp }),
      },
    },
    new Map(deployment.populations.map(({ name, role }) => [name, role])),
  );
}

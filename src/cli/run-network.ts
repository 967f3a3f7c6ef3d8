import { tmpdir } from "node:os";
import type { Deployment } from "../image/deployment.ts";
import { deploymentPieces } from "../image/deployment-file.ts";
import { type CoreDeadlines, coreDeadlines } from "../pipeline/deadlines.ts";
import { deploymentFacts } from "../pipeline/deployment-facts.ts";
import { EmulatorTarget } from "../pipeline/emulator-target.ts";
import { recordingPlan } from "../pipeline/read-recordings.ts";
import type { RunCounters } from "../pipeline/run-counters.ts";
import { runDeployment } from "../pipeline/run-deployment.ts";
import {
  type CheckSummary,
  type Comparison,
  compareResults,
  describeDifference,
  type RecordingPlan,
  type RecordingSink,
  type Recordings,
  type RunSummary,
  type StoredRecordings,
  sampleCount,
  spikeCount,
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
  /** Longest wait for cores that do not reach the end of the run, s. */
  readonly limit?: number | undefined;
  /** Directory the recordings are written to as they arrive. */
  readonly out?: string | undefined;
}

export interface FinishedRun {
  /** To be closed by whoever asked for the run. */
  readonly recordings: StoredRecordings;
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
      const deadlines = coreDeadlines(deployment, counters.cores);
      const counted = deadlines.some(({ worstCycles }) => worstCycles > 0);
      return {
        recordings: await recording.finish(),
        counters,
        scamp: opened.scamp,
        deadlines: counted ? deadlines : undefined,
      };
    });
  } catch (error) {
    stages.end();
    // The failure is what the user must hear of, not what tidying up after it met.
    const kept = await recording.abandon().catch(() => 0);
    if (kept > 0 && settings.out !== undefined)
      process.stderr.write(`${kept} ticks were recorded: \`spinloom recover ${settings.out}\` keeps them\n`);
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

/** Where recordings go as they arrive: never only to memory, which a long run would fill. */
interface RunSink {
  readonly sink: RecordingSink;
  finish(): Promise<StoredRecordings>;
  /** The run broke off. Resolves with the ticks whose recordings stay in the directory that was named. */
  abandon(): Promise<number>;
}

async function openSink(deployment: Deployment, out: string | undefined): Promise<RunSink> {
  const plan = recordingPlan(deployment);
  if (out === undefined) return temporarySink(plan, tmpdir());
  const [{ RunRecording }, { RUN_FILES, writeOutputFile }] = await Promise.all([
    import("../results/run-recording.ts"),
    import("../results/output-directory.ts"),
  ]);
  const sink = await RunRecording.open(out, plan);
  // Now, so that recordings of a run that breaks off do not lie beside the mapping of an earlier one.
  await writeOutputFile(out, RUN_FILES.deployment, deploymentPieces(deployment));
  return { sink, finish: () => sink.finish(), abandon: () => sink.abandon() };
}

/** A file without a name in a directory. */
async function temporarySink(plan: RecordingPlan, directory: string): Promise<RunSink> {
  const { RecordingJournal } = await import("../results/recording-journal.ts");
  const sink = await RecordingJournal.temporary(directory, plan);
  const abandon = async (): Promise<number> => {
    await sink.close();
    return 0;
  };
  return { sink, finish: () => sink.finish(), abandon };
}

export interface CheckSettings {
  readonly threads: number;
  /** Directory of the run, which has room for what the emulator records, too. */
  readonly out?: string | undefined;
}

/** Runs the same deployment in this process and compares every spike and every recorded word. */
export async function checkAgainstEmulator(
  deployment: Deployment,
  recordings: Recordings,
  { threads, out }: CheckSettings,
  signal: AbortSignal,
): Promise<{ readonly comparison: Comparison; readonly summary: CheckSummary }> {
  const { sink, finish, abandon } = await temporarySink(recordingPlan(deployment), out ?? tmpdir());
  try {
    await runDeployment(deployment, new EmulatorTarget(deployment, threads), sink, { signal });
    using expected = await finish();
    const comparison = compareResults(expected, recordings);
    return { comparison, summary: checkSummary(comparison, recordings) };
  } finally {
    await abandon();
  }
}

function checkSummary(comparison: Comparison, { populations }: Recordings): CheckSummary {
  return {
    against: "emulator",
    identical: comparison.identical,
    spikes: populations.reduce((sum, { spikes }) => sum + (spikes === undefined ? 0 : spikeCount(spikes)), 0),
    words: populations.reduce(
      (sum, { signals }) => sum + signals.reduce((words, s) => words + sampleCount(s) * s.neurons.length, 0),
      0,
    ),
    differences: comparison.differences,
    first: comparison.first === undefined ? null : describeDifference(comparison.first, "emulator", "board"),
  };
}

/** The numbers of a finished run. */
export function summarise(
  deployment: Deployment,
  { recordings, counters, scamp }: FinishedRun,
  settings: RunSettings,
  check: CheckSummary | null,
  phasesMs: Readonly<Record<string, number>>,
): RunSummary {
  const facts = deploymentFacts(deployment);
  const { certified, late, saturated, dropped, overruns } = counters;
  return summariseRun(
    recordings,
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

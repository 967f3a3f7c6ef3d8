import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { InputError, SpinloomError } from "../errors.ts";
import { parseMachine } from "../machine/index.ts";
import { makeOutputDirectory } from "../results/index.ts";
import { threadEntry } from "../thread-entry.ts";
import type { FinishedRun } from "./sweep-journal.ts";
import { SweepJournal } from "./sweep-journal.ts";
import { checkAxes, pointValues, type SweepPlan, type SweepRun, sweepRuns } from "./sweep-plan.ts";
import { type SweepPoint, sweepTable } from "./sweep-table.ts";
import type { SweepAnswer, SweepThreadData } from "./sweep-thread.ts";

export interface SweepOptions {
  /** Threads that measure runs; the results do not depend on it. */
  readonly threads: number;
  /** Directory of the journal, from which an interrupted sweep goes on. */
  readonly out?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many runs are finished, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A run of a sweep failed; what was finished before is in the journal. */
export class SweepRunError extends SpinloomError {
  readonly code = "SWEEP_RUN";
}

/** The same for a value that the network does not take. */
export class SweepValueError extends InputError {
  readonly code = "SWEEP_VALUE";
}

/** Measures every point of a grid with every seed. Points in order, means over seeds. */
export async function sweep(plan: SweepPlan, options: SweepOptions): Promise<SweepPoint[]> {
  checkAxes(plan);
  const machine = parseMachine(plan.machine, (path) => readFileSync(path, "utf8"));
  if (options.out !== undefined) await makeOutputDirectory(options.out);
  const journal = options.out === undefined ? undefined : await SweepJournal.open(options.out, plan);
  const runs = sweepRuns(plan);
  const finished = new Map((journal?.finished ?? []).map((run) => [id(run), run]));
  const waiting = runs.filter((run) => !finished.has(id(run)));
  options.onProgress?.(finished.size, runs.length);
  const data: SweepThreadData = { plan, machine };
  const threads = Math.min(Math.max(1, options.threads), waiting.length);
  const workers = Array.from(
    { length: threads },
    () => new Worker(threadEntry("sweep/sweep-thread"), { workerData: data }),
  );
  // Appended one after the other, whoever finishes first.
  let written: Promise<void> = Promise.resolve();
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
          const done = await measured(worker, plan, run, options.signal);
          finished.set(id(run), done);
          written = written.then(() => journal?.add(done));
          await written;
          options.onProgress?.(finished.size, runs.length);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  const all = runs.map((run) => finished.get(id(run))!);
  await journal?.close(all);
  return sweepTable(plan, all);
}

async function measured(
  worker: Worker,
  plan: SweepPlan,
  run: SweepRun,
  signal: AbortSignal | undefined,
): Promise<FinishedRun> {
  signal?.throwIfAborted();
  worker.postMessage(run);
  const [answer] = (await once(worker, "message", signal === undefined ? {} : { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  })) as [SweepAnswer];
  if (answer.kind === "measured") return { ...run, measure: answer.measure };
  const values = pointValues(plan.axes, run.point);
  const where = plan.axes.map(({ path }, i) => `${path}=${values[i]}`).join(", ");
  const place = `${answer.place} (at ${where}, seed ${run.seed})`;
  throw answer.input
    ? new SweepValueError(place, answer.found, answer.remedy)
    : new SweepRunError(place, answer.found, answer.remedy);
}

function id({ point, seed }: SweepRun): string {
  return `${point} ${seed}`;
}

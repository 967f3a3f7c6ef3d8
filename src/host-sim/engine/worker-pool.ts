import { Worker } from "node:worker_threads";
import { threadEntry } from "../thread-entry.ts";
import type { LoopProgram } from "./tick-loop.ts";

/** Asks a worker to run ticks `[from .. until)`; it answers with {@link WorkerReply}. */
export interface WorkerRequest {
  readonly from: number;
  readonly until: number;
}

export type WorkerReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };

/** Threads that run one loop program each. */
export class WorkerPool {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  static async start(programs: readonly LoopProgram[]): Promise<WorkerPool> {
    const entry = threadEntry("engine/worker");
    const workers = programs.map((program) => new Worker(entry, { workerData: program }));
    const pool = new WorkerPool(workers);
    await Promise.all(workers.map((worker) => reply(worker)));
    return pool;
  }

  /** Resolves when all workers have run the ticks. Other workers wait for the caller's own loop, so it must run too. */
  async run(from: number, until: number): Promise<void> {
    const request: WorkerRequest = { from, until };
    const done = this.#workers.map((worker) => reply(worker));
    for (const worker of this.#workers) worker.postMessage(request);
    await Promise.all(done);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function reply(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void): void => {
      worker.off("message", onMessage).off("error", onError);
      settled();
    };
    const onMessage = (message: WorkerReply): void => {
      settle(() => (message.kind === "failed" ? reject(new Error(message.message)) : resolve()));
    };
    const onError = (error: unknown): void =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    worker.on("message", onMessage).on("error", onError);
  });
}

import { Worker } from "node:worker_threads";
import { SpinloomError } from "../../errors.ts";
import { threadEntry } from "../../thread-entry.ts";
import type { LoopProgram } from "./tick-loop.ts";

/** Asks a worker to run until a tick; it answers "done". */
export interface WorkerRequest {
  readonly until: number;
}

/** "ready" once, when the worker has started. */
export type WorkerReply = "ready" | "done";

/** Threads that run one loop program each. */
export class WorkerPool {
  readonly #threads: readonly EngineThread[];

  private constructor(threads: readonly EngineThread[]) {
    this.#threads = threads;
  }

  /** @throws {EngineThreadError} a thread did not start */
  static async start(programs: readonly LoopProgram[]): Promise<WorkerPool> {
    const pool = new WorkerPool(programs.map((program) => new EngineThread(program)));
    try {
      await pool.#replies();
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /**
   * Resolves when all workers have run until the tick. Other workers wait for the caller's own loop, so it must run too.
   *
   * @throws {EngineThreadError} a thread has ended, now or before
   */
  run(until: number): Promise<void> {
    const request: WorkerRequest = { until };
    for (const thread of this.#threads) thread.worker.postMessage(request);
    return this.#replies();
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  async #replies(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.reply()));
  }
}

class EngineThread {
  readonly worker: Worker;
  #ended: EngineThreadError | undefined;
  #awaited: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  constructor(program: LoopProgram) {
    this.worker = new Worker(threadEntry("host-sim/engine/worker"), { workerData: program });
    this.worker.on("message", () => this.#awaited?.resolve());
    this.worker.on("error", (error) => this.#end("it failed", error));
    this.worker.on("exit", (code) => this.#end(`it ended with exit code ${code}`));
  }

  /** The next message, or the reason why none will come. */
  reply(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) reject(this.#ended);
      else this.#awaited = { resolve, reject };
    });
  }

  #end(found: string, cause?: unknown): void {
    this.#ended ??= new EngineThreadError(found, cause);
    this.#awaited?.reject(this.#ended);
  }
}

/** A thread that has part of the cores has ended during a run. */
export class EngineThreadError extends SpinloomError {
  readonly code = "ENGINE_THREAD";

  constructor(found: string, cause: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    super("thread of the engine", `${found}${reason}`, "Run again, with one thread if memory is short.", { cause });
  }
}

import type { Deployment } from "../image/deployment.ts";
import type { ResultCollector } from "./collect.ts";
import type { RunTarget } from "./run-target.ts";

export interface ExecuteOptions {
  /** Told how far the run is, in ticks, and how much of a cut's recordings has been read, in bytes. */
  readonly onProgress?: (progress: ExecuteProgress) => void;
  /** Stops between two cuts; what has been read stays in the collector. */
  readonly signal?: AbortSignal;
}

export interface ExecuteProgress {
  readonly stage: "run" | "read";
  readonly done: number;
  readonly total: number;
}

/**
 * Runs all phases of a loaded deployment, cutting where recordings must be read to make room, and hands what was
 * recorded to the collector as it arrives.
 */
export async function execute(
  deployment: Deployment,
  target: RunTarget,
  collector: ResultCollector,
  options: ExecuteOptions = {},
): Promise<void> {
  const total = deployment.phases.reduce((sum, p) => sum + p.ticks, 0);
  let tick = 0;
  for (const { ticks, patches } of deployment.phases) {
    for (const [core, list] of patches.entries()) if (list.length > 0) await target.rewrite(core, list);
    const end = tick + ticks;
    while (tick < end) {
      options.signal?.throwIfAborted();
      const until = Math.min(end, tick + deployment.ticksPerCut);
      await target.runUntil(until);
      options.onProgress?.({ stage: "run", done: until, total });
      const bytes = collector.bytesOf(tick, until);
      let read = 0;
      await collector.take(target, tick, until, (more) => {
        read += more;
        options.onProgress?.({ stage: "read", done: read, total: bytes });
      });
      tick = until;
    }
  }
}

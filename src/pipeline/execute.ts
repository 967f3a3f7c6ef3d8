import type { Deployment } from "../image/deployment.ts";
import type { RecordingSink } from "../results/index.ts";
import { RecordingReader } from "./read-recordings.ts";
import type { RunTarget } from "./run-target.ts";

export interface ExecuteOptions {
  /** Told that a stretch begins: of how many ticks the run is, or how many bytes are to be read. */
  readonly onBegin?: (stage: ExecuteProgress["stage"], total: number) => void;
  /** Told how far the run is, in ticks, and how much of a cut's recordings has been read, in bytes. */
  readonly onProgress?: (progress: ExecuteProgress) => void;
  /** Stops between two cuts, or sooner where the target can; the sink has what was recorded until then. */
  readonly signal?: AbortSignal;
}

export interface ExecuteProgress {
  readonly stage: "run" | "read";
  readonly done: number;
  readonly total: number;
}

/**
 * Runs all phases of a loaded deployment, cutting where recordings must be read to make room, and hands what was
 * recorded to the sink as it arrives.
 */
export async function execute(
  deployment: Deployment,
  target: RunTarget,
  sink: RecordingSink,
  options: ExecuteOptions = {},
): Promise<void> {
  const reader = new RecordingReader(deployment);
  const total = totalTicks(deployment);
  let tick = 0;
  for (const { ticks, patches } of deployment.phases) {
    for (const [core, list] of patches.entries()) if (list.length > 0) await target.rewrite(core, list);
    const end = tick + ticks;
    while (tick < end) {
      options.signal?.throwIfAborted();
      const until = Math.min(end, tick + deployment.ticksPerCut);
      options.onBegin?.("run", total);
      const reached = await target.runUntil(until, {
        signal: options.signal,
        onTick: (done) => options.onProgress?.({ stage: "run", done, total }),
      });
      options.onProgress?.({ stage: "run", done: reached, total });
      const bytes = reader.bytes(tick, reached);
      options.onBegin?.("read", bytes);
      let read = 0;
      await reader.read(target, tick, reached, sink, (more) => {
        read += more;
        options.onProgress?.({ stage: "read", done: read, total: bytes });
      });
      await sink.stretchOver?.();
      tick = reached;
    }
  }
}

export function totalTicks({ phases }: Deployment): number {
  return phases.reduce((sum, { ticks }) => sum + ticks, 0);
}

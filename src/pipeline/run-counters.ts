import type { Deployment } from "../image/deployment.ts";
import { readProvenance } from "./provenance.ts";
import type { RunTarget } from "./run-target.ts";

/** What went wrong in a run, in counts; all zero means that every bit is as it must be. */
export interface RunCounters {
  readonly late: number;
  /** Values clamped to the range of their format. */
  readonly saturated: number;
  readonly dropped: number;
  readonly overruns: number;
  readonly unknownKeys: number;
  /**
   * No spike was late or lost: the bits are those of every other mapping. Clamped values do not count against that: sums
   * are exact, so every mapping clamps the same ones to the same bits.
   */
  readonly certified: boolean;
}

/** Sums the counters of all cores and routers. */
export async function readCounters(deployment: Deployment, target: RunTarget): Promise<RunCounters> {
  const cores = await readProvenance(deployment, target);
  const sum = (name: keyof (typeof cores)[number]): number => cores.reduce((total, core) => total + core[name], 0);
  const dropped = sum("droppedPackets") + (await target.droppedByRouters());
  const [late, saturated, overruns, unknownKeys] = [
    sum("latePackets"),
    sum("saturations"),
    sum("overruns"),
    sum("unknownKeys"),
  ];
  return { late, saturated, dropped, overruns, unknownKeys, certified: late === 0 && dropped === 0 };
}

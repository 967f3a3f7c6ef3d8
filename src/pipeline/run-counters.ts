import type { Deployment } from "../image/deployment.ts";
import type { RunCounts } from "../results/index.ts";
import { coreCounters, type Provenance, readProvenance } from "./provenance.ts";
import type { RouterDrops, RunTarget } from "./run-target.ts";

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
  /** What every core counted, in the order of the deployment. */
  readonly cores: readonly Provenance[];
  /** Routers that gave up packets. */
  readonly routers: readonly RouterDrops[];
}

/** The same for `cores.json`. */
export function runCounts(deployment: Deployment, { cores, routers }: RunCounters): RunCounts {
  return {
    cores: coreCounters(deployment, cores),
    routers: routers.map(({ x, y, packets }) => ({ chip: [x, y], dropped_packets: packets })),
  };
}

/** Sums the counters of all cores and routers. */
export async function readCounters(deployment: Deployment, target: RunTarget): Promise<RunCounters> {
  const cores = await readProvenance(deployment, target);
  const sum = (name: keyof (typeof cores)[number]): number => cores.reduce((total, core) => total + core[name], 0);
  const routers = await target.droppedByRouters();
  const dropped = sum("droppedPackets") + routers.reduce((total, { packets }) => total + packets, 0);
  const [late, saturated, overruns, unknownKeys] = [
    sum("latePackets"),
    sum("saturations"),
    sum("overruns"),
    sum("unknownKeys"),
  ];
  return { late, saturated, dropped, overruns, unknownKeys, certified: late === 0 && dropped === 0, cores, routers };
}

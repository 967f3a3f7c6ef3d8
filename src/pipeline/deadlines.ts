import type { Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { doubleWord, type Provenance } from "./provenance.ts";

/** Core cycles a microsecond, at the 200 MHz that SCAMP sets. */
const CYCLES_PER_MICRO = 200;

/** How a core kept its time: what it was busy with in the ticks it has run, in cycles of 5 ns. */
export interface CoreDeadlines {
  /** Number of the core in the deployment. */
  readonly core: number;
  /** Cycles a tick has. */
  readonly tickCycles: number;
  readonly worstCycles: number;
  readonly worstTick: number;
  readonly meanCycles: number;
  /** Ticks that were not finished when the next began. */
  readonly overruns: number;
  /** Most packets that waited at once. */
  readonly deepestQueue: number;
  /** Mean cycles a tick in which a block transfer was under way. */
  readonly dmaCycles: number;
}

/** The times that cores have counted; zero on targets that have no cycles to count. */
export function coreDeadlines(deployment: Deployment, provenance: readonly Provenance[]): CoreDeadlines[] {
  return provenance.map((counted, core) => {
    const ticks = Math.max(1, counted.ticks);
    return {
      core,
      tickCycles: new ImageView(deployment.cores[core]!.image).config("timerMicros") * CYCLES_PER_MICRO,
      worstCycles: counted.worstCycles,
      worstTick: counted.worstTick,
      meanCycles: doubleWord(counted.totalCyclesHigh, counted.totalCyclesLow) / ticks,
      overruns: counted.overruns,
      deepestQueue: counted.deepestQueue,
      dmaCycles: doubleWord(counted.dmaCyclesHigh, counted.dmaCyclesLow) / ticks,
    };
  });
}

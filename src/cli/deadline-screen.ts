import type { Deployment } from "../image/deployment.ts";
import { chipCoord } from "../machine/machine.ts";
import type { CoreDeadlines } from "../pipeline/deadlines.ts";

/** Cores listed one by one; the busiest first. */
const LISTED = 5;

/** How the cores kept their time, for people: the busiest cores, and whether all met every deadline. */
export function deadlineScreen(deployment: Deployment, deadlines: readonly CoreDeadlines[]): string {
  const overran = deadlines.filter(({ overruns }) => overruns > 0);
  const busiest = deadlines.toSorted((a, b) => b.worstCycles - a.worstCycles || a.core - b.core).slice(0, LISTED);
  const verdict =
    overran.length === 0
      ? `deadlines  all ${deadlines.length} cores finished every tick in time`
      : `deadlines  ${overran.length} of ${deadlines.length} cores did not finish every tick in time; --timescale slows the ticks`;
  return [verdict, ...busiest.map((d) => `  ${coreText(deployment, d)}`)].join("\n");
}

function coreText({ cores, machine, populations }: Deployment, d: CoreDeadlines): string {
  const { chip, core, population, lo, hi } = cores[d.core]!;
  const { x, y } = chipCoord(machine, chip);
  const share = (cycles: number): string => `${((100 * cycles) / d.tickCycles).toFixed(0)} %`;
  return (
    `(${x}, ${y}) core ${core}, ${populations[population]!.name} ${lo}-${hi - 1}: ` +
    `worst ${d.worstCycles} of ${d.tickCycles} cycles (${share(d.worstCycles)}) in tick ${d.worstTick}, ` +
    `mean ${Math.round(d.meanCycles)} (${share(d.meanCycles)}), ${d.overruns} overruns, ` +
    `at most ${d.deepestQueue} packets waiting, ${Math.round(d.dmaCycles)} cycles of DMA a tick`
  );
}

/** The same as plain values, for scripts. */
export function deadlineFacts({ cores, machine }: Deployment, deadlines: readonly CoreDeadlines[]): readonly object[] {
  return deadlines.map((d) => {
    const { chip, core } = cores[d.core]!;
    const { x, y } = chipCoord(machine, chip);
    return {
      core: [x, y, core],
      tick_cycles: d.tickCycles,
      worst_cycles: d.worstCycles,
      worst_tick: d.worstTick,
      mean_cycles: d.meanCycles,
      overruns: d.overruns,
      deepest_queue: d.deepestQueue,
      dma_cycles: d.dmaCycles,
    };
  });
}

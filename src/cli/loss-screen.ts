import type { Deployment } from "../image/deployment.ts";
import { chipCoord } from "../machine/machine.ts";
import type { RunCounters } from "../pipeline/run-counters.ts";
import { counted } from "./counted.ts";

/** Places listed one by one; those that lost most first. */
const LISTED = 5;

/** Where packets were late or lost and what to do about it, for people; nothing when none were. */
export function lossScreen(
  { cores, machine, populations, timeScale }: Deployment,
  counters: Pick<RunCounters, "certified" | "cores" | "routers">,
): string | undefined {
  if (counters.certified) return undefined;
  const byCores = counters.cores.flatMap(({ latePackets, droppedPackets }, c) => {
    if (latePackets + droppedPackets === 0) return [];
    const { chip, core, population, lo, hi } = cores[c]!;
    const { x, y } = chipCoord(machine, chip);
    const place = `(${x}, ${y}) core ${core}, ${populations[population]!.name} ${lo}-${hi - 1}`;
    return [
      { lost: latePackets + droppedPackets, text: `${place}: ${latePackets} late, ${droppedPackets} dropped packets` },
    ];
  });
  const byRouters = counters.routers.map(({ x, y, packets }) => ({
    lost: packets,
    text: `router of (${x}, ${y}): gave up ${counted(packets, "packet")}`,
  }));
  const places = [...byCores, ...byRouters].sort((a, b) => b.lost - a.lost);
  const more = places.length - LISTED;
  // A slower tick alone would put more neurons on each core.
  const largest = Math.max(...cores.map(({ lo, hi }) => hi - lo));
  const remedy = `map again with --timescale ${2 * timeScale} --neurons-per-core ${largest}, or with fewer neurons a core`;
  return [
    `lost       on ${counted(byCores.length, "core")} and in ${counted(byRouters.length, "router")}; ${remedy}`,
    ...places.slice(0, LISTED).map(({ text }) => `  ${text}`),
    ...(more > 0 ? [`  and ${more} more: cores.json of \`run --out\` has all`] : []),
  ].join("\n");
}

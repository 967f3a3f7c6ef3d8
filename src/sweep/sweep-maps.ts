import { heatMapSvg } from "../report/heat-map.ts";
import type { SweepPlan } from "./sweep-plan.ts";
import type { SweepPoint } from "./sweep-table.ts";

/** Heat maps of a sweep by file name: the first parameter runs to the right, the second upwards. */
export function sweepMaps(title: string, { axes }: SweepPlan, points: readonly SweepPoint[]): Record<string, string> {
  const [x, y] = axes;
  const columns = x!.values.length;
  const rows = y?.values.length ?? 1;
  const map = (quantity: string, of: (point: SweepPoint) => number): string =>
    heatMapSvg({
      title,
      quantity,
      x: { title: x!.path, values: x!.values.map(String) },
      y: { title: y?.path ?? "", values: y?.values.map(String) ?? [""] },
      // Points have the second axis running fastest.
      values: Float64Array.from({ length: columns * rows }, (_, i) =>
        of(points[(i % columns) * rows + Math.floor(i / columns)]!),
      ),
    });
  return {
    "rate.svg": map("rate (Hz)", ({ rateHz }) => rateHz),
    "cv.svg": map("CV of intervals", ({ cvIsi }) => cvIsi ?? Number.NaN),
    "survival.svg": map("survival (ms)", ({ survivalMs }) => survivalMs),
  };
}

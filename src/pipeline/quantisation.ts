import type { ProjectionQuantisation } from "../image/deployment.ts";
import { toWeightUnits, type WeightGrid } from "../image/weight-grid.ts";
import type { Connectivity } from "../network/connectivity.ts";

/** What the grid and the tick did to the numbers of one projection. */
export function quantisation(
  projection: string,
  unit: string,
  connectivity: Connectivity,
  grid: WeightGrid,
): ProjectionQuantisation {
  const { weight, delayTicks, rowStart, preSize } = connectivity;
  const synapses = rowStart[preSize]!;
  let largestWeightError = 0;
  let lostWeights = 0;
  const weights = typeof weight === "number" ? (synapses === 0 ? [] : [weight]) : weight;
  const each = typeof weight === "number" ? synapses : 1;
  for (const w of weights) {
    const asked = Math.abs(w);
    if (asked === 0) continue;
    const stored = toWeightUnits(w, grid);
    largestWeightError = Math.max(largestWeightError, Math.abs(stored * grid.unit - asked) / asked);
    if (stored === 0) lostWeights += each;
  }
  const [minDelayTicks, maxDelayTicks] = delayRange(delayTicks);
  return {
    projection,
    synapses,
    unit,
    weightUnit: grid.unit,
    exact: grid.exact,
    largestWeightError,
    lostWeights,
    minDelayTicks,
    maxDelayTicks,
  };
}

/** Shortest and longest delay of a projection. */
export function delayRange(delayTicks: number | Uint16Array): readonly [number, number] {
  if (typeof delayTicks === "number") return [delayTicks, delayTicks];
  let [min, max] = [0xffff, 0];
  for (const d of delayTicks) {
    if (d < min) min = d;
    if (d > max) max = d;
  }
  return delayTicks.length === 0 ? [1, 1] : [min, max];
}

import type { ProjectionQuantisation } from "../image/deployment.ts";
import { toWeightUnits, type WeightGrid } from "../image/weight-grid.ts";
import type { Connectivity } from "../network/connectivity.ts";
import { msToTicks, type Network } from "../network/network.ts";
import { isList } from "../network/value-from-document.ts";

/** What the grid and the tick did to the numbers of one projection. */
export function quantisation(
  projection: string,
  unit: string,
  connectivity: Connectivity,
  grid: WeightGrid,
  largestDelayErrorMs: number,
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
    largestDelayErrorMs,
  };
}

/**
 * Farthest that rounding moves a delay of a projection to a whole tick, in ms. Of delays that are drawn it is half a
 * tick, the bound.
 */
export function largestDelayErrorMs({ projections, timestepMicros }: Network, projection: number): number {
  const { delay, connector } = projections[projection]!;
  const error = (ms: number): number => {
    const ticks = (ms * 1000) / timestepMicros;
    const distance = Math.abs(ticks - msToTicks(ms, timestepMicros));
    // What double precision makes of 0.3 ms in ticks of 0.1 ms is no error of the user's.
    return distance < 1e-9 * ticks ? 0 : (distance * timestepMicros) / 1000;
  };
  const worst = (list: Iterable<number>): number => {
    let most = 0;
    for (const ms of list) most = Math.max(most, error(ms));
    return most;
  };
  if (connector.type === "FromList" && connector.list.delayMs !== undefined) return worst(connector.list.delayMs);
  if (typeof delay === "number") return error(delay);
  return isList(delay) ? worst(delay) : timestepMicros / 2000;
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

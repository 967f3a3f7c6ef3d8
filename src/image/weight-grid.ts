import type { Connectivity } from "../network/connectivity.ts";

/** Largest weight in units: weights are 16-bit words. */
export const WEIGHT_LIMIT = 0xffff;

/**
 * The unit that the weights of one receptor are counted in, and what that does to them.
 *
 * Chosen for a whole population, from all projections onto it in all phases, so that no partition changes a bit.
 */
export interface WeightGrid {
  /** User units (uS, nA, mV) of one weight unit; positive. */
  readonly unit: number;
  /** True if every weight is a whole number of units to 1e-6. */
  readonly exact: boolean;
  /** Largest magnitude, in user units; 0 where there are no weights. */
  readonly largest: number;
}

/** Distinct magnitudes beyond which no common divisor is looked for. */
const MAX_DISTINCT = 64;
const COMMENSURABLE = 1e-6;

/**
 * The greatest common divisor of the weights where they have one, so that sums are exact counts; otherwise as fine a
 * grid as 16 bits allow.
 */
export function weightGrid(connectivities: readonly Connectivity[]): WeightGrid {
  const magnitudes = distinctMagnitudes(connectivities);
  if (magnitudes.size === 0) return { unit: 1, exact: true, largest: 0 };
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const m of magnitudes) {
    largest = Math.max(largest, m);
    smallest = Math.min(smallest, m);
  }
  if (magnitudes.size <= MAX_DISTINCT) {
    for (let divisor = 1; (largest / smallest) * divisor <= WEIGHT_LIMIT; divisor++) {
      const unit = smallest / divisor;
      if ([...magnitudes].every((m) => isWhole(m / unit))) return { unit, exact: true, largest };
    }
  }
  return { unit: largest / WEIGHT_LIMIT, exact: false, largest };
}

/** Whole weight units nearest to a weight; its sign is the receptor's business. */
export function toWeightUnits(weight: number, grid: WeightGrid): number {
  return Math.min(WEIGHT_LIMIT, Math.round(Math.abs(weight) / grid.unit));
}

function isWhole(units: number): boolean {
  return Math.abs(units - Math.round(units)) <= COMMENSURABLE * units;
}

/** Magnitudes other than 0; at most {@link MAX_DISTINCT} of them and the extremes, which is all that is asked for. */
function distinctMagnitudes(connectivities: readonly Connectivity[]): Set<number> {
  const found = new Set<number>();
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const { weight, rowStart, preSize } of connectivities) {
    if (rowStart[preSize] === 0) continue;
    const weights = typeof weight === "number" ? [weight] : weight;
    for (const w of weights) {
      const m = Math.abs(w);
      if (m === 0) continue;
      if (m > largest) largest = m;
      if (m < smallest) smallest = m;
      if (found.size <= MAX_DISTINCT) found.add(m);
    }
  }
  if (found.size > 0) found.add(largest).add(smallest);
  return found;
}

import type { CellType, ReceptorSpec } from "./cell-types.ts";
import { DelayRangeError, WeightSignError } from "./errors.ts";
import { type ConnectionList, msToTicks, type Value } from "./network.ts";
import type { Place } from "./place.ts";
import { checkNumbers } from "./value-from-document.ts";

/** What a projection ends at. */
export interface Target {
  readonly cellType: CellType;
  readonly receptor: string;
  readonly spec: ReceptorSpec;
}

/** The delays a network allows. */
export interface DelayLimits {
  readonly timestepMicros: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

/** @throws {WeightSignError} a weight that is sure to occur, or an end of a range, has the wrong sign */
export function checkWeights(weight: Value, target: Target, place: Place): void {
  checkNumbers(weight, place, (x, at) => checkWeight(x, target, at));
}

/** @throws {DelayRangeError} a delay that is sure to occur, or an end of a range, is out of the limits */
export function checkDelays(delay: Value, limits: DelayLimits, place: Place): void {
  checkNumbers(delay, place, (ms, at) => checkDelay(ms, limits, at));
}

/** The weights and delays of a list of connections. */
export function checkListed(
  { weight, delayMs }: ConnectionList,
  target: Target,
  limits: DelayLimits,
  placeOf: (i: number) => Place,
): void {
  weight?.forEach((x, i) => {
    checkWeight(x, target, placeOf(i));
  });
  delayMs?.forEach((ms, i) => {
    checkDelay(ms, limits, placeOf(i));
  });
}

function checkWeight(weight: number, { cellType, receptor, spec }: Target, place: Place): void {
  if (weight * spec.sign < 0) throw new WeightSignError(place, weight, receptor, cellType.name, spec.sign);
}

function checkDelay(ms: number, { timestepMicros, minDelayMs, maxDelayMs }: DelayLimits, place: Place): void {
  const ticks = msToTicks(ms, timestepMicros);
  if (ticks < msToTicks(minDelayMs, timestepMicros) || ticks > msToTicks(maxDelayMs, timestepMicros)) {
    throw new DelayRangeError(place, ms, minDelayMs, maxDelayMs);
  }
}

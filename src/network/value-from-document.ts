import type { ValueDocument } from "./document.ts";
import {
  CountMismatchError,
  MisplacedFieldError,
  MissingFieldError,
  UnknownNameError,
  ValueRangeError,
} from "./errors.ts";
import { type Distribution, msToTicks, type Value } from "./network.ts";
import type { Place } from "./place.ts";

/** Bounds a number must keep: inclusive `min` and `max`, exclusive `above`. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly unit?: string;
}

export function inRange(x: number, { min = -Infinity, max = Infinity, above = -Infinity }: Range): boolean {
  return x >= min && x <= max && x > above;
}

/** The range as a reader would say it: `above 0 to 1000 ms`. */
export function rangeText({ min, max, above, unit }: Range): string {
  const lower = above !== undefined ? `above ${above}` : min !== undefined ? `at least ${min}` : "";
  const upper = max !== undefined ? `at most ${max}` : "";
  const both = [lower, upper].filter((part) => part !== "").join(" and ");
  return `a number${both === "" ? "" : ` ${both}`}${unit === undefined || unit === "" ? "" : ` (${unit})`}`;
}

/** The five distributions and the fields each takes, in the order they are written. */
export const DISTRIBUTION_FIELDS: Readonly<
  Record<Distribution["distribution"], readonly ("low" | "high" | "mu" | "sigma" | "beta")[]>
> = {
  uniform: ["low", "high"],
  normal: ["mu", "sigma"],
  normal_clipped: ["mu", "sigma", "low", "high"],
  lognormal: ["mu", "sigma"],
  exponential: ["beta"],
};

/** A value whose every number is known to be in range; what a distribution may draw is judged by its bounds. */
export function checkedValue(document: ValueDocument, size: number, range: Range, place: Place): Value {
  const value = valueFromDocument(document, place);
  checkNumbers(value, place, (x, at) => {
    if (!inRange(x, range)) throw new ValueRangeError(at, x, rangeText(range));
  });
  if (Array.isArray(value) && value.length !== size) {
    throw new CountMismatchError(place, value.length, size, "neurons");
  }
  return value;
}

/** Calls `check` with every number the value is sure to give or may give at its ends. */
export function checkNumbers(value: Value, place: Place, check: (x: number, at: Place) => void): void {
  if (typeof value === "number") check(value, place);
  else if (isList(value)) for (let i = 0; i < value.length; i++) check(value[i]!, place.index(i));
  else if (value.distribution === "uniform" || value.distribution === "normal_clipped") {
    check(value.low, place.field("low"));
    check(value.high, place.field("high"));
  }
}

export function isList(value: Value): value is readonly number[] {
  return Array.isArray(value);
}

/** Number, list or distribution, judged by itself only. */
export function valueFromDocument(document: ValueDocument, place: Place): Value {
  const { constant, values, distribution } = document;
  if (distribution !== undefined && distribution !== "") {
    const known = Object.keys(DISTRIBUTION_FIELDS) as Distribution["distribution"][];
    const name = known.find((candidate) => candidate === distribution);
    if (name === undefined) throw new UnknownNameError(place, "distribution", distribution, known);
    return distributionFromDocument(name, document, place);
  }
  const stray = (["low", "high", "mu", "sigma", "beta"] as const).find((field) => document[field] !== undefined);
  if (stray !== undefined)
    throw new MissingFieldError(place.field("distribution"), `the distribution that has ${stray}`);
  if (constant !== undefined && values !== undefined)
    throw new MisplacedFieldError(place.field("values"), "constant", []);
  if (constant !== undefined) return constant;
  if (values !== undefined) return values;
  throw new MissingFieldError(place, "a number, a list of numbers or a distribution");
}

function distributionFromDocument(
  distribution: Distribution["distribution"],
  document: ValueDocument,
  place: Place,
): Distribution {
  const fields = DISTRIBUTION_FIELDS[distribution];
  for (const field of Object.keys(document)) {
    if (field !== "distribution" && !(fields as readonly string[]).includes(field)) {
      throw new MisplacedFieldError(place.field(field), distribution, fields);
    }
  }
  const numbers: Partial<Record<(typeof fields)[number], number>> = {};
  for (const field of fields) {
    const number = document[field];
    if (number === undefined)
      throw new MissingFieldError(place.field(field), `${field} of the ${distribution} distribution`);
    numbers[field] = number;
  }
  const { low = 0, high = 0, sigma = 0, beta = 1 } = numbers;
  if (low > high) throw new ValueRangeError(place.field("low"), low, `a number of at most high, ${high}`);
  if (sigma < 0) throw new ValueRangeError(place.field("sigma"), sigma, "a standard deviation of at least 0");
  if (beta <= 0) throw new ValueRangeError(place.field("beta"), beta, "a mean above 0");
  if (distribution === "normal_clipped" && (numbers.mu! < low || numbers.mu! > high)) {
    throw new ValueRangeError(place.field("mu"), numbers.mu, `a mean inside the clipping range, ${low} to ${high}`);
  }
  return { distribution, ...numbers } as Distribution;
}

/**
 * A time as a whole number of ticks, at least 1; nothing is rounded away.
 *
 * @throws {ValueRangeError} it is shorter than a tick, or between two
 */
export function wholeTicks(ms: number, timestepMicros: number, place: Place): number {
  const ticks = msToTicks(ms, timestepMicros);
  if (ticks < 1 || Math.abs((ms * 1000) / timestepMicros - ticks) > 1e-6 * ticks) {
    throw new ValueRangeError(place, ms, `a whole multiple of the tick, ${timestepMicros / 1000} ms`);
  }
  return ticks;
}

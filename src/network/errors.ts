import { InputError } from "../errors.ts";
import type { Place } from "./place.ts";

/** A value as an error message shows it: short, on one line. */
export function shown(value: unknown): string {
  const text = typeof value === "number" || value === undefined ? `${value}` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The text is not JSON, or the bytes are not an encoded network. */
export class NetworkSyntaxError extends InputError {
  readonly code = "NETWORK_SYNTAX";
  constructor(place: string, reason: string, cause?: unknown) {
    super(place, `not a network file: ${reason}`, "Write a JSON object by proto/network.proto, or its binary form.", {
      cause,
    });
  }
}

/** A file that the network names. */
export class FileNotReadError extends InputError {
  readonly code = "FILE_NOT_READ";
  constructor(place: Place, path: string, cause: unknown) {
    super(`${place}`, `cannot read ${path}`, "Give a path relative to the network file.", { cause });
  }
}

export class UnknownFieldError extends InputError {
  readonly code = "UNKNOWN_FIELD";
  constructor(place: Place, found: string, known: readonly string[]) {
    super(`${place}`, `found unknown field ${shown(found)}`, nearest(found, known));
  }
}

/** JSON would keep the last of them. */
export class DuplicateFieldError extends InputError {
  readonly code = "DUPLICATE_FIELD";
  constructor(place: string) {
    super(place, "found a second time in its object", "Keep one of them.");
  }
}

export class WrongTypeError extends InputError {
  readonly code = "WRONG_TYPE";
  constructor(place: Place, found: unknown, wanted: string) {
    super(`${place}`, `found ${shown(found)}`, `Give ${wanted}.`);
  }
}

export class MissingFieldError extends InputError {
  readonly code = "MISSING_FIELD";
  constructor(place: Place, meaning: string) {
    super(`${place}`, "found nothing", `Give ${meaning}.`);
  }
}

/** A field that this connector, distribution, structure or source does not take. */
export class MisplacedFieldError extends InputError {
  readonly code = "MISPLACED_FIELD";
  constructor(place: Place, owner: string, taken: readonly string[]) {
    const fields = taken.length === 0 ? "no fields of its own" : taken.join(", ");
    super(`${place}`, `found a field that ${owner} does not take`, `${owner} takes ${fields}.`);
  }
}

/** PyNN has the times among the parameters. */
export class MisplacedSpikeTimesError extends InputError {
  readonly code = "MISPLACED_FIELD";
  constructor(place: Place) {
    super(`${place}`, "found spike_times among the parameters", "Give spike_times beside the cell's type.");
  }
}

export class ValueRangeError extends InputError {
  readonly code = "VALUE_RANGE";
  constructor(place: Place, found: unknown, allowed: string) {
    super(`${place}`, `found ${shown(found)}`, `Give ${allowed}.`);
  }
}

export class ProbabilityRangeError extends InputError {
  readonly code = "PROBABILITY_RANGE";
  constructor(place: Place, found: number) {
    super(`${place}`, `found ${found}`, "A probability is between 0 and 1.");
  }
}

/** braintools' own rule and wording. */
export class FractionRangeError extends InputError {
  readonly code = "FRACTION_RANGE";
  constructor(place: Place, name: string, found: number) {
    super(`${place}`, `${name} must be between 0 and 1, got ${found}`, "Both ends are allowed.");
  }
}

/** braintools' own rule and wording. */
export class HalfGivenPairError extends InputError {
  readonly code = "HALF_GIVEN_PAIR";
  constructor(place: Place, quantity: "weight" | "delay") {
    super(
      `${place}`,
      `exc_${quantity} and inh_${quantity} must be both None or both specified`,
      "Give both, or leave both out.",
    );
  }
}

export class DelayRangeError extends InputError {
  readonly code = "DELAY_RANGE";
  constructor(place: Place | string, foundMs: number, minMs: number, maxMs: number) {
    super(
      `${place}`,
      `found a delay of ${foundMs} ms`,
      `After rounding to ticks a delay is from ${minMs} to ${maxMs} ms here; for a distribution with tails use normal_clipped.`,
    );
  }
}

export class WeightSignError extends InputError {
  readonly code = "WEIGHT_SIGN";
  constructor(place: Place | string, found: number, receptor: string, cellType: string, sign: 1 | -1) {
    super(
      `${place}`,
      `found weight ${found} for receptor ${receptor} of ${cellType}`,
      `Weights of this receptor are ${sign > 0 ? "positive" : "negative"} or 0.`,
    );
  }
}

/** A path that a setting names leads nowhere. */
export class UnknownSettingError extends InputError {
  readonly code = "UNKNOWN_SETTING";
  constructor(place: string, path: string, found: string, known: readonly string[]) {
    super(
      place,
      `${path}: ${found}`,
      known.length === 0 ? "Give a path such as projections.e2e.weight." : `There are ${known.join(", ")}.`,
    );
  }
}

/** A population, view, projection, cell type, connector ... that does not exist. */
export class UnknownNameError extends InputError {
  readonly code = "UNKNOWN_NAME";
  readonly kind: string;
  constructor(place: Place, kind: string, found: string, known: readonly string[]) {
    super(`${place}`, `found ${shown(found)}, which is no ${kind}`, nearest(found, known));
    this.kind = kind;
  }
}

export class DuplicateNameError extends InputError {
  readonly code = "DUPLICATE_NAME";
  constructor(place: Place, name: string, remedy = "Names of populations, views and projections are unique.") {
    super(`${place}`, `found ${shown(name)} a second time`, remedy);
  }
}

/** So many values given for so many elements. */
export class CountMismatchError extends InputError {
  readonly code = "COUNT_MISMATCH";

  /** @param remedy by default what holds where one number may stand for all */
  constructor(
    place: Place | string,
    found: number,
    wanted: number,
    elements: string,
    remedy = `Give one number for all, or ${wanted}.`,
  ) {
    super(`${place}`, `found ${found} value${found === 1 ? "" : "s"} for ${wanted} ${elements}`, remedy);
  }
}

/** A connector cannot be satisfied by these populations. */
export class ImpossibleConnectorError extends InputError {
  readonly code = "IMPOSSIBLE_CONNECTOR";
  constructor(place: Place | string, found: string, remedy: string) {
    super(`${place}`, found, remedy);
  }
}

/** More synapses in one projection than can be numbered or held. */
export class TooManySynapsesError extends InputError {
  readonly code = "TOO_MANY_SYNAPSES";
  readonly synapses: number;
  constructor(place: Place | string, synapses: number) {
    super(`${place}`, `found ${Math.round(synapses)} synapses`, "Connect more sparsely, or split the populations.");
    this.synapses = synapses;
  }
}

/** A drawn or listed value of a parameter or variable lies outside its range. */
export class DrawnValueError extends InputError {
  readonly code = "DRAWN_VALUE";
  constructor(place: string, found: number, element: number, allowed: string) {
    super(place, `drew ${found} for neuron ${element}`, `Allowed is ${allowed}; narrow the distribution.`);
  }
}

export class ExpressionError extends InputError {
  readonly code = "EXPRESSION";
  constructor(place: Place | string, expression: string, reason: string) {
    super(
      `${place}`,
      `found ${shown(expression)}: ${reason}`,
      "Write a function of d, e.g. `exp(-d / 100)` or `d < 50`.",
    );
  }
}

function nearest(found: string, known: readonly string[]): string {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(found.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(found.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return `Did you mean ${best}?`;
  return known.length === 0 ? "There is none here." : `Known here: ${known.join(", ")}.`;
}

/** Levenshtein distance: fewest insertions, deletions and replacements of letters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
    }
    row = next;
  }
  return row[b.length]!;
}

import { InputError } from "../errors.ts";
import type { CellContext, Values, Words } from "./cell-model.ts";
import { MILLIVOLT, roundHalfEven } from "./fixed-point.ts";

/** A parameter that the fixed-point model cannot hold with this timestep and the other parameters. */
export class ParameterRangeError extends InputError {
  readonly code = "PARAMETER_RANGE";
  readonly parameter: string;
  readonly value: number;

  constructor(population: string | undefined, parameter: string, value: number, remedy: string) {
    super(population === undefined ? parameter : `population ${population}: ${parameter}`, `found ${value}`, remedy);
    this.parameter = parameter;
    this.value = value;
  }
}

/** How a parameter becomes a word and what the word then stands for; both may depend on other values of the neuron. */
export interface ParameterFormat {
  /** The word before rounding. */
  readonly word: (value: number, ...others: number[]) => number;
  /** The parameter that a word stands for: the inverse of {@link word}. */
  readonly value: (word: number, ...others: number[]) => number;
  /** Words allowed; what is less than a word above the last becomes the last. */
  readonly min: number;
  readonly max: number;
  /** What else the range depends on, for messages: "with this cm and timestep". */
  readonly given?: string;
}

/**
 * Words of the parameter or initial value `name`, each nearest to what was asked for; what rounding does to it is told to
 * the context.
 *
 * @param others values of each neuron that the format needs beside the parameter itself
 * @throws {ParameterRangeError} there is no such word
 */
export function parameterWords(
  context: CellContext,
  name: string,
  values: Values,
  format: ParameterFormat,
  others: readonly Values[] = [],
): Words {
  const { min, max } = format;
  let worst = 0;
  const one = (n: number): number => {
    const value = at(values, n);
    const given = others.map((other) => at(other, n));
    const exact = format.word(value, ...given);
    const word = roundHalfEven(exact);
    if (!(word >= min && word <= max + 1)) {
      const ends = [format.value(min, ...given), format.value(max, ...given)].sort((a, b) => a - b);
      const range = `from ${short(ends[0]!)} to ${short(ends[1]!)}`;
      throw new ParameterRangeError(
        context.population,
        name,
        value,
        `It must lie ${range}${format.given === undefined ? "" : ` ${format.given}`}.`,
      );
    }
    const stored = Math.min(max, word);
    if (value !== 0) worst = Math.max(worst, Math.abs(format.value(stored, ...given) / value - 1));
    return stored | 0;
  };
  let words: Words;
  if (typeof values === "number" && others.every((other) => typeof other === "number")) words = one(0);
  else {
    words = new Int32Array(context.size);
    for (let n = 0; n < context.size; n++) words[n] = one(n);
  }
  context.onQuantised?.(name, worst);
  return words;
}

/** Words of a parameter that is so many bits a unit, one number or one a neuron. */
export function linearWords(
  context: CellContext,
  name: string,
  bits: Values,
  limits: { readonly min?: number; readonly max?: number; readonly given?: string } = {},
): Words {
  const { min = -0x8000_0000, max = 0x7fff_ffff, given } = limits;
  const format: ParameterFormat = {
    word: (value, perUnit) => value * perUnit!,
    value: (word, perUnit) => word / perUnit!,
    min,
    max,
    ...(given === undefined ? {} : { given }),
  };
  return parameterWords(context, name, context.parameters[name]!, format, [bits]);
}

/** Largest potential of a parameter in mV: the difference of any two, and of any one and {@link FLOOR_WORD}, is a word. */
export const POTENTIAL_LIMIT_MV = 128;
/** Potentials are held above this, -127 mV; nothing known to live goes there. */
export const FLOOR_WORD: number = -127 * MILLIVOLT;

const POTENTIAL: ParameterFormat = {
  word: (value) => value * MILLIVOLT,
  value: (word) => word / MILLIVOLT,
  min: FLOOR_WORD,
  max: POTENTIAL_LIMIT_MV * MILLIVOLT,
  given: "mV",
};

/** Words of a potential in s8.23 mV. */
export function potentialWords(context: CellContext, name: string): Words {
  return parameterWords(context, name, context.parameters[name]!, POTENTIAL);
}

/** Words of an initial value; `otherwise` is where the variable starts if the user said nothing. */
export function initialPotentialWords(context: CellContext, variable: string, otherwise: Values): Words {
  return parameterWords(context, `initial ${variable}`, context.initial[variable] ?? otherwise, POTENTIAL);
}

function at(values: Values, n: number): number {
  return typeof values === "number" ? values : values[n]!;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

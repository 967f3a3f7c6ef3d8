import type { Model } from "../codegen/ir.ts";

/** A user's parameter: one number for the population, or one a neuron. */
export type Values = number | Float64Array;

/** One word for the population, or one a neuron. */
export type Words = number | Int32Array;

export interface CellContext {
  /** Name of the population, for messages. */
  readonly population?: string;
  readonly size: number;
  readonly timestepMs: number;
  /** Every parameter of the cell type, in PyNN's units. */
  readonly parameters: Readonly<Record<string, Values>>;
  /** The parameters of every phase of the run: a model that comes in variants must take one that suits all of them. */
  readonly parametersOfPhases?: readonly Readonly<Record<string, Values>>[];
  /** Initial values the user gave; the cell type's own defaults hold for the others. */
  readonly initial: Readonly<Record<string, Values>>;
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /**
   * Value of one weight unit of each receptor in user units (uS, nA, mV), see src/image/weight-grid.ts; receptors that
   * get no input are left out.
   */
  readonly weightUnits: Readonly<Record<string, number>>;
  /** Largest weight onto each receptor, for messages. */
  readonly largestWeights?: Readonly<Record<string, number>>;
  /** Key of the population's random stream. */
  readonly streamKey: number;
  /** Told the largest relative error that rounding made in the values of a parameter. */
  readonly onQuantised?: (parameter: string, relativeError: number) => void;
}

/** How the words of a recordable read in the user's unit. */
export interface Recordable {
  readonly variable: string;
  readonly state: string;
  readonly unit: string;
  /** User units a bit. */
  readonly scale: Values;
}

/** A population's cells in words: what goes into the images of its slices. */
export interface EncodedCells {
  readonly model: Model;
  readonly substeps: number;
  readonly params: Readonly<Record<string, Words>>;
  readonly states: Readonly<Record<string, Words>>;
  readonly tables: Readonly<Record<string, Int32Array>>;
  readonly recordables: readonly Recordable[];
  /** Parameter that an injected current adds to, and its bits a nA; undefined for cells that take none. */
  readonly drive?: { readonly param: string; readonly bitsPerNanoamp: Values };
}

/** A cell type: how user parameters become the words of an IR model. */
export interface CellModel {
  /** PyNN's name. */
  readonly type: string;
  /** In the order of the IR model. */
  readonly receptors: readonly string[];
  /** What weights onto its receptors are given in; empty for sources. */
  readonly weightUnit: string;
  encode(context: CellContext): EncodedCells;
}

/** Applies a formula of some parameters to each neuron, or once if all of them are single numbers. */
export function each(values: readonly Values[], size: number, formula: (...values: number[]) => number): Words {
  if (values.every((v) => typeof v === "number")) return formula(...(values as number[])) | 0;
  const words = new Int32Array(size);
  const args = values.map(() => 0);
  for (let n = 0; n < size; n++) {
    for (let k = 0; k < values.length; k++) {
      const v = values[k]!;
      args[k] = typeof v === "number" ? v : v[n]!;
    }
    words[n] = formula(...args);
  }
  return words;
}

/** Like {@link each}, for quantities that stay in user units. */
export function eachValue(values: readonly Values[], size: number, formula: (...values: number[]) => number): Values {
  if (values.every((v) => typeof v === "number")) return formula(...(values as number[]));
  const result = new Float64Array(size);
  for (let n = 0; n < size; n++) result[n] = formula(...values.map((v) => (typeof v === "number" ? v : v[n]!)));
  return result;
}

/** User units a bit, from the bits that are one user unit. */
export function perBit(bits: Values, size: number, sign: 1 | -1 = 1): Values {
  return eachValue([bits], size, (b) => sign / b);
}

/** The word of one neuron. */
export function wordAt(words: Words, n: number): number {
  return typeof words === "number" ? words : words[n]!;
}

/** Largest of a parameter's values. */
export function largest(values: Values): number {
  if (typeof values === "number") return values;
  let max = Number.NEGATIVE_INFINITY;
  for (const v of values) max = Math.max(max, v);
  return max;
}

/** Sub-steps a tick: the user's, or as many as keep a sub-step at or below 0.25 ms. */
export function substepsOf(context: CellContext): number {
  const asked = context.options.substeps;
  return typeof asked === "number" ? asked : Math.max(1, Math.ceil(context.timestepMs / 0.25 - 1e-9));
}

import { InputError } from "../errors.ts";
import { type RunSummary, SUMMARY_FORMAT } from "./run-summary.ts";

/** A `summary.json` that is not one, or not one this version understands. */
export class SummaryFileError extends InputError {
  readonly code = "SUMMARY_INVALID";

  constructor(file: string, path: string, found: string, wanted: string, options?: { readonly cause?: unknown }) {
    super(path === "" ? file : `${file}: ${path}`, found, `${wanted}.`, options);
  }
}

/** The text of `summary.json`. */
export function encodeRunSummary(summary: RunSummary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

/** @param file name for error messages */
export function decodeRunSummary(text: string, file: string): RunSummary {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SummaryFileError(file, "", "not JSON", "`spinloom run --out DIR` writes this file", { cause });
  }
  const problem = SUMMARY(value, "");
  if (problem !== undefined) throw new SummaryFileError(file, problem.path, problem.found, problem.wanted);
  return value as RunSummary;
}

interface Problem {
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

/** Finds the first place where a value has not the wanted shape. */
type Shape = (value: unknown, path: string) => Problem | undefined;

function leaf(wanted: string, fits: (value: unknown) => boolean): Shape {
  return (value, path) => (fits(value) ? undefined : { path, found: shown(value), wanted: `${wanted} is wanted` });
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isRecord(value)) return { path, found: shown(value), wanted: "an object is wanted" };
    for (const [name, shape] of Object.entries(shapes)) {
      const problem = shape(value[name], path === "" ? name : `${path}.${name}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return { path, found: shown(value), wanted: "a list is wanted" };
    return firstProblem(value.map((item, index) => shape(item, `${path}[${index}]`)));
  };
}

function recordOf(shape: Shape): Shape {
  return (value, path) => {
    if (!isRecord(value)) return { path, found: shown(value), wanted: "an object is wanted" };
    return firstProblem(Object.entries(value).map(([name, item]) => shape(item, `${path}.${name}`)));
  };
}

const firstProblem = (problems: readonly (Problem | undefined)[]): Problem | undefined =>
  problems.find((problem) => problem !== undefined);

const orNull =
  (shape: Shape): Shape =>
  (value, path) =>
    value === null ? undefined : shape(value, path);

const text = leaf("a text", (value) => typeof value === "string");
const number = leaf("a number", (value) => typeof value === "number");
const yesOrNo = leaf("true or false", (value) => typeof value === "boolean");

const ACTIVITY: Readonly<Record<string, Shape>> = {
  spikes: orNull(number),
  rate_hz: orNull(number),
  cv_isi: orNull(number),
  active_fraction: orNull(number),
  first_spike_ms: orNull(number),
  survival_ms: orNull(number),
  fano_5ms: orNull(number),
  pair_correlation: orNull(number),
};

const SUMMARY: Shape = fields({
  format: leaf(`format ${SUMMARY_FORMAT}`, (value) => value === SUMMARY_FORMAT),
  network: text,
  seed: number,
  duration_ms: number,
  timestep_ms: number,
  board: text,
  mode: orNull(text),
  machine: text,
  chips: number,
  cores: number,
  synapses: number,
  entries: fields({ total: number, largest: number }),
  certified: yesOrNo,
  late: number,
  saturated: number,
  dropped: number,
  overruns: number,
  check: orNull(
    fields({
      against: text,
      identical: yesOrNo,
      spikes: number,
      words: number,
      differences: number,
      first: orNull(text),
    }),
  ),
  phases_ms: recordOf(number),
  versions: recordOf(text),
  activity: orNull(fields(ACTIVITY)),
  populations: listOf(
    fields({
      name: text,
      cell_type: text,
      role: orNull(text),
      size: number,
      ...ACTIVITY,
      signals: recordOf(fields({ unit: text, min: number, max: number, mean: number })),
    }),
  ),
});

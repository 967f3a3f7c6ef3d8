import { InputError } from "../errors.ts";
import { fields, leaf, listOf, number, orNull, recordOf, type Shape, text, yesOrNo } from "./json-shape.ts";
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
  broke_off: leaf("true or nothing", (value) => value === undefined || value === true),
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

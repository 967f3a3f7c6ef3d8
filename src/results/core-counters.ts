/** What every core counted during a run: `cores.json`. Field names are those of the file. */
import { InputError } from "../errors.ts";
import { fields, leaf, listOf, number, recordOf, type Shape, text } from "./json-shape.ts";

/** Version of the layout of `cores.json`; raised when a field changes its meaning or goes away. */
const CORES_FORMAT = 1;

export interface CoreCounters {
  readonly chip: readonly [x: number, y: number];
  /** Virtual core, 1 to 17. */
  readonly core: number;
  readonly population: string;
  /** The neurons it ran: first, and the one after the last. */
  readonly neurons: readonly [lo: number, hi: number];
  readonly counters: Readonly<Record<string, number>>;
}

/** A `cores.json` that is not one, or not one this version understands. */
export class CoresFileError extends InputError {
  readonly code = "CORES_INVALID";

  constructor(file: string, path: string, found: string, wanted: string, options?: { readonly cause?: unknown }) {
    super(path === "" ? file : `${file}: ${path}`, found, `${wanted}.`, options);
  }
}

/** The text of `cores.json`: a core a line. */
export function encodeCoreCounters(cores: readonly CoreCounters[]): string {
  const lines = cores.map((core) => `    ${JSON.stringify(core)}`);
  return `{\n  "format": ${CORES_FORMAT},\n  "cores": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** @param file name for error messages */
export function decodeCoreCounters(content: string, file: string): readonly CoreCounters[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new CoresFileError(file, "", "not JSON", "`spinloom run --out DIR` writes this file", { cause });
  }
  const problem = CORES(value, "");
  if (problem !== undefined) throw new CoresFileError(file, problem.path, problem.found, problem.wanted);
  return (value as { readonly cores: readonly CoreCounters[] }).cores;
}

const pair: Shape = leaf(
  "a list of two numbers",
  (value) => Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === "number"),
);

const CORES: Shape = fields({
  format: leaf(`format ${CORES_FORMAT}`, (value) => value === CORES_FORMAT),
  cores: listOf(fields({ chip: pair, core: number, population: text, neurons: pair, counters: recordOf(number) })),
});

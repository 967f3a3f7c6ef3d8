/** What every core and router counted during a run: `cores.json`. Field names are those of the file. */
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

/** Packets that the router of a chip gave up. */
export interface RouterCounters {
  readonly chip: readonly [x: number, y: number];
  readonly dropped_packets: number;
}

export interface RunCounts {
  readonly cores: readonly CoreCounters[];
  /** Routers that gave up packets. */
  readonly routers: readonly RouterCounters[];
}

/** A `cores.json` that is not one, or not one this version understands. */
export class CoresFileError extends InputError {
  readonly code = "CORES_INVALID";

  constructor(file: string, path: string, found: string, wanted: string, options?: { readonly cause?: unknown }) {
    super(path === "" ? file : `${file}: ${path}`, found, `${wanted}.`, options);
  }
}

/** The text of `cores.json`: a core or router a line. */
export function encodeRunCounts({ cores, routers }: RunCounts): string {
  const lines = (list: readonly object[]): string =>
    list.length === 0 ? "[]" : `[\n${list.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`;
  return `{\n  "format": ${CORES_FORMAT},\n  "cores": ${lines(cores)},\n  "routers": ${lines(routers)}\n}\n`;
}

/** @param file name for error messages */
export function decodeRunCounts(content: string, file: string): RunCounts {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new CoresFileError(file, "", "not JSON", "`spinloom run --out DIR` writes this file", { cause });
  }
  const problem = COUNTS(value, "");
  if (problem !== undefined) throw new CoresFileError(file, problem.path, problem.found, problem.wanted);
  return value as RunCounts;
}

const pair: Shape = leaf(
  "a list of two numbers",
  (value) => Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === "number"),
);

const COUNTS: Shape = fields({
  format: leaf(`format ${CORES_FORMAT}`, (value) => value === CORES_FORMAT),
  cores: listOf(fields({ chip: pair, core: number, population: text, neurons: pair, counters: recordOf(number) })),
  routers: listOf(fields({ chip: pair, dropped_packets: number })),
});

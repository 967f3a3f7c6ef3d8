/** The files of one run, written and read together. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../errors.ts";
import { makeOutputDirectory, RUN_FILES, UNFINISHED_RESULTS, writeOutputFile } from "./output-directory.ts";
import type { StoredRecordings } from "./recording-file.ts";
import type { Results } from "./results.ts";
import type { RunSummary } from "./run-summary.ts";
import { spikesCsv } from "./spikes-csv.ts";
import { decodeRunSummary, encodeRunSummary } from "./summary-file.ts";

/** A directory that holds no run, or only part of one. */
export class NoRunError extends InputError {
  readonly code = "NO_RUN";

  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    super(path, `cannot be read (${reason})`, remedyFor(path), { cause });
  }
}

function remedyFor(path: string): string {
  const isThere = (file: string): boolean => existsSync(join(dirname(path), file));
  if (isThere(UNFINISHED_RESULTS))
    return "The run in this directory is under way or broke off; `spinloom recover DIR` keeps what it had recorded.";
  if (basename(path) === UNFINISHED_RESULTS && isThere(RUN_FILES.results))
    return "The run in this directory is whole, so there is nothing to recover; `spinloom report DIR` shows it.";
  return "Give the directory that `spinloom run --out DIR` wrote.";
}

/** Writes `spikes.csv` and `results.pb` of results that are whole already. */
export async function writeResults(directory: string, results: Results): Promise<void> {
  const { resultsFileChunks } = await import("./results-file.ts");
  await makeOutputDirectory(directory);
  await writeOutputFile(directory, RUN_FILES.spikes, spikesCsv(results));
  await writeOutputFile(directory, RUN_FILES.results, resultsFileChunks(results));
}

/** Writes `results.npz` beside the `results.pb` of a directory, for NumPy; see `python-export.ts` for its arrays. Returns its path. */
export async function exportArrays(directory: string): Promise<string> {
  const { resultsNpzChunks } = await import("./python-export.ts");
  using recordings = await openRun(directory);
  await writeOutputFile(directory, RUN_FILES.arrays, resultsNpzChunks(recordings));
  return join(directory, RUN_FILES.arrays);
}

export async function writeRunSummary(directory: string, summary: RunSummary): Promise<void> {
  await makeOutputDirectory(directory);
  await writeOutputFile(directory, RUN_FILES.summary, [encodeRunSummary(summary)]);
}

/** Opens `results.pb`, which may be larger than memory. @throws {NoRunError} when it is not there */
export async function openRun(directory: string): Promise<StoredRecordings> {
  const path = join(directory, RUN_FILES.results);
  const { openRecordings } = await import("./recording-file.ts");
  try {
    return openRecordings(path);
  } catch (cause) {
    throw cause instanceof Error && "syscall" in cause ? new NoRunError(path, cause) : cause;
  }
}

/** Reads `results.pb` into memory. @throws {NoRunError} when it is not there */
export async function readResults(directory: string): Promise<Results> {
  const path = join(directory, RUN_FILES.results);
  const [{ decodeResults }, bytes] = await Promise.all([import("./results-file.ts"), readRunFile(path)]);
  return decodeResults(bytes, path);
}

/** Reads `summary.json`. @throws {NoRunError} when it is not there */
export async function readRunSummary(directory: string): Promise<RunSummary> {
  const path = join(directory, RUN_FILES.summary);
  return decodeRunSummary(new TextDecoder().decode(await readRunFile(path)), path);
}

async function readRunFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new NoRunError(path, cause);
  }
}

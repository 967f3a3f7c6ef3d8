import { join } from "node:path";
import { InputError } from "../errors.ts";
import { RUN_FILES, removeOutputFiles, UNFINISHED_RESULTS, writeOutputFile } from "./output-directory.ts";
import { openUnfinished } from "./recording-file.ts";
import { resultsFileChunks } from "./results-file.ts";
import { NoRunError } from "./run-files.ts";
import { spikesCsv } from "./spikes-csv.ts";

/** A run broke off before anything that it recorded had been read. */
export class NothingRecordedError extends InputError {
  readonly code = "NOTHING_RECORDED";

  constructor(path: string) {
    super(path, "the run broke off before the first of its recordings had been read", "Run the network again.");
  }
}

export interface RecoveredRun {
  /** Ticks of which everything recorded was there. */
  readonly ticks: number;
  readonly timestepMicros: number;
  /** Paths of the files. */
  readonly written: readonly string[];
}

/**
 * Makes `results.pb` and `spikes.csv` of what a run that broke off left in its directory: everything up to the last tick
 * of which all recordings had been read.
 *
 * @returns how far that was, and the paths of the files
 * @throws {NoRunError} no such run in the directory
 */
export async function recoverRun(directory: string): Promise<RecoveredRun> {
  const path = join(directory, UNFINISHED_RESULTS);
  using unfinished = openedPart(path);
  const recordings = unfinished.index.recordings(unfinished.index.completeTicks);
  if (recordings.ticks === 0) throw new NothingRecordedError(path);
  await writeOutputFile(directory, RUN_FILES.spikes, spikesCsv(recordings));
  await writeOutputFile(directory, RUN_FILES.results, resultsFileChunks(recordings));
  await removeOutputFiles(directory, [UNFINISHED_RESULTS]);
  const { ticks, timestepMicros } = recordings;
  return { ticks, timestepMicros, written: [RUN_FILES.results, RUN_FILES.spikes].map((name) => join(directory, name)) };
}

function openedPart(path: string): ReturnType<typeof openUnfinished> {
  try {
    return openUnfinished(path);
  } catch (cause) {
    throw cause instanceof Error && "syscall" in cause ? new NoRunError(path, cause) : cause;
  }
}

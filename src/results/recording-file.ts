import { FileBytes } from "./byte-source.ts";
import { RecordingIndex } from "./recording-index.ts";
import type { Recordings } from "./results.ts";
import { ResultsTruncatedError } from "./results-file-errors.ts";
import { corruptFrom, scanResults } from "./scan-results.ts";

/** Recordings in an open file, which may be larger than memory. */
export interface StoredRecordings extends Recordings, Disposable {}

/**
 * Opens a finished `results.pb`, having checked all of it.
 *
 * @throws a system error when the file cannot be opened
 */
export function openRecordings(path: string): StoredRecordings {
  const { bytes, index } = opened(path, (bytes) => {
    const { taker: index, complete, end } = scanResults(bytes, path, (plan) => new RecordingIndex(plan, bytes));
    if (!complete) throw new ResultsTruncatedError(path, end, index.ticks);
    try {
      index.checkComplete();
    } catch (cause) {
      throw corruptFrom(cause, path, end);
    }
    return index;
  });
  return storedIn(bytes, index);
}

/** Where what is left of a run that broke off lies in its file. */
export function openUnfinished(path: string): { readonly index: RecordingIndex } & Disposable {
  const { bytes, index } = opened(
    path,
    (file) => scanResults(file, path, (plan) => new RecordingIndex(plan, file)).taker,
  );
  return { index, [Symbol.dispose]: () => bytes[Symbol.dispose]() };
}

function opened(
  path: string,
  indexOf: (bytes: FileBytes) => RecordingIndex,
): { readonly bytes: FileBytes; readonly index: RecordingIndex } {
  const bytes = new FileBytes(path);
  try {
    return { bytes, index: indexOf(bytes) };
  } catch (error) {
    bytes[Symbol.dispose]();
    throw error;
  }
}

/** The recordings of an index, closing the file that they are in. */
export function storedIn(file: Disposable, index: RecordingIndex): StoredRecordings {
  const { networkName, seed, timestepMicros, ticks, populations } = index.recordings();
  const dispose = (): void => file[Symbol.dispose]();
  return { networkName, seed, timestepMicros, ticks, populations, [Symbol.dispose]: dispose };
}

import { InputError } from "../errors.ts";

/** Format of `results.pb` that is written and read. */
export const RESULTS_VERSION = 1;

/** The file is something else. */
export class NotResultsError extends InputError {
  readonly code = "RESULTS_NOT_RESULTS";

  constructor(file: string) {
    super(file, "not a spinloom results file", "Give the `results.pb` that `spinloom run --out DIR` wrote.");
  }
}

/** Written by a version of spinloom that this one does not understand. */
export class ResultsVersionError extends InputError {
  readonly code = "RESULTS_VERSION";

  constructor(file: string, version: number) {
    super(file, `results format ${version}`, `This spinloom reads format ${RESULTS_VERSION}; run the network again.`);
  }
}

/** Bytes in the file were changed after it was written. */
export class ResultsCorruptError extends InputError {
  readonly code = "RESULTS_CORRUPT";
  /** Where in the file the damaged piece begins. */
  readonly byte: number;

  constructor(file: string, byte: number, found: string, options?: { readonly cause?: unknown }) {
    super(`${file}, byte ${byte}`, found, "The file is damaged from there on; run the network again.", options);
    this.byte = byte;
  }
}

/** The file ends before its end mark: the run broke off, or the file was copied in part. */
export class ResultsTruncatedError extends InputError {
  readonly code = "RESULTS_TRUNCATED";
  readonly byte: number;

  constructor(file: string, byte: number, ticks: number) {
    super(
      `${file}, byte ${byte}`,
      `the file ends without its end mark, ${ticks} ticks into the run`,
      "Copy it again, or run the network again.",
    );
    this.byte = byte;
  }
}

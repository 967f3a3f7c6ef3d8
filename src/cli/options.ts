import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { InputError } from "../errors.ts";
import { parseMachine } from "../machine/index.ts";
import type { Machine } from "../machine/machine.ts";
import { OutputUnwritableError } from "../results/output-directory.ts";

/** A whole number of at least `min`, as an option's parser. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(
        `It must be a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`}.`,
      );
    }
    return value;
  };
}

/** A number above 0, as an option's parser. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

/** A number within bounds, as an option's parser. */
export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = positiveNumber(text);
    if (value < min || value > max) throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    return value;
  };
}

/** One of a few words, as an option's parser. */
export function oneOf<const Words extends readonly string[]>(words: Words): (text: string) => Words[number] {
  return (text) => {
    if (!words.includes(text)) throw new InvalidArgumentError(`It must be one of ${words.join(", ")}.`);
    return text;
  };
}

/** Some whole numbers with commas between them, such as a chip or a core, as an option's parser. */
export function wholeNumbers(count: number): (text: string) => number[] {
  return (text) => {
    const parts = text.split(",");
    if (parts.length === count && parts.every((part) => /^\d{1,9}$/.test(part))) return parts.map(Number);
    throw new InvalidArgumentError(`It must be ${count} whole numbers with commas between them.`);
  };
}

export function readMachine(text: string): Machine {
  return parseMachine(text, (path) => readFileSync(path, "utf8"));
}

/** A file the user named cannot be read. */
export class UnreadableFileError extends InputError {
  readonly code = "UNREADABLE_FILE";

  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const remedy =
      reason === "ERR_FS_FILE_TOO_LARGE"
        ? "Files of up to 2 GiB can be read; a mapped network that is larger has to be mapped again from its network file."
        : "Give the path of a file that exists and that you may read.";
    super(file, `cannot be read (${reason})`, remedy, { cause });
  }
}

/** @throws {UnreadableFileError} */
export function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new UnreadableFileError(file, cause);
  }
}

/**
 * Writes a file from its pieces.
 *
 * @throws {OutputUnwritableError}
 */
export function writeOutput(file: string, pieces: readonly (Uint8Array | string)[]): void {
  try {
    const out = openSync(file, "w");
    try {
      for (const piece of pieces) writeFileSync(out, piece);
    } finally {
      closeSync(out);
    }
  } catch (cause) {
    throw new OutputUnwritableError(file, cause);
  }
}

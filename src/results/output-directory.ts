import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../errors.ts";

/** The file or directory that the user named for output cannot take it. */
export class OutputUnwritableError extends InputError {
  readonly code = "OUTPUT_UNWRITABLE";

  constructor(path: string, cause: unknown) {
    const reason = String(codeOf(cause) ?? cause);
    super(path, `cannot be written (${reason})`, "Give a place that you may write to and that has room.", { cause });
  }
}

/** Names of the files of a run. */
export const RUN_FILES = {
  spikes: "spikes.csv",
  results: "results.pb",
  summary: "summary.json",
  /** What every core counted. */
  cores: "cores.json",
  raster: "raster.svg",
  /** The mapped network that ran, as `spinloom map` writes it. */
  deployment: "deployment.app",
  report: "report.html",
  /** For NumPy. */
  arrays: "results.npz",
} as const;

/** Name of `results.pb` while the run is under way, and of what is left of a run that broke off. */
export const UNFINISHED_RESULTS: string = `${RUN_FILES.results}.part`;

/**
 * Makes the directory, parents included, unless it is there, and sees that files can be written in it: what takes long
 * to compute should not find out at its end that it has nowhere to go.
 */
export async function makeOutputDirectory(directory: string): Promise<void> {
  await writing(directory, async () => {
    await makeDirectory(directory);
    const probe = join(directory, `.spinloom-${randomUUID()}`);
    try {
      await writeFile(probe, "\n", { flag: "wx" });
    } finally {
      await rm(probe, { force: true });
    }
  });
}

/** Not by mkdir's own `recursive`, which tries without end in directories that take no new ones, such as /proc. */
async function makeDirectory(directory: string): Promise<void> {
  const path = resolve(directory);
  const made = async (): Promise<unknown> => {
    try {
      await mkdir(path);
      return undefined;
    } catch (error) {
      if (codeOf(error) === "EEXIST" && (await stat(path)).isDirectory()) return undefined;
      return error;
    }
  };
  let failure = await made();
  if (codeOf(failure) === "ENOENT" && dirname(path) !== path) {
    await makeDirectory(dirname(path));
    failure = await made();
  }
  if (failure !== undefined) throw failure;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/**
 * Writes a file from its pieces. It takes its name only when it is whole: whoever reads it meets the old file or the
 * new one.
 */
export async function writeOutputFile(
  directory: string,
  name: string,
  chunks: Iterable<Uint8Array | string>,
): Promise<void> {
  const path = join(directory, name);
  // Not `.part`: the journal of the very recordings that are written here has that name until they are safe.
  const unfinished = `${path}.new`;
  await writing(path, async () => {
    const file = await open(unfinished, "w");
    try {
      try {
        for (const chunk of chunks) await file.writeFile(chunk);
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    } catch (cause) {
      await rm(unfinished, { force: true });
      throw cause;
    }
  });
}

/** Removes files of these names, as far as they are there. */
export async function removeOutputFiles(directory: string, names: readonly string[]): Promise<void> {
  for (const name of names) await writing(join(directory, name), () => rm(join(directory, name), { force: true }));
}

/** A file that grows while the run goes on. */
export class GrowingFile {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Begins the file anew. */
  static async create(path: string): Promise<GrowingFile> {
    // A pipe or device of that name would take what is written and give nothing back, or never open at all.
    const found = await writing(path, () => stat(path)).catch((error: unknown) => {
      if (error instanceof OutputUnwritableError && codeOf(error.cause) === "ENOENT") return undefined;
      throw error;
    });
    if (found !== undefined && !found.isFile()) throw new OutputUnwritableError(path, "what has that name is no file");
    return new GrowingFile(path, await writing(path, () => open(path, "w")));
  }

  /** The file goes when it is closed, and when the process dies: its name is not there any more. */
  async removeName(): Promise<void> {
    await writing(this.#path, () => rm(this.#path));
  }

  async append(chunk: Uint8Array | string): Promise<void> {
    await writing(this.#path, () => this.#file.writeFile(chunk));
  }

  async close(): Promise<void> {
    await writing(this.#path, () => this.#file.close());
  }
}

/** Failures of the operating system become errors with a place; ours pass as they are. */
async function writing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw isSystemError(cause) ? new OutputUnwritableError(path, cause) : cause;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { textHash } from "../image/layout.ts";
import { OutputUnwritableError, writeOutputFile } from "../results/index.ts";
import type { SweepMeasure } from "./measure-run.ts";
import { type SweepPlan, type SweepRun, sweepRuns } from "./sweep-plan.ts";

/** The journal in the output directory is damaged, or that of another sweep. */
export class SweepJournalError extends InputError {
  readonly code = "SWEEP_JOURNAL";

  constructor(path: string, found: string) {
    super(path, found, "Give another --out, or remove the file to begin anew.");
  }
}

export interface FinishedRun extends SweepRun {
  readonly measure: SweepMeasure;
}

/** File of finished runs in the output directory: a line that says which sweep, then a line a run, each with its hash. */
export const JOURNAL_FILE = "sweep.jsonl";

/**
 * What is finished of a sweep, kept as it finishes, so that an interrupted sweep goes on where it was.
 */
export class SweepJournal {
  readonly #directory: string;
  readonly #head: string;
  readonly finished: readonly FinishedRun[];

  private constructor(directory: string, head: string, finished: readonly FinishedRun[]) {
    this.#directory = directory;
    this.#head = head;
    this.finished = finished;
  }

  /** @throws {SweepJournalError} the directory has a journal that is damaged or not of this plan */
  static async open(directory: string, plan: SweepPlan): Promise<SweepJournal> {
    const path = join(directory, JOURNAL_FILE);
    const head = line({ sweep: 1, plan: planText(plan) });
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw new SweepJournalError(path, "it cannot be read");
      await writing(path, writeFile(path, head));
      return new SweepJournal(directory, head, []);
    }
    const finished = readJournal(text, head, plan, path);
    // What an interruption left of a last line would spoil the next.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) await writing(path, writeFile(path, whole === "" ? head : whole));
    return new SweepJournal(directory, head, finished);
  }

  async add(run: FinishedRun): Promise<void> {
    const path = join(this.#directory, JOURNAL_FILE);
    await writing(path, appendFile(path, runLine(run)));
  }

  /** Puts the runs in the order of the plan, so that the file does not tell who was faster. */
  async close(runs: readonly FinishedRun[]): Promise<void> {
    await writeOutputFile(this.#directory, JOURNAL_FILE, [this.#head, ...runs.map(runLine)]);
  }
}

function readJournal(text: string, head: string, plan: SweepPlan, path: string): FinishedRun[] {
  const lines = text.split("\n");
  const torn = lines.pop()!;
  if (lines.length === 0) {
    if (head.startsWith(torn)) return [];
    throw new SweepJournalError(path, "it is no journal of a sweep");
  }
  if (`${lines[0]}\n` !== head) {
    parseLine(lines[0]!, path, 1);
    throw new SweepJournalError(path, "it is of another sweep: another network, other values, seeds or machine");
  }
  const possible = new Set(sweepRuns(plan).map(({ point, seed }) => `${point} ${seed}`));
  return lines.slice(1).map((written, i) => {
    const { point, seed, rate_hz, cv_isi, survival_ms } = parseLine(written, path, i + 2) as Record<string, number>;
    // Each run occurs once.
    if (!possible.delete(`${point} ${seed}`))
      throw new SweepJournalError(path, `line ${i + 2} is no run of this sweep`);
    return {
      point: point!,
      seed: seed!,
      measure: { rateHz: rate_hz!, cvIsi: cv_isi ?? undefined, survivalMs: survival_ms! },
    };
  });
}

function runLine({ point, seed, measure }: FinishedRun): string {
  const { rateHz, cvIsi, survivalMs } = measure;
  return line({ point, seed, rate_hz: rateHz, cv_isi: cvIsi ?? null, survival_ms: survivalMs });
}

function line(content: object): string {
  return `${sealed(JSON.stringify(content))}\n`;
}

/** The text of an object with a hash of itself as its last field. */
function sealed(json: string): string {
  return `${json.slice(0, -1)},"hash":${textHash(json)}}`;
}

function parseLine(text: string, path: string, number: number): unknown {
  const json = `${text.slice(0, Math.max(0, text.lastIndexOf(',"hash":')))}}`;
  if (sealed(json) !== text) throw new SweepJournalError(path, `line ${number} is damaged`);
  return JSON.parse(json);
}

/** All that the results depend on. */
function planText({ content, file: _, ...rest }: SweepPlan): string {
  const text = typeof content === "string" ? content : Buffer.from(content).toString("latin1");
  return JSON.stringify({ network: textHash(text), bytes: text.length, ...rest });
}

async function writing(path: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    throw new OutputUnwritableError(path, cause);
  }
}

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { FileBytes } from "./byte-source.ts";
import { GrowingFile } from "./output-directory.ts";
import { type StoredRecordings, storedIn } from "./recording-file.ts";
import { RecordingIndex } from "./recording-index.ts";
import type { RecordingPlan, RecordingSink, SampleBlock, SpikeBlock } from "./recording-plan.ts";
import { framedMessage, resultsFileStart } from "./results-file.ts";
import { encodeBlock, type ResultsBlock, viewBlock } from "./results-messages.ts";

/**
 * Recordings of a run under way in a file of the layout of `results.pb`, each piece as it arrives. Memory holds where
 * the pieces are, not what is in them.
 */
export class RecordingJournal implements RecordingSink {
  readonly #file: GrowingFile;
  readonly #bytes: FileBytes;
  readonly #index: RecordingIndex;
  #length: number;
  /** Appends happen one after the other, whoever asks when. */
  #queue: Promise<void> = Promise.resolve();

  private constructor(file: GrowingFile, bytes: FileBytes, index: RecordingIndex, length: number) {
    this.#file = file;
    this.#bytes = bytes;
    this.#index = index;
    this.#length = length;
  }

  static async create(path: string, plan: RecordingPlan): Promise<RecordingJournal> {
    const file = await GrowingFile.create(path);
    try {
      const start = resultsFileStart(plan);
      await file.append(start);
      const bytes = new FileBytes(path);
      return new RecordingJournal(file, bytes, new RecordingIndex(plan, bytes), start.length);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** A journal in a directory, for as long as it is open: nothing of it stays, even when the process dies. */
  static async temporary(directory: string, plan: RecordingPlan): Promise<RecordingJournal> {
    const journal = await RecordingJournal.create(join(directory, `spinloom-${randomUUID()}.part`), plan);
    await journal.#file.removeName();
    return journal;
  }

  /** Ticks run so far. */
  get ticks(): number {
    return this.#index.ticks;
  }

  /** Ticks of which everything recorded is there. */
  get completeTicks(): number {
    return this.#index.completeTicks;
  }

  runTo(endTick: number): Promise<void> {
    return this.#append({ kind: "stretch", endTick });
  }

  addSpikes(block: SpikeBlock): Promise<void> {
    return this.#append({ kind: "spikes", ...block });
  }

  addSamples(block: SampleBlock): Promise<void> {
    return this.#append({ kind: "samples", ...block });
  }

  /** Another stretch that ends at the same tick says that all of it is there. */
  stretchOver(): Promise<void> {
    return this.#append({ kind: "stretch", endTick: this.ticks });
  }

  /** The run is over. @throws {RecordingIncompleteError} when samples are missing */
  async finish(): Promise<StoredRecordings> {
    await this.#queue;
    this.#index.checkComplete();
    await this.#file.close();
    return storedIn(this.#bytes, this.#index);
  }

  /** The run broke off. */
  async close(): Promise<void> {
    try {
      await this.#queue;
    } finally {
      this.#bytes[Symbol.dispose]();
      await this.#file.close();
    }
  }

  async #append(block: ResultsBlock): Promise<void> {
    const message = encodeBlock(block);
    const { bytes, messageAt } = framedMessage(message);
    this.#index.add(viewBlock(message), message, this.#length + messageAt);
    this.#length += bytes.length;
    this.#queue = this.#queue.then(() => this.#file.append(bytes));
    await this.#queue;
  }
}

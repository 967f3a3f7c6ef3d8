import { join } from "node:path";
import { GrowingFile, makeOutputDirectory, RUN_FILES, removeOutputFiles, writeOutputFile } from "./output-directory.ts";
import type { Results } from "./results.ts";
import {
  type RecordingPlan,
  RecordingRangeError,
  type RecordingSink,
  ResultsAssembler,
  type SampleBlock,
  type SpikeBlock,
} from "./results-assembler.ts";
import { resultsFileBlock, resultsFileChunks, resultsFileStart } from "./results-file.ts";
import type { ResultsBlock } from "./results-messages.ts";
import { joinedSpikes } from "./spike-trains.ts";
import { SPIKES_CSV_HEADER, spikesCsvLines } from "./spikes-csv.ts";

/** Name of `results.pb` while the run is under way, and of what is left of a run that broke off. */
export const UNFINISHED_RESULTS: string = `${RUN_FILES.results}.part`;

/** What an earlier run may have left; not the mapped network, which may be what is run now. */
const REPLACED_FILES = [
  RUN_FILES.results,
  RUN_FILES.summary,
  RUN_FILES.raster,
  RUN_FILES.report,
  RUN_FILES.arrays,
] as const;

/**
 * Recordings of a run under way, written as they arrive, so that a run that breaks off leaves behind what it recorded:
 * `spikes.csv` up to the break, and `results.pb.part`, which `recoverResults` reads.
 *
 * A finished run leaves the same bytes in `spikes.csv` and `results.pb` however it was cut and whatever order its pieces
 * came in.
 */
export class RunRecording implements RecordingSink {
  readonly #directory: string;
  readonly #plan: RecordingPlan;
  readonly #assembler: ResultsAssembler;
  readonly #journal: GrowingFile;
  readonly #csv: GrowingFile;
  /** Spikes of the stretch under way, by population. */
  #stretch: SpikeBlock[][];
  #stretchStart = 0;
  /** Appends happen one after the other, whoever asks when. */
  #queue: Promise<void> = Promise.resolve();

  private constructor(directory: string, plan: RecordingPlan, journal: GrowingFile, csv: GrowingFile) {
    this.#directory = directory;
    this.#plan = plan;
    this.#assembler = new ResultsAssembler(plan);
    this.#journal = journal;
    this.#csv = csv;
    this.#stretch = plan.populations.map(() => []);
  }

  /** Makes the directory if need be; files of an earlier run in it go, so that no directory mixes two runs. */
  static async open(directory: string, plan: RecordingPlan): Promise<RunRecording> {
    await makeOutputDirectory(directory);
    const journal = await GrowingFile.create(join(directory, UNFINISHED_RESULTS));
    try {
      await removeOutputFiles(directory, REPLACED_FILES);
      const csv = await GrowingFile.create(join(directory, RUN_FILES.spikes));
      try {
        await journal.append(resultsFileStart(plan));
        await csv.append(SPIKES_CSV_HEADER);
        return new RunRecording(directory, plan, journal, csv);
      } catch (error) {
        await csv.close();
        throw error;
      }
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  async runTo(endTick: number): Promise<void> {
    const lines = this.#takeStretchLines();
    this.#stretchStart = this.#assembler.ticks;
    this.#assembler.runTo(endTick);
    await this.#append({ kind: "stretch", endTick }, lines);
  }

  async addSpikes(block: SpikeBlock): Promise<void> {
    const early = block.tick.find((tick) => tick < this.#stretchStart);
    if (early !== undefined) {
      throw new RecordingRangeError("spikes", `tick ${early}`, `this stretch began at tick ${this.#stretchStart}`);
    }
    this.#assembler.addSpikes(block);
    this.#stretch[block.population]!.push(block);
    await this.#append({ kind: "spikes", ...block });
  }

  async addSamples(block: SampleBlock): Promise<void> {
    this.#assembler.addSamples(block);
    await this.#append({ kind: "samples", ...block });
  }

  /** The run is over: gives its files their final form. @throws {RecordingIncompleteError} when samples are missing */
  async finish(): Promise<Results> {
    const results = this.#assembler.finish();
    await this.#close();
    await writeOutputFile(this.#directory, RUN_FILES.results, resultsFileChunks(results));
    await removeOutputFiles(this.#directory, [UNFINISHED_RESULTS]);
    return results;
  }

  /** The run broke off: leaves on disk, and gives back, what was recorded. */
  async abandon(): Promise<Results> {
    await this.#close();
    return this.#assembler.soFar();
  }

  async #close(): Promise<void> {
    const lines = this.#takeStretchLines();
    try {
      await this.#queue;
      for (const chunk of lines) await this.#csv.append(chunk);
    } finally {
      await Promise.all([this.#journal.close(), this.#csv.close()]);
    }
  }

  #append(block: ResultsBlock, csvLines: Iterable<string> = []): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      for (const chunk of csvLines) await this.#csv.append(chunk);
      await this.#journal.append(resultsFileBlock(block));
    });
    return this.#queue;
  }

  #takeStretchLines(): Iterable<string> {
    const stretch = this.#stretch;
    this.#stretch = this.#plan.populations.map(() => []);
    const populations = this.#plan.populations.map(({ name, size, cellType }, index) => ({
      name,
      size,
      cellType,
      spikes: joinedSpikes(stretch[index]!),
      signals: [],
    }));
    return spikesCsvLines({ populations, timestepMicros: this.#plan.timestepMicros });
  }
}

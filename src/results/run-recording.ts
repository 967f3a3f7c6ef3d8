import { join } from "node:path";
import {
  GrowingFile,
  makeOutputDirectory,
  RUN_FILES,
  removeOutputFiles,
  UNFINISHED_RESULTS,
  writeOutputFile,
} from "./output-directory.ts";
import { openRecordings, type StoredRecordings } from "./recording-file.ts";
import { RecordingJournal } from "./recording-journal.ts";
import {
  checkSpikes,
  type RecordingPlan,
  RecordingRangeError,
  type RecordingSink,
  type SampleBlock,
  type SpikeBlock,
} from "./recording-plan.ts";
import { resultsFileChunks } from "./results-file.ts";
import { joinedSpikes } from "./spike-trains.ts";
import { SPIKES_CSV_HEADER, spikesCsvLines } from "./spikes-csv.ts";

/** What an earlier run may have left; not the mapped network, which may be what is run now. */
const REPLACED_FILES = [
  RUN_FILES.results,
  RUN_FILES.summary,
  RUN_FILES.cores,
  RUN_FILES.raster,
  RUN_FILES.report,
  RUN_FILES.arrays,
] as const;

/**
 * Recordings of a run under way, written as they arrive and not kept in memory: a run that breaks off leaves behind what
 * it recorded, `spikes.csv` up to the break and `results.pb.part`, which `spinloom recover` finishes.
 *
 * A finished run leaves the same bytes in `spikes.csv` and `results.pb` however it was cut and whatever order its pieces
 * came in.
 */
export class RunRecording implements RecordingSink {
  readonly #directory: string;
  readonly #plan: RecordingPlan;
  readonly #journal: RecordingJournal;
  readonly #csv: GrowingFile;
  /** Spikes of the stretch under way, by population. */
  #stretch: SpikeBlock[][];
  #stretchStart = 0;
  /** Lines are appended one stretch after the other, whoever asks when. */
  #csvQueue: Promise<void> = Promise.resolve();

  private constructor(directory: string, plan: RecordingPlan, journal: RecordingJournal, csv: GrowingFile) {
    this.#directory = directory;
    this.#plan = plan;
    this.#journal = journal;
    this.#csv = csv;
    this.#stretch = plan.populations.map(() => []);
  }

  /** Makes the directory if need be; files of an earlier run in it go, so that no directory mixes two runs. */
  static async open(directory: string, plan: RecordingPlan): Promise<RunRecording> {
    await makeOutputDirectory(directory);
    const journal = await RecordingJournal.create(join(directory, UNFINISHED_RESULTS), plan);
    try {
      await removeOutputFiles(directory, REPLACED_FILES);
      const csv = await GrowingFile.create(join(directory, RUN_FILES.spikes));
      try {
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
    await this.#appendLines(this.#takeStretchLines());
    this.#stretchStart = this.#journal.ticks;
    await this.#journal.runTo(endTick);
  }

  async addSpikes(block: SpikeBlock): Promise<void> {
    const early = block.tick.find((tick) => tick < this.#stretchStart);
    if (early !== undefined) {
      throw new RecordingRangeError("spikes", `tick ${early}`, `this stretch began at tick ${this.#stretchStart}`);
    }
    checkSpikes(this.#plan, this.#journal.ticks, block);
    this.#stretch[block.population]!.push(block);
    await this.#journal.addSpikes(block);
  }

  addSamples(block: SampleBlock): Promise<void> {
    return this.#journal.addSamples(block);
  }

  async stretchOver(): Promise<void> {
    await Promise.all([this.#appendLines(this.#takeStretchLines()), this.#journal.stretchOver()]);
  }

  /** The run is over: gives its files their final form. @throws {RecordingIncompleteError} when samples are missing */
  async finish(): Promise<StoredRecordings> {
    await this.#appendLines(this.#takeStretchLines());
    using recordings = await this.#journal.finish();
    await this.#csv.close();
    await writeOutputFile(this.#directory, RUN_FILES.results, resultsFileChunks(recordings));
    await removeOutputFiles(this.#directory, [UNFINISHED_RESULTS]);
    return openRecordings(join(this.#directory, RUN_FILES.results));
  }

  /** The run broke off: leaves on disk what was recorded. Resolves with the ticks that `spinloom recover` can keep. */
  async abandon(): Promise<number> {
    try {
      await this.#appendLines(this.#takeStretchLines());
    } finally {
      await Promise.all([this.#journal.close(), this.#csv.close()]);
    }
    return this.#journal.completeTicks;
  }

  #appendLines(chunks: Iterable<string>): Promise<void> {
    this.#csvQueue = this.#csvQueue.then(async () => {
      for (const chunk of chunks) await this.#csv.append(chunk);
    });
    return this.#csvQueue;
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

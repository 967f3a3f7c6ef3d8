/**
 * What a run recorded: its numbers, its comparison with another run, its files.
 *
 * The modules that need protobufjs (`results-file.ts`, `run-recording.ts`) are imported where they are used, so that
 * this one starts at once.
 */
export {
  type Comparison,
  compareResults,
  type Difference,
  describeDifference,
  type PopulationComparison,
  type ShapeDifference,
  type SpikeDifference,
  type WordDifference,
} from "./compare.ts";
export {
  activeFraction,
  CV_MIN_INTERVALS,
  firstSpikeMs,
  meanCvIsi,
  meanRateHz,
  spikeCounts,
} from "./firing-statistics.ts";
export { makeOutputDirectory, OutputUnwritableError, RUN_FILES, writeOutputFile } from "./output-directory.ts";
export { sampleCount, samplePieces, spikeCount, spikePieces } from "./pieces.ts";
export {
  type BinnedActivity,
  binnedActivity,
  FANO_BIN_MS,
  fanoFactor,
  meanPairCorrelation,
  PAIR_CORRELATION_BIN_MS,
  PAIR_CORRELATION_MIN_SPIKES,
  rateOverTimeHz,
  SILENT_GAP_MS,
  survivalMs,
} from "./population-activity.ts";
export { type PopulationRole, populationRoles, type WiredPopulations } from "./population-role.ts";
export type { StoredRecordings } from "./recording-file.ts";
export {
  type PlannedPopulation,
  type PlannedSignal,
  planOf,
  RecordingIncompleteError,
  type RecordingPlan,
  RecordingRangeError,
  type RecordingSink,
  type SampleBlock,
  type SpikeBlock,
} from "./recording-plan.ts";
export type {
  PopulationRecordings,
  RecordedPopulation,
  Recordings,
  Results,
  Signal,
  SignalSeries,
  SpikeSeries,
  Spikes,
} from "./results.ts";
export { RecordingTooLargeError, ResultsAssembler } from "./results-assembler.ts";
export {
  NotResultsError,
  ResultsCorruptError,
  ResultsTruncatedError,
  ResultsVersionError,
} from "./results-file-errors.ts";
export {
  type CoreCounters,
  CoresFileError,
  decodeRunCounts,
  encodeRunCounts,
  type RouterCounters,
  type RunCounts,
} from "./run-counts.ts";
export {
  exportArrays,
  NoRunError,
  openRun,
  readResults,
  readRunSummary,
  writeResults,
  writeRunSummary,
} from "./run-files.ts";
export {
  type ActivitySummary,
  type CheckSummary,
  type PopulationSummary,
  type RunFacts,
  type RunSummary,
  type SignalSummary,
  summariseRun,
} from "./run-summary.ts";
export { type Histogram, type SignalRange, signalHistogram, signalRange } from "./signal-statistics.ts";
export {
  type AnySpikeTrains,
  pooledSpikeSeries,
  pooledSpikeTrains,
  type SpikeTrains,
  sortedSpikes,
  spikeTrains,
} from "./spike-trains.ts";
export { decodeRunSummary, encodeRunSummary, SummaryFileError } from "./summary-file.ts";

import { bytesInMemory } from "../../src/results/byte-source.ts";
import { samplePieces, spikePieces } from "../../src/results/pieces.ts";
import { RecordingIndex } from "../../src/results/recording-index.ts";
import type { Recordings, Results, SignalSeries, SpikeSeries } from "../../src/results/results.ts";
import { scanResults } from "../../src/results/scan-results.ts";
import { joinedSpikes } from "../../src/results/spike-trains.ts";

/** As much of a results file as is whole, in memory, and whether that is all of it. */
export function recovered(bytes: Uint8Array): { readonly results: Results; readonly complete: boolean } {
  const source = bytesInMemory(bytes);
  const { taker, complete } = scanResults(source, "x.pb", (plan) => new RecordingIndex(plan, source));
  return { results: inMemory(taker.recordings()), complete };
}

/** All pieces put together. */
export function inMemory(recordings: Recordings): Results {
  return {
    ...recordings,
    populations: recordings.populations.map(({ spikes, signals, ...population }) => ({
      ...population,
      ...(spikes && { spikes: joinedSpikes([...spikePieces(spikes as SpikeSeries)]) }),
      signals: signals.map((signal) => {
        const { variable, unit, intervalTicks, neurons, scale } = signal;
        const words = Int32Array.from([...samplePieces(signal as SignalSeries)].flatMap((piece) => [...piece]));
        return { variable, unit, intervalTicks, neurons, words, scale };
      }),
    })),
  };
}

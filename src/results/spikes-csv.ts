import type { Recordings } from "./results.ts";
import { earliestTick, SpikeCursor } from "./spike-cursor.ts";

/** First line of every `spikes.csv`. */
export const SPIKES_CSV_HEADER = "population,neuron,tick,time_ms\n";

/** All of `spikes.csv`, in pieces of about a megabyte. */
export function* spikesCsv(recordings: Recordings): Generator<string, undefined, undefined> {
  yield SPIKES_CSV_HEADER;
  yield* spikesCsvLines(recordings);
  return undefined;
}

/** Spikes a chunk of text holds at most: about 1 MB. */
const SPIKES_PER_CHUNK = 32_768;

/**
 * The spikes as comma-separated lines without the header, in pieces of about a megabyte.
 *
 * Lines are ordered by tick, then population, then neuron, so the lines of a run's stretches joined are the lines of
 * the run: however the run was cut, the file is the same. Numbers are written in full, lines end with LF, names with
 * a comma, quote or line break are quoted by RFC 4180.
 */
export function* spikesCsvLines(
  run: Pick<Recordings, "populations" | "timestepMicros">,
): Generator<string, undefined, undefined> {
  const cursors = run.populations.flatMap(({ name, spikes }) =>
    spikes === undefined ? [] : [{ prefix: `${csvField(name)},`, spikes: new SpikeCursor(spikes) }],
  );
  let lines: string[] = [];
  for (;;) {
    const tick = earliestTick(cursors);
    if (tick === Number.POSITIVE_INFINITY) break;
    // A whole number of microseconds divided by 1000 prints as the shortest decimal that is exactly meant.
    const suffix = `,${tick},${(tick * run.timestepMicros) / 1000}\n`;
    for (const { prefix, spikes } of cursors) {
      for (; spikes.tick === tick; spikes.next()) lines.push(prefix + spikes.neuron + suffix);
    }
    if (lines.length >= SPIKES_PER_CHUNK) {
      yield lines.join("");
      lines = [];
    }
  }
  if (lines.length > 0) yield lines.join("");
  return undefined;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

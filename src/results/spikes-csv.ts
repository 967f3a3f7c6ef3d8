import type { Results } from "./results.ts";

/** First line of every `spikes.csv`. */
export const SPIKES_CSV_HEADER = "population,neuron,tick,time_ms\n";

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
  run: Pick<Results, "populations" | "timestepMicros">,
): Generator<string, undefined, undefined> {
  const recorded = run.populations.flatMap(({ name, spikes }) =>
    spikes === undefined ? [] : [{ prefix: `${csvField(name)},`, spikes }],
  );
  const cursor = new Uint32Array(recorded.length);
  let lines: string[] = [];
  for (;;) {
    let tick = Number.POSITIVE_INFINITY;
    for (let p = 0; p < recorded.length; p++) tick = Math.min(tick, recorded[p]!.spikes.tick[cursor[p]!] ?? tick);
    if (tick === Number.POSITIVE_INFINITY) break;
    // A whole number of microseconds divided by 1000 prints as the shortest decimal that is exactly meant.
    const suffix = `,${tick},${(tick * run.timestepMicros) / 1000}\n`;
    for (let p = 0; p < recorded.length; p++) {
      const { prefix, spikes } = recorded[p]!;
      let at = cursor[p]!;
      for (; spikes.tick[at] === tick; at++) lines.push(prefix + spikes.neuron[at] + suffix);
      cursor[p] = at;
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

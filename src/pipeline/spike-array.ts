import type { Slice } from "../mapper/partition.ts";
import { msToTicks } from "../network/network.ts";
import { MAX_RUN_TICKS } from "../network/run-length.ts";

/** The spikes of a SpikeSourceArray, sorted by tick. */
export class SpikeEvents {
  readonly #tick: Uint32Array;
  readonly #neuron: Uint32Array;
  /** Most spikes of one source in one tick, at least 1. */
  readonly planes: number;

  constructor(tick: Uint32Array, neuron: Uint32Array) {
    this.#tick = tick;
    this.#neuron = neuron;
    let [most, run] = [1, 1];
    for (let i = 1; i < tick.length; i++) {
      run = tick[i] === tick[i - 1] && neuron[i] === neuron[i - 1] ? run + 1 : 1;
      most = Math.max(most, run);
    }
    this.planes = most;
  }

  count(slice: Slice): number {
    return this.#neuron.reduce((sum, n) => sum + (n >= slice.lo && n < slice.hi ? 1 : 0), 0);
  }

  /** Uint32Array[events * 2]: tick, neuron within the slice; ascending. */
  of(slice: Slice): Uint32Array {
    const words: number[] = [];
    this.#neuron.forEach((n, i) => {
      if (n >= slice.lo && n < slice.hi) words.push(this.#tick[i]!, n - slice.lo);
    });
    return Uint32Array.from(words);
  }
}

/**
 * @param timesMs spike times of each source in ms; a time belongs to the tick it is rounded to, half up, and one that no
 *   run reaches is left out
 */
export function spikeArrayEvents(timesMs: readonly (readonly number[])[], timestepMicros: number): SpikeEvents {
  const events: [number, number][] = [];
  timesMs.forEach((times, neuron) => {
    for (const ms of times) {
      const tick = msToTicks(ms, timestepMicros);
      if (tick < MAX_RUN_TICKS) events.push([tick, neuron]);
    }
  });
  events.sort(([t, n], [u, m]) => t - u || n - m);
  return new SpikeEvents(
    Uint32Array.from(events, ([t]) => t),
    Uint32Array.from(events, ([, n]) => n),
  );
}

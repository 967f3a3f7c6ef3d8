import { ImageView, type RecordingDescriptor } from "../image/core-image.ts";
import type { DeployedCore, DeployedSignal, Deployment } from "../image/deployment.ts";
import { PROVENANCE_NAMES, RECORDING_KINDS } from "../image/layout.ts";
import type { RecordedPopulation, Results, Signal } from "../results/results.ts";
import type { RunTarget } from "./run-target.ts";

/** Counters of one core, by name. */
export type Provenance = Readonly<Record<(typeof PROVENANCE_NAMES)[number], number>>;

/**
 * Gathers what the cores record, cut by cut, into the user's populations.
 *
 * What has been taken in stays, whatever happens to the target afterwards.
 */
export class ResultCollector {
  readonly #deployment: Deployment;
  readonly #views: readonly ImageView[];
  readonly #spikes: { readonly tick: number[]; readonly neuron: number[] }[];
  /** Words of each population's signals, cut after cut. */
  readonly #signals: Int32Array[][][];
  #ticks = 0;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#views = deployment.cores.map(({ image }) => new ImageView(image));
    this.#spikes = deployment.populations.map(() => ({ tick: [], neuron: [] }));
    this.#signals = deployment.populations.map(({ signals }) => signals.map(() => []));
  }

  /** Bytes that a cut of ticks `[from .. until)` has to fetch. */
  bytesOf(from: number, until: number): number {
    let bytes = 0;
    for (const view of this.#views) {
      for (let k = 0; k < view.config("recordings"); k++)
        bytes += samplesIn(view.recording(k), from, until) * view.recording(k).sampleWords * 4;
    }
    return bytes;
  }

  /**
   * Reads the recordings of ticks `[from .. until)`.
   *
   * @param onBytes told how many bytes have arrived
   */
  async take(target: RunTarget, from: number, until: number, onBytes?: (bytes: number) => void): Promise<void> {
    const blocks = this.#deployment.populations.map(({ signals }) =>
      signals.map((s) => new Int32Array(samplesBetween(from, until, s.intervalTicks) * s.neurons.length)),
    );
    await Promise.all(
      this.#deployment.cores.map(async (core, c) => {
        const view = this.#views[c]!;
        for (let k = 0; k < view.config("recordings"); k++) {
          const r = view.recording(k);
          const length = samplesIn(r, from, until) * r.sampleWords * 4;
          const bytes = await target.read(c, r.buffer, length);
          onBytes?.(length);
          const words = new Uint32Array(bytes.slice().buffer);
          if (r.kind === RECORDING_KINDS.spikes) this.#addSpikes(core, view, r, words, from);
          else this.#addStates(core, view, k, words, blocks[core.population]!);
        }
      }),
    );
    blocks.forEach((signals, p) => {
      signals.forEach((words, s) => {
        this.#signals[p]![s]!.push(words);
      });
    });
    this.#ticks = until;
  }

  results(): Results {
    const { networkName, seed, timestepMicros, populations } = this.#deployment;
    return {
      networkName,
      seed,
      timestepMicros,
      ticks: this.#ticks,
      populations: populations.map(
        (population, p): RecordedPopulation => ({
          name: population.name,
          size: population.size,
          cellType: population.cellType,
          ...(population.recordsSpikes ? { spikes: sortSpikes(this.#spikes[p]!) } : {}),
          signals: population.signals.map((signal, s) => this.#signal(signal, this.#signals[p]![s]!)),
        }),
      ),
    };
  }

  #signal(signal: DeployedSignal, cuts: readonly Int32Array[]): Signal {
    const words = new Int32Array(cuts.reduce((sum, c) => sum + c.length, 0));
    let at = 0;
    for (const cut of cuts) {
      words.set(cut, at);
      at += cut.length;
    }
    return { ...signal, words };
  }

  #addSpikes(core: DeployedCore, view: ImageView, r: RecordingDescriptor, words: Uint32Array, from: number): void {
    const planeWords = r.sampleWords / Math.max(1, view.config("spikePlanes"));
    const { tick, neuron } = this.#spikes[core.population]!;
    for (let i = 0; i < words.length; i++) {
      let bits = words[i]!;
      if (bits === 0) continue;
      const t = from + Math.floor(i / r.sampleWords);
      const first = core.lo + (i % planeWords) * 32;
      while (bits !== 0) {
        const low = 31 - Math.clz32(bits & -bits);
        tick.push(t);
        neuron.push(first + low);
        bits &= bits - 1;
      }
    }
  }

  /** Puts a core's columns where they belong among the population's. */
  #addStates(core: DeployedCore, view: ImageView, k: number, words: Uint32Array, blocks: readonly Int32Array[]): void {
    const r = view.recording(k);
    const signals = this.#deployment.populations[core.population]!.signals;
    const s = this.#signalOf(core, view, k);
    const { neurons } = signals[s]!;
    const columns = neurons.length;
    // Columns of a core are neighbours among the population's, since both are in ascending order.
    let column = 0;
    while (column < columns && neurons[column]! < core.lo) column++;
    const block = blocks[s]!;
    const samples = words.length / r.sampleWords;
    const signed = new Int32Array(words.buffer, words.byteOffset, words.length);
    for (let i = 0; i < samples; i++) {
      block.set(signed.subarray(i * r.sampleWords, (i + 1) * r.sampleWords), i * columns + column);
    }
  }

  /** Which of the population's signals recording k of a core is: a core leaves out those it has no neuron of. */
  #signalOf(core: DeployedCore, view: ImageView, k: number): number {
    const { signals } = this.#deployment.populations[core.population]!;
    let nth = 0;
    for (let i = 0; i < k; i++) if (view.recording(i).kind === RECORDING_KINDS.state) nth++;
    for (let s = 0; s < signals.length; s++) {
      if (!signals[s]!.neurons.some((n) => n >= core.lo && n < core.hi)) continue;
      if (nth-- === 0) return s;
    }
    throw new RangeError(`core of ${core.binary} has a recording its population does not have`);
  }
}

/** Counters of every core, as the target has them now. */
export async function readProvenance(deployment: Deployment, target: RunTarget): Promise<Provenance[]> {
  return Promise.all(
    deployment.cores.map(async ({ image }, c) => {
      const { offset, bytes } = new ImageView(image).region("provenance");
      const read = await target.read(c, offset, bytes);
      const words = new Uint32Array(read.slice().buffer);
      return Object.fromEntries(PROVENANCE_NAMES.map((name, i) => [name, words[i]!])) as Provenance;
    }),
  );
}

function samplesIn(r: RecordingDescriptor, from: number, until: number): number {
  return samplesBetween(from, until, r.intervalTicks);
}

function samplesBetween(from: number, until: number, interval: number): number {
  return Math.ceil(until / interval) - Math.ceil(from / interval);
}

function sortSpikes({ tick, neuron }: { readonly tick: readonly number[]; readonly neuron: readonly number[] }): {
  tick: Uint32Array;
  neuron: Uint32Array;
} {
  const order = Uint32Array.from(tick, (_, i) => i).sort((a, b) => tick[a]! - tick[b]! || neuron[a]! - neuron[b]!);
  return { tick: Uint32Array.from(order, (i) => tick[i]!), neuron: Uint32Array.from(order, (i) => neuron[i]!) };
}

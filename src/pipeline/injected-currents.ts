import type { EncodedCells, Values, Words } from "../models/cell-model.ts";
import { NOISE_SLOTS, noiseKey, noiseNames, withNoise } from "../models/noisy-drive.ts";
import { LARGEST_NORMAL, NORMAL_TABLE, normalTable } from "../models/normal-table.ts";
import { ParameterRangeError } from "../models/parameter-words.ts";
import { type CurrentSource, msToTicks, type Network, type Population } from "../network/network.ts";
import { NoCurrentError } from "./errors.ts";

type NoisySource = Extract<CurrentSource, { type: "NoisyCurrentSource" }>;

/**
 * The currents injected into a population. Direct and step currents, and the means of noisy ones, are changes of the
 * drive's words at certain ticks; what varies about a noisy current is drawn by the cells themselves.
 */
export class InjectedCurrents {
  readonly #network: Network;
  readonly #index: number;
  readonly #population: Population;
  readonly #sources: readonly CurrentSource[];
  /** Noisy sources that share one state a neuron, since no neuron has two of them. */
  readonly #slots: readonly (readonly NoisySource[])[];

  constructor(network: Network, index: number) {
    this.#network = network;
    this.#index = index;
    this.#population = network.populations[index]!;
    this.#sources = this.#population.currentSources ?? [];
    this.#slots = noiseSlots(this.#population, this.#sources);
  }

  /** Ticks from which on some current is another, ascending; tick 0 is not among them. */
  changes(): number[] {
    const ticks = this.#sources.flatMap((source) =>
      source.type === "StepCurrentSource"
        ? source.timesMs.map((ms) => this.#tick(ms))
        : [this.#tick(source.startMs), ...(source.stopMs === undefined ? [] : [this.#tick(source.stopMs)])],
    );
    return [...new Set(ticks)].filter((tick) => tick > 0).sort((a, b) => a - b);
  }

  /** The cells with what noisy currents need; parameters are those of tick 0. */
  driven(cells: EncodedCells): EncodedCells {
    if (this.#sources.length === 0) return cells;
    if (cells.drive === undefined) throw new NoCurrentError(this.#population.name, this.#population.cell.type);
    const { model, states, tables } = cells;
    if (this.#slots.length === 0) return { ...cells, params: this.params(cells, 0) };
    const added = this.#slots.flatMap((sources, slot): [string, Words][] => {
      const { variate, wait } = noiseNames(slot);
      return [
        [variate, 0],
        [wait, toWords(this.#perNeuron(sources, (source) => this.#tick(source.startMs)))],
      ];
    });
    return {
      ...cells,
      model: withNoise(model, cells.drive.param, this.#slots.length),
      params: this.params(cells, 0),
      states: { ...states, ...Object.fromEntries(added) },
      tables: { ...tables, [NORMAL_TABLE]: normalTable() },
    };
  }

  /**
   * Parameters of the cells in a tick.
   *
   * @throws {ParameterRangeError} a current is stronger than the drive's format
   */
  params(cells: EncodedCells, tick: number): Record<string, Words> {
    if (this.#sources.length === 0) return { ...cells.params };
    const { param, bitsPerNanoamp } = cells.drive!;
    const direct = this.#sources.reduce<Values>(
      (sum, source) =>
        plus(
          sum,
          this.#perNeuron([source], () => this.#amplitude(source, tick)),
        ),
      0,
    );
    const base = cells.params[param]!;
    // Half of the drive's format is left to noise where there is some.
    const most = this.#slots.length === 0 ? 0x7fff_ffff : 0x3fff_ffff;
    const drive = this.#words(direct, bitsPerNanoamp, (n, bits) => valueAt(base, n) + bits, most);
    const params: Record<string, Words> = { ...cells.params, [param]: drive };
    this.#slots.forEach((sources, slot) => {
      const names = noiseNames(slot);
      const active = this.#perNeuron(sources, (source) => (this.#isOn(source, tick) ? source.stdevNa : 0));
      const limit = most / LARGEST_NORMAL / this.#slots.length;
      params[names.scale] = this.#words(active, bitsPerNanoamp, (_, bits) => bits, limit);
      params[names.stream] = noiseKey(this.#network.seed, this.#index, slot) | 0;
      params[names.interval] = toWords(this.#perNeuron(sources, ({ intervalTicks }) => intervalTicks - 1));
    });
    return params;
  }

  #tick(ms: number): number {
    return msToTicks(ms, this.#network.timestepMicros);
  }

  #isOn({ startMs, stopMs }: NoisySource | Extract<CurrentSource, { type: "DCSource" }>, tick: number): boolean {
    return tick >= this.#tick(startMs) && (stopMs === undefined || tick < this.#tick(stopMs));
  }

  /** What a source gives in a tick, in nA, apart from noise. */
  #amplitude(source: CurrentSource, tick: number): number {
    if (source.type === "StepCurrentSource") {
      const last = source.timesMs.findLastIndex((ms) => this.#tick(ms) <= tick);
      return last < 0 ? 0 : source.amplitudesNa[last]!;
    }
    if (!this.#isOn(source, tick)) return 0;
    return source.type === "DCSource" ? source.amplitudeNa : source.meanNa;
  }

  /** A number of each source at its neurons, 0 elsewhere; one number where a source is for all. */
  #perNeuron<Source extends CurrentSource>(sources: readonly Source[], value: (source: Source) => number): Values {
    const [first] = sources;
    if (sources.length === 1 && first!.neurons === undefined) return value(first!);
    const values = new Float64Array(this.#population.size);
    for (const source of sources) {
      const one = value(source);
      for (const n of source.neurons ?? values.keys()) values[n] = one;
    }
    return values;
  }

  #words(currentsNa: Values, bitsPerNanoamp: Values, word: (n: number, bits: number) => number, limit: number): Words {
    const one = (n: number): number => {
      const [nanoamps, bits] = [valueAt(currentsNa, n), valueAt(bitsPerNanoamp, n)];
      const result = Math.round(word(n, nanoamps * bits));
      if (Math.abs(result) <= limit) return result;
      throw new ParameterRangeError(
        this.#population.name,
        "injected current",
        nanoamps,
        `With this cell and timestep it must stay within ${Number((limit / bits).toPrecision(4))} nA, i_offset included.`,
      );
    };
    if (typeof currentsNa === "number" && typeof bitsPerNanoamp === "number") return one(0);
    return Int32Array.from({ length: this.#population.size }, (_, n) => one(n));
  }
}

/** Noisy sources in as few groups as leave each neuron at most one source in each. */
function noiseSlots({ name, size }: Population, sources: readonly CurrentSource[]): NoisySource[][] {
  const slots: { readonly taken: Uint8Array; readonly sources: NoisySource[] }[] = [];
  for (const source of sources) {
    if (source.type !== "NoisyCurrentSource") continue;
    const neurons = source.neurons ?? Array.from({ length: size }, (_, n) => n);
    let slot = slots.find(({ taken }) => neurons.every((n) => taken[n] === 0));
    if (slot === undefined) {
      if (slots.length === NOISE_SLOTS) {
        const remedy = `A neuron takes at most ${NOISE_SLOTS}; add their variances and give one.`;
        throw new ParameterRangeError(name, "noisy currents into one neuron", NOISE_SLOTS + 1, remedy);
      }
      slot = { taken: new Uint8Array(size), sources: [] };
      slots.push(slot);
    }
    for (const n of neurons) slot.taken[n] = 1;
    slot.sources.push(source);
  }
  return slots.map((slot) => slot.sources);
}

function plus(a: Values, b: Values): Values {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const length = typeof a === "number" ? (b as Float64Array).length : a.length;
  return Float64Array.from({ length }, (_, n) => valueAt(a, n) + valueAt(b, n));
}

function valueAt(values: Values | Words, n: number): number {
  return typeof values === "number" ? values : values[n]!;
}

function toWords(values: Values | Words): Words {
  return typeof values === "number" ? values : Int32Array.from(values);
}

/** Everything a run recorded, in the user's populations, whatever the partition, machine or mode. */
export interface Results {
  readonly networkName: string;
  readonly seed: number;
  readonly timestepMicros: number;
  /** Ticks that were run. */
  readonly ticks: number;
  readonly populations: readonly RecordedPopulation[];
}

export interface RecordedPopulation {
  readonly name: string;
  readonly size: number;
  readonly cellType: string;
  /** Undefined when spikes were not recorded. Sorted by tick, then neuron; parallel arrays. */
  readonly spikes?: Spikes;
  readonly signals: readonly Signal[];
}

/** Spikes of one population: parallel arrays, one entry a spike. */
export interface Spikes {
  readonly tick: Uint32Array;
  readonly neuron: Uint32Array;
}

/** A recorded state variable, as the words the core stored. */
export interface Signal {
  /** PyNN's name: v, gsyn_exc, gsyn_inh ... */
  readonly variable: string;
  /** Unit of `word * scale`: mV, uS, nA. */
  readonly unit: string;
  readonly intervalTicks: number;
  /** Uint32Array[columns]: neuron of each column, ascending. */
  readonly neurons: Uint32Array;
  /** Int32Array[samples * columns], sample after sample; sample s was taken in tick s * intervalTicks, before its update. */
  readonly words: Int32Array;
  /** User units a bit: Float64Array[columns], since a conductance word's unit depends on the cell's capacitance. */
  readonly scale: Float64Array;
}

/**
 * What a run recorded, in memory ({@link Results}) or read piece by piece from a file that may be larger than memory.
 * Pieces can be gone through any number of times.
 */
export interface Recordings extends Omit<Results, "populations"> {
  readonly populations: readonly PopulationRecordings[];
}

export interface PopulationRecordings extends Omit<RecordedPopulation, "spikes" | "signals"> {
  readonly spikes?: Spikes | SpikeSeries;
  readonly signals: readonly (Signal | SignalSeries)[];
}

/** Spikes in pieces, sorted by tick, then neuron, within the pieces and from one to the next. */
export interface SpikeSeries {
  readonly count: number;
  /** All of `SPIKES_PER_PIECE` spikes, but for the last. */
  pieces(): Iterable<Spikes>;
}

/** A signal in pieces of whole samples, each laid out as {@link Signal.words}. */
export interface SignalSeries extends Omit<Signal, "words"> {
  readonly samples: number;
  /** All of `samplesPerPiece` samples, but for the last. */
  pieces(): Iterable<Int32Array>;
}

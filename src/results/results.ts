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
  readonly spikes?: { readonly tick: Uint32Array; readonly neuron: Uint32Array };
  readonly signals: readonly Signal[];
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

/**
 * A network as the user described it, checked and complete: names resolve, numbers are in range, defaults are filled in.
 *
 * Times are kept as the user gave them (ms); ticks are computed once, where a stage needs them, by {@link msToTicks}.
 * Units are PyNN's: mV, ms, nA, nF, microsiemens.
 */
export interface Network {
  readonly name: string;
  /** Unsigned 32 bits; with the network it determines every bit of the run. */
  readonly seed: number;
  /** Positive integer microseconds. */
  readonly timestepMicros: number;
  readonly populations: readonly Population[];
  readonly projections: readonly Projection[];
  /** At least one; a run without phases is one phase. */
  readonly phases: readonly Phase[];
}

/** Neurons of a population at most: 24 bits. */
export const MOST_NEURONS = 0xff_ffff;

/** A stretch of the run. Its changes are made before its first tick, all state is kept from the phase before. */
export interface Phase {
  readonly durationMs: number;
  /** Projections (indices into {@link Network.projections}) that come into being with this phase. Phase 0 lists all others. */
  readonly addedProjections: readonly number[];
  /** Parameters of source populations that change with this phase. */
  readonly parameterChanges: readonly {
    readonly population: number;
    readonly parameters: Readonly<Record<string, Value>>;
  }[];
}

/** One number for all, one a neuron (or synapse), or a distribution to draw them from. */
export type Value = number | readonly number[] | Distribution;

export type Distribution =
  | { readonly distribution: "uniform"; readonly low: number; readonly high: number }
  | { readonly distribution: "normal"; readonly mu: number; readonly sigma: number }
  | {
      readonly distribution: "normal_clipped";
      readonly mu: number;
      readonly sigma: number;
      readonly low: number;
      readonly high: number;
    }
  | { readonly distribution: "lognormal"; readonly mu: number; readonly sigma: number }
  | { readonly distribution: "exponential"; readonly beta: number };

export interface Population {
  readonly name: string;
  readonly size: number;
  readonly cell: Cell;
  /** Initial state by PyNN variable name (v, u, gsyn_exc, m ...); variables not named start at the cell type's default. */
  readonly initial: Readonly<Record<string, Value>>;
  readonly record: readonly Recording[];
  /** Positions for distance-dependent connectors, in space units: Float64Array[size * 3], or undefined. */
  readonly positions?: Float64Array;
  /** Upper bound the user sets; undefined lets the mapper choose. */
  readonly maxNeuronsPerCore?: number;
  /** Chip the user pinned every slice to. */
  readonly pinnedChip?: { readonly x: number; readonly y: number };
  /** Named parts, for connecting and for reports. */
  readonly views?: readonly NamedView[];
  /** Currents injected beside the synapses. */
  readonly currentSources?: readonly CurrentSource[];
  /** PyNN spelling of a label shown in reports, the same as name unless given. */
  readonly label: string;
}

/** Cell type by PyNN name with every parameter of that type present. `type` names a model of `src/models` or a source. */
export interface Cell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, Value>>;
  /** Integration choices that are not biology: sub-steps a tick, compatibility rules. By name, each a number or word. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** SpikeSourceArray: spike times in ms of each source. */
  readonly spikeTimesMs?: readonly (readonly number[])[];
}

export interface Recording {
  /** `spikes` or a recordable of the cell type: v, gsyn_exc, gsyn_inh, ... */
  readonly variable: string;
  /** Whole number of ticks between samples, at least 1. Spikes are always 1. */
  readonly intervalTicks: number;
  /** Neurons recorded, ascending; undefined means all. */
  readonly neurons?: readonly number[];
}

/** A part of a population that has a name of its own. */
export interface NamedView {
  readonly name: string;
  /** Ascending. */
  readonly neurons: readonly number[];
}

/** A current in nA into some neurons of a population; all are sums of what `i_offset` and the synapses give. */
export type CurrentSource = CurrentWaveform & {
  /** Ascending; undefined means all. */
  readonly neurons?: readonly number[];
};

export type CurrentWaveform =
  | {
      readonly type: "DCSource";
      readonly amplitudeNa: number;
      readonly startMs: number;
      /** Undefined: to the end of the run. */
      readonly stopMs?: number;
    }
  /** From `timesMs[i]` (ascending) on the current is `amplitudesNa[i]`; before the first it is 0. */
  | {
      readonly type: "StepCurrentSource";
      readonly timesMs: readonly number[];
      readonly amplitudesNa: readonly number[];
    }
  /** A new normal variate, of its own for each neuron, every `intervalTicks`. */
  | {
      readonly type: "NoisyCurrentSource";
      readonly meanNa: number;
      readonly stdevNa: number;
      readonly intervalTicks: number;
      readonly startMs: number;
      readonly stopMs?: number;
    };

/** Contiguous or listed part of a population that a projection connects. */
export interface View {
  readonly population: number;
  /** Ascending neuron indices, or undefined for the whole population. */
  readonly neurons?: readonly number[];
}

export interface Projection {
  readonly name: string;
  readonly pre: View;
  readonly post: View;
  /** Receptor of the target's cell type: `excitatory` or `inhibitory` for the standard types. */
  readonly receptor: string;
  readonly connector: Connector;
  /** Weight in uS for conductance models, nA for current models, mV for delta models. */
  readonly weight: Value;
  /** Delay in ms; validated and rounded to ticks once. */
  readonly delay: Value;
  /** Present when the connector spans several populations, of which this projection joins one pair. */
  readonly assembly?: AssemblyPart;
}

/**
 * The wider connection that a projection is a part of. The connector draws once for the assembly, whose neurons are
 * numbered view after view; each part keeps what falls on its own pair of views.
 */
export interface AssemblyPart {
  /** Name of the wider connection. */
  readonly name: string;
  /** Projection whose random stream all parts share: the first of them. */
  readonly firstProjection: number;
  readonly pre: readonly View[];
  readonly post: readonly View[];
  /** Indices of this projection's own views in `pre` and `post`. */
  readonly prePart: number;
  readonly postPart: number;
}

export type Connector =
  | { readonly type: "AllToAll"; readonly allowSelfConnections: boolean }
  | { readonly type: "OneToOne" }
  | { readonly type: "FixedProbability"; readonly pConnect: number; readonly allowSelfConnections: boolean }
  | {
      readonly type: "FixedNumberPre";
      readonly n: number;
      readonly withReplacement: boolean;
      readonly allowSelfConnections: boolean;
    }
  | {
      readonly type: "FixedNumberPost";
      readonly n: number;
      readonly withReplacement: boolean;
      readonly allowSelfConnections: boolean;
    }
  | {
      readonly type: "FixedTotalNumber";
      readonly n: number;
      readonly withReplacement: boolean;
      readonly allowSelfConnections: boolean;
    }
  | { readonly type: "FromList"; readonly list: ConnectionList }
  | {
      readonly type: "DistanceDependentProbability";
      /** Expression in d, the distance: e.g. `exp(-d / 100)`. */
      readonly dExpression: string;
      readonly allowSelfConnections: boolean;
    }
  | {
      readonly type: "SmallWorld";
      readonly degree: number;
      readonly rewiring: number;
      readonly allowSelfConnections: boolean;
    }
  | {
      /** braintools.conn.ExcitatoryInhibitory, one class of edges a projection. */
      readonly type: "ExcitatoryInhibitory";
      readonly excRatio: number;
      readonly excProb: number;
      readonly inhProb: number;
      readonly edges: "excitatory" | "inhibitory";
      /** `mt19937` draws as braintools does, from its own seed; `counter` is ours. */
      readonly generator: "counter" | "mt19937";
      readonly generatorSeed: number;
    };

/** Explicit connections; weight and delay override the projection's where given. */
export interface ConnectionList {
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  readonly weight?: Float64Array;
  readonly delayMs?: Float64Array;
}

/** A time in ms as a whole number of ticks, rounded half away from zero. */
export function msToTicks(ms: number, timestepMicros: number): number {
  return Math.round((ms * 1000) / timestepMicros);
}

/** Longest delay in ticks: what the mapper can build with delay rows. */
export const MAX_DELAY_TICKS = 256;

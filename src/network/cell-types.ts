/**
 * The cell types a network file may name: their parameters with defaults, units and valid ranges, their state variables,
 * receptors, recordables and integration options. One place for input checking, model building and documentation.
 *
 * Names and defaults are PyNN's (`pyNN/standardmodels/cells.py`) unless a comment says otherwise.
 * Units: ms, mV, nF, uS, nA, Hz.
 */

/** @typeParam Parameter names of its parameters, for callers that write them in TypeScript */
export interface CellType<Parameter extends string = string> {
  readonly name: string;
  /** A source has no membrane: it takes no input and its tick only says whether it spikes. */
  readonly kind: "neuron" | "source";
  readonly parameters: Readonly<Record<Parameter, ParameterSpec>>;
  /** State variables a user may initialise; `default` may name the parameter it equals. */
  readonly variables: Readonly<Record<string, VariableSpec>>;
  readonly receptors: Readonly<Record<string, ReceptorSpec>>;
  /** What can be recorded, with its unit; every type records `spikes`. */
  readonly recordables: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, OptionSpec>>;
}

export type MembraneParameter = "v_rest" | "cm" | "tau_m" | "tau_refrac" | "v_reset" | "v_thresh" | "i_offset";
export type SynapticTime = "tau_syn_E" | "tau_syn_I";
export type Reversal = "e_rev_E" | "e_rev_I";
export type IzhikevichParameter = "a" | "b" | "c" | "d" | "i_offset" | SynapticTime;
export type HodgkinHuxleyParameter =
  | "gbar_Na"
  | "gbar_K"
  | "g_leak"
  | "cm"
  | "v_offset"
  | "e_rev_Na"
  | "e_rev_K"
  | "e_rev_leak"
  | "i_offset"
  | Reversal
  | SynapticTime;
export type PoissonParameter = "rate" | "start" | "duration";

/** Bounds are inclusive unless said to be exclusive. */
export interface ParameterSpec {
  readonly default: number;
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly meaning: string;
}

export interface VariableSpec {
  /** A number, or the name of the parameter that gives the value (v starts at v_rest). */
  readonly default: number | string;
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
}

/**
 * Sign a weight must have. Conductances are positive at both receptors; currents and voltage jumps are excitatory when
 * positive and inhibitory when negative, as PyNN has it.
 */
export interface ReceptorSpec {
  readonly sign: 1 | -1;
  readonly unit: string;
}

export type OptionSpec =
  | {
      readonly kind: "number";
      /** For sub-steps: as few sub-steps as keep each within this many ms. */
      readonly default: number | { readonly longestStepMs: number };
      readonly min: number;
      readonly max: number;
      readonly whole: boolean;
      readonly unit: string;
      readonly meaning: string;
    }
  | { readonly kind: "word"; readonly default: string; readonly words: readonly string[]; readonly meaning: string }
  | { readonly kind: "flag"; readonly default: boolean; readonly meaning: string };

/** Longest sub-step that keeps the exponential Euler rule near its limit (ms). */
export const MAX_SUBSTEP_MS = 0.25;
/** Longest sub-step for cells whose own channels are fast: an action potential is some tenths of a ms (ms). */
export const MAX_CHANNEL_SUBSTEP_MS = 0.1;

/** Sub-steps a tick takes unless the user says otherwise: as few as keep each within the longest there may be. */
export function defaultSubsteps(timestepMicros: number, longestStepMs: number = MAX_SUBSTEP_MS): number {
  return Math.max(1, Math.ceil(timestepMicros / (longestStepMs * 1000) - 1e-9));
}

function substepsWithin(longestStepMs: number): OptionSpec {
  return {
    kind: "number",
    default: { longestStepMs },
    min: 1,
    max: 64,
    whole: true,
    unit: "",
    meaning: `integration steps a tick; by default as few as keep each within ${longestStepMs} ms`,
  };
}

const SUBSTEPS: OptionSpec = substepsWithin(MAX_SUBSTEP_MS);

const RULE: OptionSpec = {
  kind: "word",
  default: "exponential-euler",
  words: ["exponential-euler", "spynnaker"],
  meaning: "membrane rule; `spynnaker` freezes the synaptic current at the old voltage, as sPyNNaker does",
};

const membrane = {
  v_rest: { default: -65, unit: "mV", min: -200, max: 200, meaning: "resting potential" },
  cm: { default: 1, unit: "nF", above: 0, max: 1e6, meaning: "membrane capacitance" },
  tau_m: { default: 20, unit: "ms", above: 0, max: 1e6, meaning: "membrane time constant" },
  tau_refrac: { default: 0.1, unit: "ms", min: 0, max: 1e6, meaning: "time held at v_reset after a spike" },
  v_reset: { default: -65, unit: "mV", min: -200, max: 200, meaning: "potential after a spike" },
  v_thresh: { default: -50, unit: "mV", min: -200, max: 200, meaning: "spike threshold" },
  i_offset: { default: 0, unit: "nA", min: -1e4, max: 1e4, meaning: "constant injected current" },
} as const satisfies Record<MembraneParameter, ParameterSpec>;

function synapticTimes(excitatory: number, inhibitory: number): Record<SynapticTime, ParameterSpec> {
  return {
    tau_syn_E: { default: excitatory, unit: "ms", above: 0, max: 1e5, meaning: "excitatory synaptic time constant" },
    tau_syn_I: { default: inhibitory, unit: "ms", above: 0, max: 1e5, meaning: "inhibitory synaptic time constant" },
  };
}

function reversals(inhibitory: number): Record<Reversal, ParameterSpec> {
  return {
    e_rev_E: { default: 0, unit: "mV", min: -200, max: 200, meaning: "excitatory reversal potential" },
    e_rev_I: { default: inhibitory, unit: "mV", min: -200, max: 200, meaning: "inhibitory reversal potential" },
  };
}

const V_AT_REST: VariableSpec = { default: "v_rest", unit: "mV", min: -200, max: 200 };

const conductances = {
  gsyn_exc: { default: 0, unit: "uS", min: 0 },
  gsyn_inh: { default: 0, unit: "uS", min: 0 },
} as const satisfies Record<string, VariableSpec>;

/** State of a current-based synapse, in nA; PyNN and sPyNNaker call it gsyn too. */
const currents = {
  gsyn_exc: { default: 0, unit: "nA", min: 0 },
  gsyn_inh: { default: 0, unit: "nA", max: 0 },
} as const satisfies Record<string, VariableSpec>;

const conductanceReceptors = {
  excitatory: { sign: 1, unit: "uS" },
  inhibitory: { sign: 1, unit: "uS" },
} as const satisfies Record<string, ReceptorSpec>;

const currentReceptors = {
  excitatory: { sign: 1, unit: "nA" },
  inhibitory: { sign: -1, unit: "nA" },
} as const satisfies Record<string, ReceptorSpec>;

const voltageReceptors = {
  excitatory: { sign: 1, unit: "mV" },
  inhibitory: { sign: -1, unit: "mV" },
} as const satisfies Record<string, ReceptorSpec>;

const RECORDS_CONDUCTANCE = { v: "mV", gsyn_exc: "uS", gsyn_inh: "uS" };
const RECORDS_CURRENT = { v: "mV", gsyn_exc: "nA", gsyn_inh: "nA" };

const IF_cond_exp: CellType<MembraneParameter | SynapticTime | Reversal> = {
  name: "IF_cond_exp",
  kind: "neuron",
  parameters: { ...membrane, ...synapticTimes(5, 5), ...reversals(-70) },
  variables: { v: V_AT_REST, ...conductances },
  receptors: conductanceReceptors,
  recordables: RECORDS_CONDUCTANCE,
  options: { substeps: SUBSTEPS, rule: RULE },
};

const IF_cond_alpha: CellType<MembraneParameter | SynapticTime | Reversal> = {
  name: "IF_cond_alpha",
  kind: "neuron",
  parameters: { ...membrane, ...synapticTimes(0.3, 0.5), ...reversals(-70) },
  variables: { v: V_AT_REST, ...conductances },
  receptors: conductanceReceptors,
  recordables: RECORDS_CONDUCTANCE,
  options: { substeps: SUBSTEPS },
};

const IF_curr_exp: CellType<MembraneParameter | SynapticTime> = {
  name: "IF_curr_exp",
  kind: "neuron",
  parameters: { ...membrane, ...synapticTimes(5, 5) },
  variables: { v: V_AT_REST, ...currents },
  receptors: currentReceptors,
  recordables: RECORDS_CURRENT,
  options: { substeps: SUBSTEPS },
};

const IF_curr_alpha: CellType<MembraneParameter | SynapticTime> = {
  name: "IF_curr_alpha",
  kind: "neuron",
  parameters: { ...membrane, ...synapticTimes(0.5, 0.5) },
  variables: { v: V_AT_REST, ...currents },
  receptors: currentReceptors,
  recordables: RECORDS_CURRENT,
  options: { substeps: SUBSTEPS },
};

const IF_curr_delta: CellType<MembraneParameter> = {
  name: "IF_curr_delta",
  kind: "neuron",
  parameters: membrane,
  variables: { v: V_AT_REST },
  receptors: voltageReceptors,
  recordables: { v: "mV" },
  options: { substeps: SUBSTEPS },
};

const Izhikevich: CellType<IzhikevichParameter> = {
  name: "Izhikevich",
  kind: "neuron",
  parameters: {
    a: { default: 0.02, unit: "1/ms", min: 0, max: 10, meaning: "rate of the recovery variable" },
    b: { default: 0.2, unit: "1/ms", min: -10, max: 10, meaning: "coupling of the recovery variable to v" },
    c: { default: -65, unit: "mV", min: -200, max: 30, meaning: "potential after a spike" },
    d: { default: 2, unit: "mV/ms", min: -1000, max: 1000, meaning: "jump of the recovery variable at a spike" },
    i_offset: { default: 0, unit: "nA", min: -1e4, max: 1e4, meaning: "constant injected current (1 nA is 1 mV/ms)" },
    // PyNN's own Izhikevich adds weights to v at once; sPyNNaker's, which people run here, decays them.
    ...synapticTimes(5, 5),
  },
  variables: {
    v: { default: -70, unit: "mV", min: -200, max: 200 },
    u: { default: -14, unit: "mV/ms", min: -1000, max: 1000 },
    ...currents,
  },
  receptors: currentReceptors,
  recordables: { v: "mV", u: "mV/ms", gsyn_exc: "nA", gsyn_inh: "nA" },
  options: { substeps: SUBSTEPS },
};

const conductance = { unit: "uS", min: 0, max: 1e4 } as const;

const HH_cond_exp: CellType<HodgkinHuxleyParameter> = {
  name: "HH_cond_exp",
  kind: "neuron",
  parameters: {
    gbar_Na: { default: 20, ...conductance, meaning: "maximum sodium conductance" },
    gbar_K: { default: 6, ...conductance, meaning: "maximum potassium conductance" },
    g_leak: { default: 0.01, ...conductance, meaning: "leak conductance" },
    cm: { default: 0.2, unit: "nF", above: 0, max: 1e6, meaning: "membrane capacitance" },
    v_offset: { default: -63, unit: "mV", min: -200, max: 200, meaning: "shift of the rate functions (V_sh)" },
    e_rev_Na: { default: 50, unit: "mV", min: -200, max: 200, meaning: "sodium reversal potential" },
    e_rev_K: { default: -90, unit: "mV", min: -200, max: 200, meaning: "potassium reversal potential" },
    e_rev_leak: { default: -65, unit: "mV", min: -200, max: 200, meaning: "leak reversal potential" },
    ...reversals(-80),
    ...synapticTimes(0.2, 2),
    i_offset: { default: 0, unit: "nA", min: -1e4, max: 1e4, meaning: "constant injected current" },
  },
  variables: {
    v: { default: -65, unit: "mV", min: -200, max: 200 },
    ...conductances,
    m: { default: 0, unit: "", min: 0, max: 1 },
    h: { default: 1, unit: "", min: 0, max: 1 },
    n: { default: 0, unit: "", min: 0, max: 1 },
  },
  receptors: conductanceReceptors,
  recordables: { ...RECORDS_CONDUCTANCE, m: "", h: "", n: "" },
  options: {
    substeps: substepsWithin(MAX_CHANNEL_SUBSTEP_MS),
    spike_threshold: {
      kind: "number",
      default: -20,
      min: -100,
      max: 60,
      whole: false,
      unit: "mV",
      meaning: "a spike is an upward crossing of this potential",
    },
    gates_start: {
      kind: "word",
      default: "given",
      words: ["given", "steady-state"],
      meaning: "where gates without an initial value start: at their default, or at rest for the cell's initial v",
    },
    gates_first: {
      kind: "flag",
      default: false,
      meaning: "update the gates before v: more accurate at the same cost, not braincell's order",
    },
  },
};

/** PyNN's default duration, 10^10 ms, stands for "until the end". */
export const FOREVER_MS = 1e10;

const SpikeSourcePoisson: CellType<PoissonParameter> = {
  name: "SpikeSourcePoisson",
  kind: "source",
  parameters: {
    rate: { default: 1, unit: "Hz", min: 0, max: 1e6, meaning: "mean spikes a second" },
    start: { default: 0, unit: "ms", min: 0, max: FOREVER_MS, meaning: "time of the first possible spike" },
    duration: { default: FOREVER_MS, unit: "ms", min: 0, max: FOREVER_MS, meaning: "length of the active time" },
  },
  variables: {},
  receptors: {},
  recordables: {},
  options: {},
};

const SpikeSourceArray: CellType<never> = {
  name: "SpikeSourceArray",
  kind: "source",
  parameters: {},
  variables: {},
  receptors: {},
  recordables: {},
  options: {},
};

/** Every cell type by its PyNN name. */
export const CELL_TYPES: Readonly<Record<string, CellType>> = {
  IF_curr_exp,
  IF_cond_exp,
  IF_curr_alpha,
  IF_cond_alpha,
  IF_curr_delta,
  Izhikevich,
  HH_cond_exp,
  SpikeSourcePoisson,
  SpikeSourceArray,
};

/**
 * A cell type of one's own: the adaptive exponential integrate-and-fire neuron of Brette and Gerstner (2005), PyNN's
 * EIF_cond_exp_isfa_ista. `node dist/examples/adaptive-exponential.js`
 */
import {
  add,
  and,
  type CellContext,
  type CellDefinition,
  CONDUCTANCE,
  CONDUCTANCE_LIMIT,
  cell,
  constant,
  type EncodedCells,
  each,
  eachValue,
  exp,
  expm1,
  exponentialSynapse,
  FixedProbabilityConnector,
  INCREMENT,
  initialPotentialWords,
  LEAKY_FIRE_PARAMS,
  leakyFire,
  leakyFireWords,
  linearWords,
  lookupPair,
  MILLIVOLT,
  type Model,
  type ModelLibrary,
  maxS,
  minS,
  modelLibrary,
  mulS,
  type Network,
  NetworkBuilder,
  param,
  parameterWords,
  perBit,
  potentialWords,
  RELAXATION_TABLE,
  relaxation,
  relaxationTable,
  SpikeSourcePoisson,
  select,
  shl,
  shrU,
  state,
  sub,
  substepsOf,
  sumProducts,
} from "../src/index.ts";
import { showWhenRun } from "./show.ts";

// C dV/dt = g_L (v_rest - V) + g_L delta_T exp((V - v_thresh) / delta_T) - w + g_e (e_rev_E - V) + g_i (e_rev_I - V) + I
// tau_w dw/dt = a (V - v_rest) - w;  V >= v_spike: V = v_reset, w = w + b

// The two receptors are ready-made parts: g jumps by the weight and decays. Their states hold h g / C in u5.27.
const excitatory = exponentialSynapse("excitatory", "g_e", CONDUCTANCE_LIMIT);
const inhibitory = exponentialSynapse("inhibitory", "g_i", CONDUCTANCE_LIMIT);

// The exponential as a table over the 64 mV below v_spike, in steps of 1/16 mV (2^19 in s8.23), in mV a step.
const UPSTROKE_TABLE = "upstroke";
const STEP_BITS = 19;
const STEPS = 1024;

const v = state("v");
const end = add(param("table_start"), constant(2 ** STEP_BITS * STEPS - 1));
const position = sub(maxS(minS(v, end), param("table_start")), param("table_start"));
const [left, right] = lookupPair(UPSTROKE_TABLE, shrU(position, STEP_BITS));
const fraction = shl(and(position, constant(2 ** STEP_BITS - 1)), 31 - STEP_BITS);
const upstroke = add(left, mulS(sub(right, left), fraction, 31));

// V relaxes exactly towards where all conductances pull it; exponential, adaptation and current are held for the step.
const pull = sumProducts(
  [
    [param("leak"), sub(param("e_leak"), v)],
    [excitatory.mean, sub(param("e_rev_e"), v)],
    [inhibitory.mean, sub(param("e_rev_i"), v)],
    [sub(upstroke, state("w")), constant(1 << 24)],
    [param("drive"), constant(1 << 23)],
  ],
  30,
  1n << 29n,
);
const total = add(add(param("leak"), excitatory.mean), inhibitory.mean);
const moved = add(v, mulS(relaxation(total), pull, 27));

// w as h w / C in mV a step: it goes a part of its way to a (V - v_rest), and jumps by b with a spike.
const target = mulS(sub(v, param("e_leak")), param("a"), 28);
const adapted = add(state("w"), mulS(sub(target, state("w")), param("w_rate"), 31));
const fire = leakyFire(moved, { ...excitatory.advance, ...inhibitory.advance }, []);
const spike = fire.spikes[0]!;

const MODEL: Model = {
  name: "EIF_cond_exp_isfa_ista",
  receptors: ["excitatory", "inhibitory"],
  states: ["v", "w", ...excitatory.states, ...inhibitory.states, "refractory"],
  params: [
    "leak",
    "e_leak",
    "e_rev_e",
    "e_rev_i",
    "drive",
    "a",
    "b",
    "w_rate",
    "table_start",
    ...LEAKY_FIRE_PARAMS,
    ...excitatory.params,
    ...inhibitory.params,
  ],
  coreParams: [...excitatory.coreParams, ...inhibitory.coreParams],
  tables: [RELAXATION_TABLE, UPSTROKE_TABLE],
  receive: {
    set: { ...excitatory.receive, ...inhibitory.receive },
    spikes: [],
    saturates: [...excitatory.receiveSaturates, ...inhibitory.receiveSaturates],
  },
  step: { ...fire, set: { ...fire.set, w: add(adapted, select(spike, param("b"), constant(0))) } },
};

/** How parameters become words. Whatever has no word is refused, with the parameter's name and range. */
function encode(context: CellContext): EncodedCells {
  const { size, timestepMs, parameters: p } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  const conductanceBits = eachValue([p.cm!], size, (cm) => (h / cm) * CONDUCTANCE);
  const currentBits = eachValue([p.cm!], size, (cm) => (h / cm) * INCREMENT);
  const synapse = { context, stepMs: h, bitsPerUserUnit: conductanceBits };
  const e = excitatory.encode({ ...synapse, tau: "tau_syn_E", initial: "gsyn_exc" });
  const i = inhibitory.encode({ ...synapse, tau: "tau_syn_I", initial: "gsyn_inh" });
  const spikeAt = { ...context, parameters: { ...p, v_thresh: p.v_spike! } };
  return {
    model: MODEL,
    substeps,
    params: {
      leak: parameterWords(context, "tau_m", p.tau_m!, {
        word: (tau) => (h / tau) * CONDUCTANCE,
        value: (word) => (h * CONDUCTANCE) / Math.max(1, word),
        min: 0,
        max: 2 * CONDUCTANCE - 1,
      }),
      e_leak: potentialWords(context, "v_rest"),
      e_rev_e: potentialWords(context, "e_rev_E"),
      e_rev_i: potentialWords(context, "e_rev_I"),
      drive: linearWords(context, "i_offset", conductanceBits),
      // a is in nS, b in nA.
      a: linearWords(
        context,
        "a",
        eachValue([p.cm!], size, (cm) => (h / cm / 1000) * 2 ** 31),
      ),
      b: linearWords(context, "b", currentBits),
      w_rate: each([p.tau_w!], size, (tau) => Math.round(-expm1(-h / tau) * 2 ** 31)),
      table_start: one(p.v_spike!) * MILLIVOLT - STEPS * 2 ** STEP_BITS,
      ...leakyFireWords(spikeAt, h),
      ...e.params,
      ...i.params,
    },
    states: {
      v: initialPotentialWords(context, "v", p.v_rest!),
      w: each([context.initial.w ?? 0, currentBits], size, (w, bits) => Math.round(w * bits)),
      ...e.states,
      ...i.states,
      refractory: 0,
    },
    tables: {
      [RELAXATION_TABLE]: relaxationTable(),
      [UPSTROKE_TABLE]: upstrokeTable(h / one(p.tau_m!), one(p.v_spike!), one(p.v_thresh!), one(p.delta_T!)),
    },
    recordables: [
      { variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT },
      { variable: "w", state: "w", unit: "nA", scale: perBit(currentBits, size) },
      { variable: "gsyn_exc", state: excitatory.recorded, unit: "uS", scale: perBit(e.recordedBits, size) },
      { variable: "gsyn_inh", state: inhibitory.recorded, unit: "uS", scale: perBit(i.recordedBits, size) },
    ],
    drive: { param: "drive", bitsPerNanoamp: conductanceBits },
  };
}

/** h g_L / C delta_T exp((V - v_thresh) / delta_T) in s5.26 mV, no more than 31 mV. */
function upstrokeTable(leak: number, vSpike: number, vThresh: number, deltaT: number): Int32Array {
  return Int32Array.from({ length: STEPS + 1 }, (_, step) => {
    const mv = vSpike + (step - STEPS) / 16;
    return Math.round(Math.min(31, leak * deltaT * exp((mv - vThresh) / deltaT)) * INCREMENT);
  });
}

/** Tables are one a core, so what they depend on must be one number. */
function one(values: number | Float64Array): number {
  if (typeof values === "number") return values;
  throw new RangeError("cm may differ between neurons; tau_m, v_spike, v_thresh and delta_T may not");
}

const millivolts = (initial: number, meaning: string) => ({
  default: initial,
  unit: "mV",
  min: -127,
  max: 128,
  meaning,
});
const milliseconds = (initial: number, meaning: string) => ({
  default: initial,
  unit: "ms",
  above: 0,
  max: 1e5,
  meaning,
});

/** PyNN's name and defaults. */
export const ADAPTIVE_EXPONENTIAL: CellDefinition = {
  type: {
    name: "EIF_cond_exp_isfa_ista",
    kind: "neuron",
    parameters: {
      cm: { default: 0.281, unit: "nF", above: 0, max: 1e6, meaning: "membrane capacitance" },
      tau_refrac: { default: 0.1, unit: "ms", min: 0, max: 1e5, meaning: "time held at v_reset after a spike" },
      v_spike: millivolts(-40, "potential that counts as a spike"),
      v_reset: millivolts(-70.6, "potential after a spike"),
      v_rest: millivolts(-70.6, "resting potential"),
      tau_m: milliseconds(9.3667, "membrane time constant"),
      i_offset: { default: 0, unit: "nA", min: -1e4, max: 1e4, meaning: "constant injected current" },
      a: { default: 4, unit: "nS", min: 0, max: 1e4, meaning: "adaptation by potential" },
      b: { default: 0.0805, unit: "nA", min: 0, max: 1e3, meaning: "adaptation by spikes" },
      delta_T: { default: 2, unit: "mV", above: 0, max: 50, meaning: "sharpness of the upstroke" },
      tau_w: milliseconds(144, "time constant of adaptation"),
      v_thresh: millivolts(-50.4, "potential where the upstroke begins"),
      e_rev_E: millivolts(0, "excitatory reversal potential"),
      tau_syn_E: milliseconds(5, "excitatory synaptic time constant"),
      e_rev_I: millivolts(-80, "inhibitory reversal potential"),
      tau_syn_I: milliseconds(5, "inhibitory synaptic time constant"),
    },
    variables: {
      v: { default: "v_rest", unit: "mV", min: -127, max: 128 },
      w: { default: 0, unit: "nA" },
      gsyn_exc: { default: 0, unit: "uS", min: 0 },
      gsyn_inh: { default: 0, unit: "uS", min: 0 },
    },
    receptors: { excitatory: { sign: 1, unit: "uS" }, inhibitory: { sign: 1, unit: "uS" } },
    recordables: { v: "mV", w: "nA", gsyn_exc: "uS", gsyn_inh: "uS" },
    options: {},
  },
  models: [MODEL],
  encode,
};

/** What reads, maps and runs networks with the cell type in them. */
export const MODELS: ModelLibrary = modelLibrary([ADAPTIVE_EXPONENTIAL]);

/** 200 of the cells, driven by noise, some of them with a stronger adaptation. */
export function adaptiveExponential(): Network {
  const net = new NetworkBuilder({
    name: "adaptive-exponential",
    seed: 5,
    timestepMs: 0.1,
    cellTypes: MODELS.cellTypes,
  });
  const b = Array.from({ length: 200 }, (_, n) => (n < 100 ? 0.0805 : 0.3));
  const cells = net.population("cells", 200, cell("EIF_cond_exp_isfa_ista", { b }), { record: ["spikes", "v", "w"] });
  const input = net.population("input", 100, SpikeSourcePoisson({ rate: 40 }));
  net.projection(input, cells, FixedProbabilityConnector(0.3), { weight: 0.003, delay: 1 });
  return net.run(300).build();
}

await showWhenRun(import.meta.url, adaptiveExponential(), MODELS);

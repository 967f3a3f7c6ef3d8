import {
  add,
  constant,
  type Expr,
  eq,
  geS,
  type Model,
  maxS,
  minS,
  mulS,
  or,
  param,
  select,
  state,
  sub,
  sumProducts,
} from "../codegen/ir.ts";
import { type CellContext, type CellModel, type EncodedCells, perBit, substepsOf } from "./cell-model.ts";
import { exponentialSynapse } from "./exponential-synapse.ts";
import { INCREMENT, INCREMENT_LIMIT, MILLIVOLT, signedWord } from "./fixed-point.ts";
import { aboveFloor, atFloor } from "./leaky-fire.ts";
import {
  initialPotentialWords,
  linearWords,
  ParameterRangeError,
  parameterWords,
  potentialWords,
} from "./parameter-words.ts";

/**
 * Izhikevich's neuron with current synapses that decay exponentially (1 nA is 1 mV/ms):
 *
 *     dv/dt = 0.04 v^2 + 5 v + 140 - u + I,  du/dt = a (b v - u);  v >= 30 mV: v = c, u = u + d
 *
 * by the midpoint rule in sub-steps of h. The midpoint is held below 40 mV, which only sub-steps that end in a spike can
 * meet, so that nothing leaves the range of the format.
 *
 * States: v in s8.23 mV, u in s8.23 mV/ms; i_e and i_i as the mV they add in a sub-step, in u6.26.
 */
export const IZHIKEVICH: CellModel = {
  type: "Izhikevich",
  receptors: ["excitatory", "inhibitory"],
  weightUnit: "nA",
  encode,
};

const PEAK_MV = 30;
const MIDPOINT_LIMIT_MV = 40;
/** u is held within ±127 mV/ms. */
const U_LIMIT_WORD = 127 * MILLIVOLT;
/** Longest sub-step for which v, at most 40 mV at the midpoint and with the strongest input, stays below 256 mV. */
const LONGEST_STEP_MS = 0.3;

const excitatory = exponentialSynapse("excitatory", "i_e", INCREMENT_LIMIT);
const inhibitory = exponentialSynapse("inhibitory", "i_i", INCREMENT_LIMIT);

export const IZHIKEVICH_MODEL: Model = model();

/** h times dv/dt in s8.23, with the coefficients of a step of h or of h / 2 (params with the suffix). */
function slope(v: Expr, u: Expr, suffix: "" | "_half", synaptic: Expr): Expr {
  // All products have the scale 2^50: v^2 in s17.14 times 0.04 h 2^36, v and u in s8.23 times 5 h and h in 2^27.
  return sumProducts(
    [
      [mulS(v, v, 32), param(`square${suffix}`)],
      [v, param(`five${suffix}`)],
      [constant(-(2 ** 27)), mulS(u, param(`step${suffix}`), 27)],
      [synaptic, constant(suffix === "" ? 1 << 24 : 1 << 23)],
      [param(`constant${suffix}`), constant(1 << 27)],
    ],
    27,
    1n << 26n,
  );
}

function model(): Model {
  const [v, u] = [state("v"), state("u")];
  const synaptic = add(sub(excitatory.mean, inhibitory.mean), param("drive"));
  const midV = aboveFloor(minS(add(v, slope(v, u, "_half", synaptic)), constant(MIDPOINT_LIMIT_MV * MILLIVOLT)));
  // a h (b v - u): b in s4.27 times v gives s8.23.
  const recovery = (atV: Expr, atU: Expr, rate: string): Expr =>
    mulS(sub(mulS(atV, param("b"), 27), atU), param(rate), 31);
  const bounded = (word: Expr): Expr => maxS(minS(word, constant(U_LIMIT_WORD)), constant(-U_LIMIT_WORD));
  const midU = bounded(add(u, recovery(v, u, "a_half")));
  const nextV = aboveFloor(add(v, slope(midV, midU, "", synaptic)));
  const nextU = bounded(add(u, recovery(midV, midU, "a")));
  const spike = geS(nextV, constant(PEAK_MV * MILLIVOLT));
  return {
    name: "Izhikevich",
    receptors: ["excitatory", "inhibitory"],
    states: ["v", "u", ...excitatory.states, ...inhibitory.states],
    params: [
      "square",
      "five",
      "step",
      "constant",
      "square_half",
      "five_half",
      "step_half",
      "constant_half",
      "a",
      "a_half",
      "b",
      "c",
      "d",
      "drive",
      ...excitatory.params,
      ...inhibitory.params,
    ],
    coreParams: [...excitatory.coreParams, ...inhibitory.coreParams],
    tables: [],
    receive: {
      set: { ...excitatory.receive, ...inhibitory.receive },
      spikes: [],
      saturates: [
        ...excitatory.receiveSaturates,
        ...inhibitory.receiveSaturates,
        or(atFloor(), or(eq(u, constant(U_LIMIT_WORD)), eq(u, constant(-U_LIMIT_WORD)))),
      ],
    },
    step: {
      set: {
        v: select(spike, param("c"), nextV),
        u: select(spike, bounded(add(nextU, param("d"))), nextU),
        ...excitatory.advance,
        ...inhibitory.advance,
      },
      spikes: [spike],
      saturates: [],
    },
  };
}

function encode(context: CellContext): EncodedCells {
  const { size, timestepMs } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  if (h > LONGEST_STEP_MS) {
    throw new ParameterRangeError(
      context.population,
      "option substeps",
      substeps,
      `Sub-steps of Izhikevich cells are at most ${LONGEST_STEP_MS} ms: at least ${Math.ceil(timestepMs / LONGEST_STEP_MS)}.`,
    );
  }
  const bitsPerUserUnit = h * INCREMENT;
  const synapse = { context, stepMs: h, bitsPerUserUnit };
  const e = excitatory.encode({ ...synapse, tau: "tau_syn_E", initial: "gsyn_exc" });
  const i = inhibitory.encode({ ...synapse, tau: "tau_syn_I", initial: "gsyn_inh" });
  const recovery = { min: -U_LIMIT_WORD, max: U_LIMIT_WORD, given: "mV/ms" };
  return {
    model: IZHIKEVICH_MODEL,
    substeps,
    params: {
      ...stepWords("", h),
      ...stepWords("_half", h / 2),
      a: linearWords(context, "a", h * 2 ** 31, { given: "1/ms with this timestep" }),
      a_half: linearWords(context, "a", (h / 2) * 2 ** 31),
      // With |v| and |u| below 128, b v - u stays a word for |b| up to 1.
      b: linearWords(context, "b", 2 ** 27, { min: -(2 ** 27), max: 2 ** 27 }),
      c: potentialWords(context, "c"),
      d: linearWords(context, "d", MILLIVOLT, recovery),
      drive: linearWords(context, "i_offset", bitsPerUserUnit, { given: "nA with this timestep" }),
      ...e.params,
      ...i.params,
    },
    states: {
      v: initialPotentialWords(context, "v", -70),
      u: parameterWords(context, "initial u", context.initial.u ?? -14, {
        word: (u) => u * MILLIVOLT,
        value: (word) => word / MILLIVOLT,
        ...recovery,
      }),
      ...e.states,
      ...i.states,
    },
    tables: {},
    recordables: [
      { variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT },
      { variable: "u", state: "u", unit: "mV/ms", scale: 1 / MILLIVOLT },
      { variable: "gsyn_exc", state: "i_e", unit: "nA", scale: perBit(e.recordedBits, size) },
      { variable: "gsyn_inh", state: "i_i", unit: "nA", scale: perBit(i.recordedBits, size, -1) },
    ],
    drive: { param: "drive", bitsPerNanoamp: bitsPerUserUnit },
  };
}

/** Coefficients of {@link slope} for a step of `ms`. */
function stepWords(suffix: "" | "_half", ms: number): Record<string, number> {
  return {
    [`square${suffix}`]: signedWord(0.04 * ms, 2 ** 36),
    [`five${suffix}`]: signedWord(5 * ms, 2 ** 27),
    [`step${suffix}`]: signedWord(ms, 2 ** 27),
    [`constant${suffix}`]: signedWord(140 * ms, MILLIVOLT),
  };
}

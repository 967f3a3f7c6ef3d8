import {
  add,
  constant,
  type Expr,
  geS,
  type Model,
  minS,
  mulS,
  param,
  select,
  state,
  sub,
  sumProducts,
} from "../codegen/ir.ts";
import {
  type CellContext,
  type CellModel,
  type EncodedCells,
  each,
  eachValue,
  perBit,
  substepsOf,
} from "./cell-model.ts";
import { exponentialSynapse } from "./exponential-synapse.ts";
import { INCREMENT, INCREMENT_LIMIT, MILLIVOLT, signedWord } from "./fixed-point.ts";

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
  const midV = minS(add(v, slope(v, u, "_half", synaptic)), constant(MIDPOINT_LIMIT_MV * MILLIVOLT));
  // a h (b v - u): b in s4.27 times v gives s8.23.
  const recovery = (atV: Expr, atU: Expr, rate: string): Expr =>
    mulS(sub(mulS(atV, param("b"), 27), atU), param(rate), 31);
  const midU = add(u, recovery(v, u, "a_half"));
  const nextV = add(v, slope(midV, midU, "", synaptic));
  const nextU = add(u, recovery(midV, midU, "a"));
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
      saturates: [...excitatory.receiveSaturates, ...inhibitory.receiveSaturates],
    },
    step: {
      set: {
        v: select(spike, param("c"), nextV),
        u: select(spike, add(nextU, param("d")), nextU),
        ...excitatory.advance,
        ...inhibitory.advance,
      },
      spikes: [spike],
      saturates: [],
    },
  };
}

function encode(context: CellContext): EncodedCells {
  const { size, timestepMs, parameters: p, initial, weightUnits } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  const synapse = { size, stepMs: h, bitsPerUserUnit: h * INCREMENT };
  const e = excitatory.encode({
    ...synapse,
    tauMs: p.tau_syn_E!,
    weightUnit: weightUnits.excitatory!,
    initial: initial.gsyn_exc ?? 0,
  });
  const i = inhibitory.encode({
    ...synapse,
    tauMs: p.tau_syn_I!,
    weightUnit: weightUnits.inhibitory!,
    initial: initial.gsyn_inh ?? 0,
  });
  const mv = (value: number): number => signedWord(value, MILLIVOLT);
  return {
    model: IZHIKEVICH_MODEL,
    substeps,
    params: {
      ...stepWords("", h),
      ...stepWords("_half", h / 2),
      a: each([p.a!], size, (a) => signedWord(a * h, 2 ** 31)),
      a_half: each([p.a!], size, (a) => signedWord((a * h) / 2, 2 ** 31)),
      b: each([p.b!], size, (b) => signedWord(b, 2 ** 27)),
      c: each([p.c!], size, mv),
      d: each([p.d!], size, mv),
      drive: each([p.i_offset!], size, (current) => signedWord(current * h, INCREMENT)),
      ...e.params,
      ...i.params,
    },
    states: {
      v: each([initial.v ?? -70], size, mv),
      u: each([initial.u ?? -14], size, mv),
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
    drive: { param: "drive", bitsPerNanoamp: eachValue([h * INCREMENT], size, (bits) => bits) },
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

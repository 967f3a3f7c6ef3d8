import {
  add,
  constant,
  type Expr,
  eq,
  geS,
  type Model,
  mulS,
  mulU,
  not,
  param,
  select,
  shrS,
  state,
  sub,
} from "../codegen/ir.ts";
import { exactLog } from "../random/index.ts";
import { type CellContext, type EncodedCells, each, substepsOf, type Values, type Words } from "./cell-model.ts";
import { exp } from "./elementary.ts";
import { FRACTION } from "./fixed-point.ts";
import { parameterWords } from "./parameter-words.ts";
import { synapticInput, synapticInputWords, synapticStart } from "./synaptic-input.ts";

/**
 * IF_cond_exp as sPyNNaker computes it, for comparing with its results (option `rule: "spynnaker"`).
 *
 * Reproduced, operation by operation: s16.15 words that wrap; conductances 1024 times as large and divided before use;
 * products that round down; the synaptic current frozen at the old V and the membrane relaxing with tau_m alone; the
 * threshold tested after every update, refractory or not; decay and mean factor from a time step over tau in s16.15;
 * parameters cut off to s16.15. `substeps` is its `n_steps_per_timestep`: give 1, which is its default.
 *
 * Not reproduced: the rounding of weights to powers of two (weights here are on a grid of their own, mostly exact), the
 * saturation of 16-bit ring-buffer slots, and the last 1e-6 of its exponential function.
 *
 * States: v in s16.15 mV; g_e and g_i in s16.15 of uS / 1024; refractory steps left.
 *
 * @see sPyNNaker `neural_modelling/src/neuron/models/neuron_model_lif_impl.h`, `neuron_impl_standard.h`
 */
const ACCUM = 2 ** 15;
/** Bits of 1 uS in a synaptic state. */
const CONDUCTANCE_BITS: number = 1024 * ACCUM;
const STATE_LIMIT = 0x7fff_ffff;

// The input of a tick is taken as a whole, then scaled by its mean over the step.
const excitatory = synapticInput("excitatory", "g_e", STATE_LIMIT, (added) => mulU(added, param("g_e.mean"), 32));
const inhibitory = synapticInput("inhibitory", "g_i", STATE_LIMIT, (added) => mulU(added, param("g_i.mean"), 32));

export const IF_COND_EXP_SPYNNAKER_MODEL: Model = model();

function model(): Model {
  const v = state("v");
  const conductance = (name: string): Expr => shrS(state(name), 10);
  const currentE = mulS(conductance("g_e"), sub(param("e_rev_e"), v), 15);
  const currentI = mulS(sub(constant(0), conductance("g_i")), sub(param("e_rev_i"), v), 15);
  const current = add(sub(currentE, currentI), param("drive"));
  const alpha = add(mulS(current, param("resistance"), 15), param("v_rest"));
  const free = eq(state("refractory"), constant(0));
  const moved = select(free, sub(alpha, mulS(param("exp_tc"), sub(alpha, v), 15)), v);
  const spike = geS(moved, param("v_thresh"));
  return {
    name: "IF_cond_exp_spynnaker",
    receptors: ["excitatory", "inhibitory"],
    states: ["v", "g_e", "g_i", "refractory"],
    params: [
      "e_rev_e",
      "e_rev_i",
      "resistance",
      "exp_tc",
      "v_rest",
      "v_thresh",
      "v_reset",
      "drive",
      "refractory_steps",
      "g_e.decay",
      "g_e.mean",
      "g_i.decay",
      "g_i.mean",
      ...excitatory.params,
      ...inhibitory.params,
    ],
    coreParams: [...excitatory.coreParams, ...inhibitory.coreParams],
    tables: [],
    receive: {
      set: { g_e: excitatory.value, g_i: inhibitory.value },
      spikes: [],
      saturates: [excitatory.saturates, inhibitory.saturates],
    },
    step: {
      set: {
        v: select(spike, param("v_reset"), moved),
        g_e: mulU(state("g_e"), param("g_e.decay"), 32),
        g_i: mulU(state("g_i"), param("g_i.decay"), 32),
        refractory: select(spike, param("refractory_steps"), add(state("refractory"), not(free))),
      },
      spikes: [spike],
      saturates: [],
    },
  };
}

export function encodeSpynnaker(context: CellContext): EncodedCells {
  const { size, timestepMs, parameters: p, initial } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  const accum = (name: string, values: Values = p[name]!): Words =>
    parameterWords(context, name, values, {
      word: (value) => Math.trunc(value * ACCUM),
      value: (word) => word / ACCUM,
      min: -0x8000_0000,
      max: 0x7fff_ffff,
    });
  const decay = (tau: string): Words =>
    parameterWords(context, tau, p[tau]!, {
      word: (ms) => Math.floor(exp(-ratio(h, ms)) * FRACTION),
      value: (word) => -h / exactLog(Math.max(1, word) / FRACTION),
      min: 0,
      max: FRACTION - 1,
    });
  const mean = (tau: string): Words =>
    each([p[tau]!], size, (ms) =>
      Math.min(FRACTION - 1, Math.floor((ms / h) * (FRACTION - Math.floor(exp(-ratio(h, ms)) * FRACTION)))),
    );
  const bits = CONDUCTANCE_BITS;
  const conductance = (variable: string): Words => synapticStart(context, variable, bits, STATE_LIMIT);
  return {
    model: IF_COND_EXP_SPYNNAKER_MODEL,
    substeps,
    params: {
      e_rev_e: accum("e_rev_E"),
      e_rev_i: accum("e_rev_I"),
      resistance: parameterWords(
        context,
        "cm",
        p.cm!,
        {
          word: (cm, tau) => Math.trunc((tau! / cm) * ACCUM),
          value: (word, tau) => tau! / (word / ACCUM),
          min: 1,
          max: 0x7fff_ffff,
        },
        [p.tau_m!],
      ),
      exp_tc: parameterWords(context, "tau_m", p.tau_m!, {
        word: (tau) => Math.trunc(exp(-h / tau) * ACCUM),
        value: (word) => -h / exactLog(Math.max(1, word) / ACCUM),
        min: 0,
        max: ACCUM - 1,
      }),
      v_rest: accum("v_rest"),
      v_thresh: accum("v_thresh"),
      v_reset: accum("v_reset"),
      drive: accum("i_offset"),
      refractory_steps: parameterWords(context, "tau_refrac", p.tau_refrac!, {
        word: (ms) => Math.ceil(ms / h - 1e-9),
        value: (steps) => steps * h,
        min: 0,
        max: 0x7fff_ffff,
      }),
      "g_e.decay": decay("tau_syn_E"),
      "g_e.mean": mean("tau_syn_E"),
      "g_i.decay": decay("tau_syn_I"),
      "g_i.mean": mean("tau_syn_I"),
      ...synapticInputWords(context, "excitatory", bits, STATE_LIMIT),
      ...synapticInputWords(context, "inhibitory", bits, STATE_LIMIT),
    },
    states: {
      v: parameterWords(context, "initial v", initial.v ?? p.v_rest!, {
        word: (value) => Math.trunc(value * ACCUM),
        value: (word) => word / ACCUM,
        min: -0x8000_0000,
        max: 0x7fff_ffff,
      }),
      g_e: conductance("gsyn_exc"),
      g_i: conductance("gsyn_inh"),
      refractory: 0,
    },
    tables: {},
    recordables: [
      { variable: "v", state: "v", unit: "mV", scale: 1 / ACCUM },
      { variable: "gsyn_exc", state: "g_e", unit: "uS", scale: 1 / CONDUCTANCE_BITS },
      { variable: "gsyn_inh", state: "g_i", unit: "uS", scale: 1 / CONDUCTANCE_BITS },
    ],
    drive: { param: "drive", bitsPerNanoamp: ACCUM },
  };
}

/** A step over a time constant as s16.15 division has it. */
function ratio(stepMs: number, tauMs: number): number {
  const [step, tau] = [Math.trunc(stepMs * ACCUM), Math.max(1, Math.trunc(tauMs * ACCUM))];
  return Math.floor((step * ACCUM) / tau) / ACCUM;
}

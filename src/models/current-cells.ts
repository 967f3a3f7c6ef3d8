import { add, constant, type Model, param, state, sub, sumProducts } from "../codegen/ir.ts";
import { exactLog } from "../random/index.ts";
import { alphaSynapse } from "./alpha-synapse.ts";
import {
  type CellContext,
  type CellModel,
  type EncodedCells,
  eachValue,
  perBit,
  substepsOf,
  type Values,
  type Words,
} from "./cell-model.ts";
import { exp, meanDecay } from "./elementary.ts";
import { exponentialSynapse } from "./exponential-synapse.ts";
import { INCREMENT, INCREMENT_LIMIT, MILLIVOLT } from "./fixed-point.ts";
import { atFloor, LEAKY_FIRE_PARAMS, leakyFire, leakyFireWords } from "./leaky-fire.ts";
import { initialPotentialWords, linearWords, parameterWords, potentialWords } from "./parameter-words.ts";
import type { SynapseKind } from "./synapse.ts";

/**
 * Leaky integrate-and-fire with current synapses:
 *
 *     dV/dt = (v_rest - V) / tau_m + (i_e + i_i + i_offset) / C
 *
 * exact in sub-steps of h for currents held at their mean over the sub-step: V moves by (1 - exp(-h/tau_m)) of its
 * distance from rest and by what the currents add. Inhibitory weights are negative for the user; the state i_i holds
 * their magnitude and is subtracted.
 *
 * States: v in s8.23 mV; i_e and i_i as the mV they add in a sub-step, in u6.26; refractory sub-steps left.
 */
function currentCell(type: string, kind: SynapseKind): { readonly cell: CellModel; readonly model: Model } {
  const excitatory = kind("excitatory", "i_e", INCREMENT_LIMIT);
  const inhibitory = kind("inhibitory", "i_i", INCREMENT_LIMIT);
  const v = state("v");
  const moved = add(
    v,
    sumProducts(
      [
        [sub(param("v_rest"), v), param("leak")],
        [sub(excitatory.mean, inhibitory.mean), constant(1 << 28)],
        [param("drive"), constant(1 << 28)],
      ],
      31,
      1n << 30n,
    ),
  );
  const model: Model = {
    name: type,
    receptors: ["excitatory", "inhibitory"],
    states: ["v", ...excitatory.states, ...inhibitory.states, "refractory"],
    params: ["leak", "v_rest", "drive", ...LEAKY_FIRE_PARAMS, ...excitatory.params, ...inhibitory.params],
    coreParams: [...excitatory.coreParams, ...inhibitory.coreParams],
    tables: [],
    receive: {
      set: { ...excitatory.receive, ...inhibitory.receive },
      spikes: [],
      saturates: [...excitatory.receiveSaturates, ...inhibitory.receiveSaturates, atFloor()],
    },
    step: leakyFire(moved, { ...excitatory.advance, ...inhibitory.advance }, [
      ...excitatory.advanceSaturates,
      ...inhibitory.advanceSaturates,
    ]),
  };

  function encode(context: CellContext): EncodedCells {
    const { size, timestepMs, parameters: p } = context;
    const substeps = substepsOf(context);
    const h = timestepMs / substeps;
    const bitsPerUserUnit = membraneIncrement(p.cm!, p.tau_m!, h, size);
    const synapse = { context, stepMs: h, bitsPerUserUnit };
    const e = excitatory.encode({ ...synapse, tau: "tau_syn_E", initial: "gsyn_exc" });
    const i = inhibitory.encode({ ...synapse, tau: "tau_syn_I", initial: "gsyn_inh" });
    return {
      model,
      substeps,
      params: {
        ...leakyMembraneWords(context, h, bitsPerUserUnit),
        ...leakyFireWords(context, h),
        ...e.params,
        ...i.params,
      },
      states: { v: initialPotentialWords(context, "v", p.v_rest!), ...e.states, ...i.states, refractory: 0 },
      tables: {},
      recordables: [
        { variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT },
        { variable: "gsyn_exc", state: excitatory.recorded, unit: "nA", scale: perBit(e.recordedBits, size) },
        { variable: "gsyn_inh", state: inhibitory.recorded, unit: "nA", scale: perBit(i.recordedBits, size, -1) },
      ],
      drive: { param: "drive", bitsPerNanoamp: bitsPerUserUnit },
    };
  }

  return { cell: { type, receptors: ["excitatory", "inhibitory"], weightUnit: "nA", encode }, model };
}

/** Bits of INCREMENT that 1 nA held over a sub-step adds to V: h / C times the mean of the leak's decay. */
export function membraneIncrement(cm: Values, tauM: Values, stepMs: number, size: number): Values {
  return eachValue([cm, tauM], size, (c, tau) => (stepMs / c) * meanDecay(stepMs / tau) * INCREMENT);
}

/** Words of `leak` (s0.31), `v_rest` and `drive` (s5.26 mV). */
export function leakyMembraneWords(context: CellContext, stepMs: number, increment: Values): Record<string, Words> {
  return {
    leak: parameterWords(context, "tau_m", context.parameters.tau_m!, {
      word: (tau) => (1 - exp(-stepMs / tau)) * 2 ** 31,
      value: (word) => -stepMs / exactLog(1 - Math.min(word, 2 ** 31 - 1) / 2 ** 31),
      min: 0,
      max: 0x7fff_ffff,
    }),
    v_rest: potentialWords(context, "v_rest"),
    drive: linearWords(context, "i_offset", increment, { given: "nA with this cm, tau_m and timestep" }),
  };
}

const exponential = currentCell("IF_curr_exp", exponentialSynapse);
const alpha = currentCell("IF_curr_alpha", alphaSynapse);

export const IF_CURR_EXP: CellModel = exponential.cell;
export const IF_CURR_EXP_MODEL: Model = exponential.model;
export const IF_CURR_ALPHA: CellModel = alpha.cell;
export const IF_CURR_ALPHA_MODEL: Model = alpha.model;

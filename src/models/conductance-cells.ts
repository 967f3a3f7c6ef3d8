import { add, constant, type Model, mulS, param, state, sub, sumProducts } from "../codegen/ir.ts";
import { alphaSynapse } from "./alpha-synapse.ts";
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
import { CONDUCTANCE, CONDUCTANCE_LIMIT, MILLIVOLT, signedWord, unsignedWord } from "./fixed-point.ts";
import { LEAKY_FIRE_PARAMS, leakyFire, leakyFireWords } from "./leaky-fire.ts";
import { RELAXATION_TABLE, relaxation, relaxationTable } from "./relaxation-table.ts";
import type { SynapseKind } from "./synapse.ts";

/**
 * Leaky integrate-and-fire with conductance synapses:
 *
 *     C dV/dt = (C / tau_m)(v_rest - V) + g_e (e_rev_E - V) + g_i (e_rev_I - V) + i_offset
 *
 * by exponential Euler in sub-steps of h: all conductances are held at their mean over the sub-step and V relaxes exactly
 * towards the momentary equilibrium, so it never leaves the range of the reversal potentials.
 *
 * States: v in s8.23 mV; g_e and g_i as h g / C in u5.27; refractory sub-steps left.
 */
function conductanceCell(type: string, kind: SynapseKind): { readonly cell: CellModel; readonly model: Model } {
  const excitatory = kind("excitatory", "g_e", CONDUCTANCE_LIMIT);
  const inhibitory = kind("inhibitory", "g_i", CONDUCTANCE_LIMIT);
  const v = state("v");
  const leak = param("leak");
  // mV times u5.27, kept in s11.20: the largest possible product, 16 times 160 mV, just does not fit into s8.23.
  const pull = sumProducts(
    [
      [leak, sub(param("e_leak"), v)],
      [excitatory.mean, sub(param("e_rev_e"), v)],
      [inhibitory.mean, sub(param("e_rev_i"), v)],
      [param("drive"), constant(1 << 23)],
    ],
    30,
    1n << 29n,
  );
  const total = add(add(leak, excitatory.mean), inhibitory.mean);
  const moved = add(v, mulS(relaxation(total), pull, 27));
  const model: Model = {
    name: type,
    receptors: ["excitatory", "inhibitory"],
    states: ["v", ...excitatory.states, ...inhibitory.states, "refractory"],
    params: [
      "leak",
      "e_leak",
      "e_rev_e",
      "e_rev_i",
      "drive",
      ...LEAKY_FIRE_PARAMS,
      ...excitatory.params,
      ...inhibitory.params,
    ],
    coreParams: [...excitatory.coreParams, ...inhibitory.coreParams],
    tables: [RELAXATION_TABLE],
    receive: {
      set: { ...excitatory.receive, ...inhibitory.receive },
      spikes: [],
      saturates: [...excitatory.receiveSaturates, ...inhibitory.receiveSaturates],
    },
    step: leakyFire(moved, { ...excitatory.advance, ...inhibitory.advance }, [
      ...excitatory.advanceSaturates,
      ...inhibitory.advanceSaturates,
    ]),
  };

  function encode(context: CellContext): EncodedCells {
    const { size, timestepMs, parameters: p, initial, weightUnits } = context;
    const substeps = substepsOf(context);
    const h = timestepMs / substeps;
    const mv = (name: string) => each([p[name]!], size, (value) => signedWord(value, MILLIVOLT));
    // h g / C: ms * uS / nF is dimensionless.
    const bitsPerUserUnit = eachValue([p.cm!], size, (cm) => (h / cm) * CONDUCTANCE);
    const synapse = { size, stepMs: h, bitsPerUserUnit };
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
    return {
      model,
      substeps,
      params: {
        leak: each([p.tau_m!], size, (tau) => unsignedWord(h / tau, CONDUCTANCE)),
        e_leak: mv("v_rest"),
        e_rev_e: mv("e_rev_E"),
        e_rev_i: mv("e_rev_I"),
        // h I / C in mV as s4.27, which times 2^23 has the scale of the other products.
        drive: each([p.i_offset!, p.cm!], size, (current, cm) => signedWord((h * current) / cm, CONDUCTANCE)),
        ...leakyFireWords(context, h),
        ...e.params,
        ...i.params,
      },
      states: {
        v: each([initial.v ?? p.v_rest!], size, (value) => signedWord(value, MILLIVOLT)),
        ...e.states,
        ...i.states,
        refractory: 0,
      },
      tables: { [RELAXATION_TABLE]: relaxationTable() },
      recordables: [
        { variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT },
        { variable: "gsyn_exc", state: excitatory.recorded, unit: "uS", scale: perBit(e.recordedBits, size) },
        { variable: "gsyn_inh", state: inhibitory.recorded, unit: "uS", scale: perBit(i.recordedBits, size) },
      ],
      drive: { param: "drive", bitsPerNanoamp: eachValue([p.cm!], size, (cm) => (h / cm) * CONDUCTANCE) },
    };
  }

  return { cell: { type, receptors: ["excitatory", "inhibitory"], weightUnit: "uS", encode }, model };
}

const exponential = conductanceCell("IF_cond_exp", exponentialSynapse);
const alpha = conductanceCell("IF_cond_alpha", alphaSynapse);

export const IF_COND_EXP: CellModel = exponential.cell;
export const IF_COND_EXP_MODEL: Model = exponential.model;
export const IF_COND_ALPHA: CellModel = alpha.cell;
export const IF_COND_ALPHA_MODEL: Model = alpha.model;

import {
  add,
  and,
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
  state,
  sub,
  sumProducts,
} from "../codegen/ir.ts";
import { type CellContext, type CellModel, type EncodedCells, each, eachValue, substepsOf } from "./cell-model.ts";
import { decayWord, meanWord } from "./exponential-decay.ts";
import { CONDUCTANCE, CONDUCTANCE_LIMIT, MILLIVOLT, signedWord, unsignedWord } from "./fixed-point.ts";
import { RELAXATION_TABLE, relaxation, relaxationTable } from "./relaxation-table.ts";
import { bitsPerUnit, synapticInput, synapticInputWords } from "./synaptic-input.ts";

/**
 * Leaky integrate-and-fire with exponential conductance synapses:
 *
 *     C dV/dt = (C / tau_m)(v_rest - V) + g_e (e_rev_E - V) + g_i (e_rev_I - V) + i_offset
 *
 * by exponential Euler in sub-steps of h: all conductances are held at their mean over the sub-step and V relaxes exactly
 * towards the momentary equilibrium, so it never leaves the range of the reversal potentials.
 *
 * States: v in s8.23 mV; g_e and g_i as h g / C in u5.27; refractory sub-steps left.
 */
export const IF_COND_EXP: CellModel = {
  type: "IF_cond_exp",
  receptors: ["excitatory", "inhibitory"],
  weightUnit: "uS",
  encode,
};

const excitatory = synapticInput("excitatory", "g_e", CONDUCTANCE_LIMIT);
const inhibitory = synapticInput("inhibitory", "g_i", CONDUCTANCE_LIMIT);

export const IF_COND_EXP_MODEL: Model = {
  name: "IF_cond_exp",
  receptors: ["excitatory", "inhibitory"],
  states: ["v", "g_e", "g_i", "refractory"],
  params: [
    "leak",
    "e_leak",
    "e_rev_e",
    "e_rev_i",
    "mean_e",
    "mean_i",
    "decay_e",
    "decay_i",
    "drive",
    "v_thresh",
    "v_reset",
    "refractory_steps",
    ...excitatory.params,
    ...inhibitory.params,
  ],
  coreParams: [...excitatory.coreParams, ...inhibitory.coreParams],
  tables: [RELAXATION_TABLE],
  receive: {
    set: { g_e: excitatory.value, g_i: inhibitory.value },
    spikes: [],
    saturates: [excitatory.saturates, inhibitory.saturates],
  },
  step: step(),
};

function step(): Model["step"] {
  const v = state("v");
  const gE = mulU(state("g_e"), param("mean_e"), 32);
  const gI = mulU(state("g_i"), param("mean_i"), 32);
  const leak = param("leak");
  const total = add(add(leak, gE), gI);
  // mV times u5.27, kept in s11.20: the largest possible product, 16 times 160 mV, just does not fit into s8.23.
  const pull = sumProducts(
    [
      [leak, sub(param("e_leak"), v)],
      [gE, sub(param("e_rev_e"), v)],
      [gI, sub(param("e_rev_i"), v)],
      [param("drive"), constant(1 << 23)],
    ],
    30,
    1n << 29n,
  );
  const moved = add(v, mulS(relaxation(total), pull, 27));
  return leakyFire(moved, {
    g_e: mulU(state("g_e"), param("decay_e"), 32),
    g_i: mulU(state("g_i"), param("decay_i"), 32),
  });
}

/** Threshold, reset and refractory hold around the V a free membrane would have. */
export function leakyFire(moved: Expr, synapses: Readonly<Record<string, Expr>>): Model["step"] {
  const refractory = state("refractory");
  const active = eq(refractory, constant(0));
  const spike = and(active, geS(moved, param("v_thresh")));
  const held = select(active, moved, state("v"));
  return {
    set: {
      v: select(spike, param("v_reset"), held),
      ...synapses,
      refractory: select(spike, param("refractory_steps"), add(refractory, not(active))),
    },
    spikes: [spike],
    saturates: [],
  };
}

function encode(context: CellContext): EncodedCells {
  const { size, timestepMs, parameters: p, initial } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  const mv = (name: string) => each([p[name]!], size, (v) => signedWord(v, MILLIVOLT));
  // h g / C: ms * uS / nF is dimensionless.
  const perSiemens = eachValue([p.cm!], size, (cm) => (h / cm) * CONDUCTANCE);
  const conductance = (name: string) =>
    each([initial[name] ?? 0, perSiemens], size, (g, unit) => Math.min(CONDUCTANCE_LIMIT, unsignedWord(g, unit)));
  const scale = eachValue([perSiemens], size, (unit) => 1 / unit);
  return {
    model: IF_COND_EXP_MODEL,
    substeps,
    params: {
      leak: each([p.tau_m!], size, (tau) => unsignedWord(h / tau, CONDUCTANCE)),
      e_leak: mv("v_rest"),
      e_rev_e: mv("e_rev_E"),
      e_rev_i: mv("e_rev_I"),
      mean_e: each([p.tau_syn_E!], size, (tau) => meanWord(h, tau)),
      mean_i: each([p.tau_syn_I!], size, (tau) => meanWord(h, tau)),
      decay_e: each([p.tau_syn_E!], size, (tau) => decayWord(h, tau)),
      decay_i: each([p.tau_syn_I!], size, (tau) => decayWord(h, tau)),
      // h I / C in mV as s4.27, which times 2^23 has the scale of the other products.
      drive: each([p.i_offset!, p.cm!], size, (i, cm) => signedWord((h * i) / cm, MILLIVOLT * 2 ** 4)),
      v_thresh: mv("v_thresh"),
      v_reset: mv("v_reset"),
      refractory_steps: each([p.tau_refrac!], size, (tau) => Math.ceil(tau / h - 1e-9)),
      ...synapticInputWords(
        "excitatory",
        bitsPerUnit(context.weightUnits.excitatory!, perSiemens, size),
        size,
        CONDUCTANCE_LIMIT,
      ),
      ...synapticInputWords(
        "inhibitory",
        bitsPerUnit(context.weightUnits.inhibitory!, perSiemens, size),
        size,
        CONDUCTANCE_LIMIT,
      ),
    },
    states: {
      v: each([initial.v ?? p.v_rest!], size, (v) => signedWord(v, MILLIVOLT)),
      g_e: conductance("gsyn_exc"),
      g_i: conductance("gsyn_inh"),
      refractory: 0,
    },
    tables: { [RELAXATION_TABLE]: relaxationTable() },
    recordables: [
      { variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT },
      { variable: "gsyn_exc", state: "g_e", unit: "uS", scale },
      { variable: "gsyn_inh", state: "g_i", unit: "uS", scale },
    ],
  };
}

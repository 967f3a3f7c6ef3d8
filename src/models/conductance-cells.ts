import { add, constant, type Model, mulS, param, state, sub, sumProducts } from "../codegen/ir.ts";
import { alphaSynapse } from "./alpha-synapse.ts";
import {
  type CellContext,
  type CellModel,
  type EncodedCells,
  eachValue,
  perBit,
  substepsOf,
  type Words,
  wordAt,
} from "./cell-model.ts";
import { exponentialSynapse } from "./exponential-synapse.ts";
import { CONDUCTANCE, CONDUCTANCE_LIMIT, MILLIVOLT } from "./fixed-point.ts";
import { encodeSpynnaker } from "./if-cond-exp-spynnaker.ts";
import { atFloor, LEAKY_FIRE_PARAMS, leakyFire, leakyFireWords } from "./leaky-fire.ts";
import {
  FLOOR_WORD,
  initialPotentialWords,
  linearWords,
  ParameterRangeError,
  parameterWords,
  potentialWords,
} from "./parameter-words.ts";
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
    // h g / C: ms * uS / nF is dimensionless.
    const bitsPerUserUnit = eachValue([p.cm!], size, (cm) => (h / cm) * CONDUCTANCE);
    const synapse = { context, stepMs: h, bitsPerUserUnit };
    const e = excitatory.encode({ ...synapse, tau: "tau_syn_E", initial: "gsyn_exc" });
    const i = inhibitory.encode({ ...synapse, tau: "tau_syn_I", initial: "gsyn_inh" });
    const words = {
      leak: leakWords(context, h),
      e_leak: potentialWords(context, "v_rest"),
      e_rev_e: potentialWords(context, "e_rev_E"),
      e_rev_i: potentialWords(context, "e_rev_I"),
      // h I / C in mV as s4.27, which times 2^23 has the scale of the other products.
      drive: linearWords(context, "i_offset", bitsPerUserUnit, { given: "nA with this cm and timestep" }),
    };
    const fire = leakyFireWords(context, h);
    const v = initialPotentialWords(context, "v", p.v_rest!);
    checkDrivingForces(context, [fire.v_thresh!, fire.v_reset!, v], words);
    return {
      model,
      substeps,
      params: { ...words, ...fire, ...e.params, ...i.params },
      states: { v, ...e.states, ...i.states, refractory: 0 },
      tables: { [RELAXATION_TABLE]: relaxationTable() },
      recordables: [
        { variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT },
        { variable: "gsyn_exc", state: excitatory.recorded, unit: "uS", scale: perBit(e.recordedBits, size) },
        { variable: "gsyn_inh", state: inhibitory.recorded, unit: "uS", scale: perBit(i.recordedBits, size) },
      ],
      drive: { param: "drive", bitsPerNanoamp: bitsPerUserUnit },
    };
  }

  return { cell: { type, receptors: ["excitatory", "inhibitory"], weightUnit: "uS", encode }, model };
}

/** Largest drive, in mV a sub-step: what s4.27 holds. */
const DRIVE_LIMIT_MV = 16;

/** h / tau_m in u5.27, below 2: a sub-step of two time constants is a user's mistake. */
export function leakWords(context: CellContext, stepMs: number): Words {
  return parameterWords(context, "tau_m", context.parameters.tau_m!, {
    word: (tau) => (stepMs / tau) * CONDUCTANCE,
    value: (word) => stepMs / (Math.max(1, word) / CONDUCTANCE),
    min: 0,
    max: 2 * CONDUCTANCE - 1,
    given: "ms with sub-steps as long as these",
  });
}

/**
 * Sum of conductance times distance from its reversal potential must stay within s11.20, at both ends of where V can be
 * and with both receptors at their limit.
 *
 * @param highest words that V may start a step from
 */
function checkDrivingForces(
  context: CellContext,
  highest: readonly Words[],
  words: Readonly<Record<"leak" | "e_leak" | "e_rev_e" | "e_rev_i", Words>>,
): void {
  const limit = 2 ** 11 * MILLIVOLT;
  const most = CONDUCTANCE_LIMIT / CONDUCTANCE;
  for (let n = 0; n < context.size; n++) {
    const [e, i, rest] = [wordAt(words.e_rev_e, n), wordAt(words.e_rev_i, n), wordAt(words.e_leak, n)];
    const leak = wordAt(words.leak, n) / CONDUCTANCE;
    const top = Math.max(...highest.map((words) => wordAt(words, n)));
    const up = most * (e + i - 2 * FLOOR_WORD) + leak * (rest - FLOOR_WORD);
    const down = most * (2 * top - e - i) + leak * (top - rest);
    if (Math.max(up, down) + DRIVE_LIMIT_MV * MILLIVOLT < limit) continue;
    const worst = up > down === e > i ? "e_rev_E" : "e_rev_I";
    throw new ParameterRangeError(
      context.population,
      worst,
      (worst === "e_rev_E" ? e : i) / MILLIVOLT,
      `Both reversal potentials together must lie within ${(0.5 * limit) / most / MILLIVOLT} mV of where V can be.`,
    );
  }
}

const exponential = conductanceCell("IF_cond_exp", exponentialSynapse);
const alpha = conductanceCell("IF_cond_alpha", alphaSynapse);

export const IF_COND_EXP: CellModel = {
  ...exponential.cell,
  encode: (context) =>
    context.options.rule === "spynnaker" ? encodeSpynnaker(context) : exponential.cell.encode(context),
};
export const IF_COND_EXP_MODEL: Model = exponential.model;
export const IF_COND_ALPHA: CellModel = alpha.cell;
export const IF_COND_ALPHA_MODEL: Model = alpha.model;

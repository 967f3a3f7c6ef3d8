import {
  add,
  constant,
  input,
  ltU,
  type Model,
  minU,
  mulU,
  or,
  param,
  shlBy,
  state,
  sub,
  sumProducts,
} from "../codegen/ir.ts";
import { type CellContext, type CellModel, type EncodedCells, substepsOf } from "./cell-model.ts";
import { leakyMembraneWords, membraneIncrement } from "./current-cells.ts";
import { MILLIVOLT } from "./fixed-point.ts";
import { atFloor, LEAKY_FIRE_PARAMS, leakyFire, leakyFireWords } from "./leaky-fire.ts";
import { initialPotentialWords } from "./parameter-words.ts";
import { synapticInputWords } from "./synaptic-input.ts";

/** Largest jump of one receptor in one tick: 64 mV, so that V stays within its format. */
const JUMP_LIMIT = 64 * MILLIVOLT;

/**
 * Leaky integrate-and-fire where a spike moves V by its weight in mV at once; between spikes V relaxes exactly towards
 * rest. Weights of the inhibitory receptor are negative for the user. A jump that falls into the refractory time is lost.
 *
 * States: v in s8.23 mV; the jump that this tick's first sub-step makes, in s8.23 mV; refractory sub-steps left.
 */
export const IF_CURR_DELTA: CellModel = {
  type: "IF_curr_delta",
  receptors: ["excitatory", "inhibitory"],
  weightUnit: "mV",
  encode,
};

export const IF_CURR_DELTA_MODEL: Model = {
  name: "IF_curr_delta",
  receptors: ["excitatory", "inhibitory"],
  states: ["v", "jump", "refractory"],
  params: ["leak", "v_rest", "drive", ...LEAKY_FIRE_PARAMS, ...inputParams("excitatory"), ...inputParams("inhibitory")],
  coreParams: ["excitatory.shift", "inhibitory.shift"],
  tables: [],
  receive: {
    set: { jump: sub(jumpOf("excitatory"), jumpOf("inhibitory")) },
    spikes: [],
    saturates: [
      or(ltU(param("excitatory.limit"), input("excitatory")), ltU(param("inhibitory.limit"), input("inhibitory"))),
      atFloor(),
    ],
  },
  step: leakyFire(
    add(
      add(state("v"), state("jump")),
      sumProducts(
        [
          [sub(param("v_rest"), state("v")), param("leak")],
          [param("drive"), constant(1 << 28)],
        ],
        31,
        1n << 30n,
      ),
    ),
    { jump: constant(0) },
    [],
  ),
};

function inputParams(receptor: string): string[] {
  return [`${receptor}.scale`, `${receptor}.shift`, `${receptor}.limit`];
}

function jumpOf(receptor: string) {
  const units = minU(input(receptor), param(`${receptor}.limit`));
  return mulU(shlBy(units, `${receptor}.shift`), param(`${receptor}.scale`), 32);
}

function encode(context: CellContext): EncodedCells {
  const { size, timestepMs, parameters: p } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  const increment = membraneIncrement(p.cm!, p.tau_m!, h, size);
  return {
    model: IF_CURR_DELTA_MODEL,
    substeps,
    params: {
      ...leakyMembraneWords(context, h, increment),
      ...leakyFireWords(context, h),
      ...synapticInputWords(context, "excitatory", MILLIVOLT, JUMP_LIMIT),
      ...synapticInputWords(context, "inhibitory", MILLIVOLT, JUMP_LIMIT),
    },
    states: { v: initialPotentialWords(context, "v", p.v_rest!), jump: 0, refractory: 0 },
    tables: {},
    recordables: [{ variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT }],
    drive: { param: "drive", bitsPerNanoamp: increment },
  };
}

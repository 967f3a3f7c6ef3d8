import {
  add,
  and,
  constant,
  type Expr,
  eq,
  geS,
  maxS,
  not,
  type Procedure,
  param,
  select,
  state,
} from "../codegen/ir.ts";
import type { CellContext, Values, Words } from "./cell-model.ts";
import { FLOOR_WORD, ParameterRangeError, parameterWords, potentialWords } from "./parameter-words.ts";

/** What {@link leakyFire} reads: state `v` and `refractory`, and these. */
export const LEAKY_FIRE_PARAMS: readonly string[] = ["v_thresh", "v_reset", "refractory_steps"];

/**
 * Threshold, reset and refractory hold around the V a free membrane would have.
 *
 * @param moved V after the sub-step if nothing held it
 * @param others further states and their values
 */
export function leakyFire(moved: Expr, others: Readonly<Record<string, Expr>>, saturates: readonly Expr[]): Procedure {
  const refractory = state("refractory");
  const active = eq(refractory, constant(0));
  const spike = and(active, geS(moved, param("v_thresh")));
  const held = select(active, aboveFloor(moved), state("v"));
  return {
    set: {
      v: select(spike, param("v_reset"), held),
      ...others,
      refractory: select(spike, param("refractory_steps"), add(refractory, not(active))),
    },
    spikes: [spike],
    saturates,
  };
}

/**
 * Words of {@link LEAKY_FIRE_PARAMS}. A neuron is held for whole sub-steps, rounded up.
 *
 * @throws {ParameterRangeError} a reset that does not lead below the threshold: the cell would never stop firing
 */
export function leakyFireWords(context: CellContext, stepMs: number): Record<string, Words> {
  const vThresh = potentialWords(context, "v_thresh");
  const vReset = potentialWords(context, "v_reset");
  const { v_thresh: threshold, v_reset: reset } = context.parameters;
  for (let n = 0; n < context.size; n++) {
    if (of(vReset, n) < of(vThresh, n)) continue;
    const remedy = `It must lie below v_thresh, ${of(threshold!, n)} mV.`;
    throw new ParameterRangeError(context.population, "v_reset", of(reset!, n), remedy);
  }
  return {
    v_thresh: vThresh,
    v_reset: vReset,
    refractory_steps: parameterWords(context, "tau_refrac", context.parameters.tau_refrac!, {
      word: (ms) => Math.ceil(ms / stepMs - 1e-9),
      value: (steps) => steps * stepMs,
      min: 0,
      max: 0x7fff_ffff,
    }),
  };
}

/** Value of one neuron. */
function of(values: Values | Words, neuron: number): number {
  return typeof values === "number" ? values : values[neuron]!;
}

/**
 * V kept above the floor of its format, so that nothing wraps however strong the inhibition. {@link atFloor} counts the
 * ticks that begin there.
 */
export function aboveFloor(v: Expr): Expr {
  return maxS(v, constant(FLOOR_WORD));
}

/** Mask of neurons whose V is at the floor: something that no living cell does held it there. */
export function atFloor(): Expr {
  return eq(state("v"), constant(FLOOR_WORD));
}

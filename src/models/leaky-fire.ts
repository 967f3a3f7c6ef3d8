import { add, and, constant, type Expr, eq, geS, not, type Procedure, param, select, state } from "../codegen/ir.ts";
import { type CellContext, each, type Words } from "./cell-model.ts";
import { MILLIVOLT, signedWord } from "./fixed-point.ts";

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
  const held = select(active, moved, state("v"));
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

/** Words of {@link LEAKY_FIRE_PARAMS}. A neuron is held for whole sub-steps, rounded up. */
export function leakyFireWords({ size, parameters: p }: CellContext, stepMs: number): Record<string, Words> {
  return {
    v_thresh: each([p.v_thresh!], size, (v) => signedWord(v, MILLIVOLT)),
    v_reset: each([p.v_reset!], size, (v) => signedWord(v, MILLIVOLT)),
    refractory_steps: each([p.tau_refrac!], size, (tau) => Math.ceil(tau / stepMs - 1e-9)),
  };
}

import { add, and, constant, type Expr, lookupPair, mulLow, shrS, shrU, sub } from "../codegen/ir.ts";
import { meanDecay } from "./elementary.ts";

/**
 * phi(X) = (1 - exp(-X)) / X for X in u5.27 from 0 to 16, as a table in u2.30 with linear interpolation in steps of 1/64.
 * Relative error below 1.1e-5 up to X = 4; absolute error below 1.1e-5 everywhere.
 *
 * With it, V + phi(X) * S relaxes V exactly towards its momentary equilibrium: X * phi(X) never exceeds 1, so V stays
 * between the reversal potentials whatever the conductances and the step.
 */
export const RELAXATION_TABLE = "phi";

/** A step of 1/64 in u5.27. */
const STEP_BITS = 21;
const STEPS = 16 * 64;

export function relaxationTable(): Int32Array {
  return Int32Array.from({ length: STEPS + 1 }, (_, i) => Math.round(meanDecay(i / 64) * 2 ** 30));
}

/** phi of an expression in u5.27 below 16; the result is in u2.30. */
export function relaxation(x: Expr): Expr {
  const [low, high] = lookupPair(RELAXATION_TABLE, shrU(x, STEP_BITS));
  // A step of the table is below 2^23 and its middle 15 bits times 15 bits of the fraction are one short product; what
  // that leaves out is 40 times less than the error of the interpolation itself.
  const fraction = shrU(and(x, constant(2 ** STEP_BITS - 1)), STEP_BITS - 15);
  return add(low, shrS(mulLow(shrS(sub(high, low), 8), fraction), 7));
}

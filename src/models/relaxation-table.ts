import { add, and, constant, type Expr, geU, lookupPair, mulS, select, shl, shrU, sub } from "../codegen/ir.ts";
import { meanDecay } from "./elementary.ts";

/**
 * phi(X) = (1 - exp(-X)) / X for X in u5.27 from 0 to 16, as a table in u2.30 with linear interpolation: steps of 1/64
 * below 4, of 1/8 above. Relative error below 1.1e-5 in the first part.
 *
 * With it, V + phi(X) * S relaxes V exactly towards its momentary equilibrium: X * phi(X) never exceeds 1, so V stays
 * between the reversal potentials whatever the conductances and the step.
 */
export const RELAXATION_TABLE = "phi";

const FINE_BITS = 21;
const COARSE_BITS = 24;
const FINE_BINS = 4 * 64;
const COARSE_BINS = 12 * 8;
const COARSE_START = 4 * 8;

export function relaxationTable(): Int32Array {
  const words = new Int32Array(FINE_BINS + 1 + COARSE_BINS + 1);
  for (let i = 0; i <= FINE_BINS; i++) words[i] = Math.round(meanDecay(i / 64) * 2 ** 30);
  for (let i = 0; i <= COARSE_BINS; i++) words[FINE_BINS + 1 + i] = Math.round(meanDecay(4 + i / 8) * 2 ** 30);
  return words;
}

/** phi of an expression in u5.27 below 16; the result is in u2.30. */
export function relaxation(x: Expr): Expr {
  const coarse = geU(x, constant(4 * 2 ** 27));
  const index = select(coarse, add(shrU(x, COARSE_BITS), constant(FINE_BINS + 1 - COARSE_START)), shrU(x, FINE_BITS));
  const fraction = select(
    coarse,
    shl(and(x, constant(2 ** COARSE_BITS - 1)), 31 - COARSE_BITS),
    shl(and(x, constant(2 ** FINE_BITS - 1)), 31 - FINE_BITS),
  );
  const [low, high] = lookupPair(RELAXATION_TABLE, index);
  return add(low, mulS(sub(high, low), fraction, 31));
}

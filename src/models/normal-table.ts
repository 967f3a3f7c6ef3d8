import { add, and, constant, type Expr, lookupPair, ltU, mulS, select, shl, shrU, sub, xor } from "../codegen/ir.ts";
import { exactLog } from "../random/index.ts";

/**
 * Normal numbers from one random word each: the inverse of the normal distribution as a table with linear interpolation.
 *
 * Bit 0 of the word is the sign, the other 31 bits h the probability h / 2^32 of a larger magnitude. The table has 256
 * bins; where h lies in the first 16 of them it is looked up sixteen times finer, four times over, so that a bin is
 * never wider than 1/16 of the probability it stands for: errors stay below 3e-4 out to 4.9 standard deviations, which
 * one in a million variates exceeds.
 */
export const NORMAL_TABLE = "normal";
/** Standard deviations are in s3.28. */
export const NORMAL_BITS = 28;
/** No variate is larger than this. */
export const LARGEST_NORMAL = 6.5;

const LEVELS = 4;
const BIN_BITS = 23;
/** Bins that a finer level adds: all 256 but the 16 that lie in it. */
const LEVEL_BINS = 240;

/** Int32Array[4 * 240 + 257]: finest bins first. */
export function normalTable(): Int32Array {
  return Int32Array.from({ length: LEVELS * LEVEL_BINS + 257 }, (_, position) => {
    const finer = Math.max(0, Math.min(LEVELS, LEVELS - Math.floor((position - 16) / LEVEL_BINS)));
    const bin = position - (LEVELS - finer) * LEVEL_BINS;
    const h = Math.max(0.5, (bin * 2 ** BIN_BITS) / 16 ** finer);
    return Math.round(normalQuantile(h / 2 ** 32) * -(2 ** NORMAL_BITS));
  });
}

/** A normal number in s3.28 from a random word. */
export function normalVariate(random: Expr): Expr {
  let h = shrU(random, 1);
  let base: Expr = constant(LEVELS * LEVEL_BINS);
  for (let level = 0; level < LEVELS; level++) {
    const low = ltU(h, constant(16 * 2 ** BIN_BITS));
    h = select(low, shl(h, 4), h);
    base = add(base, and(low, constant(-LEVEL_BINS)));
  }
  const [left, right] = lookupPair(NORMAL_TABLE, add(base, shrU(h, BIN_BITS)));
  const fraction = shl(and(h, constant(2 ** BIN_BITS - 1)), 31 - BIN_BITS);
  const magnitude = add(left, mulS(sub(right, left), fraction, 31));
  const sign = sub(constant(0), and(random, constant(1)));
  return sub(xor(magnitude, sign), sign);
}

/**
 * The number that a normal variate is below with probability p, 0 < p <= 0.5; relative error below 1.2e-9.
 *
 * @see P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function" (2003)
 */
export function normalQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * exactLog(p));
    return polynomial(TAIL_ABOVE, q) / polynomial(TAIL_BELOW, q);
  }
  const q = p - 0.5;
  return (q * polynomial(CENTRE_ABOVE, q * q)) / polynomial(CENTRE_BELOW, q * q);
}

const CENTRE_ABOVE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const CENTRE_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
];
const TAIL_ABOVE = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];

/** Highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, c) => sum * x + c, 0);
}

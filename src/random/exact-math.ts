/**
 * Logarithm and exponential from correctly rounded IEEE operations only (+ - x / and reading exponent bits), so that
 * their bits are the same in every engine. `Math.log` and `Math.exp` may differ between engines and versions.
 *
 * Both are within 2 units in the last place of the true value over the range used here (normal doubles).
 */

const view = new DataView(new ArrayBuffer(8));

/** ln 2 in two parts: the first has 21 trailing zero bits, so its product with any exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Float64Array[2047]: for each exponent field of a normal double, the power of two that scales it into [1, 2). */
const TO_MANTISSA = new Float64Array(2047);
TO_MANTISSA[1] = 2 ** 1022;
for (let field = 2; field < 2047; field++) TO_MANTISSA[field] = TO_MANTISSA[field - 1]! / 2;

/** Natural logarithm of a positive normal double. */
export function exactLog(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  view.setFloat64(0, x);
  const field = view.getUint32(0) >>> 20;
  let exponent = field - 1023;
  let mantissa = x * TO_MANTISSA[field]!;
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // log m = 2 atanh(s), s = (m - 1) / (m + 1): the series Σ s^(2k+1)·2/(2k+1), whose 12 terms reach 2^-60 here.
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  const far = z * (2 / 15 + z * (2 / 17 + z * (2 / 19 + z * (2 / 21 + z * (2 / 23)))));
  const sum = z * (2 / 3 + z * (2 / 5 + z * (2 / 7 + z * (2 / 9 + z * (2 / 11 + z * (2 / 13 + far))))));
  return exponent * LN2_HIGH + (s * (2 + sum) + exponent * LN2_LOW);
}

/** Coefficients 1/k! of the exponential series; 14 of them reach 2^-57 for |r| <= ln 2 / 2. */
const INVERSE_FACTORIAL = [1];
for (let k = 1; k <= 14; k++) INVERSE_FACTORIAL.push(INVERSE_FACTORIAL[k - 1]! / k);

/** e to the x; 0 below the smallest normal double, infinity above the largest. */
export function exactExp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -708.3964185322641) return 0;
  const power = Math.round(x / Math.LN2);
  const r = x - power * LN2_HIGH - power * LN2_LOW;
  let sum = 0;
  for (let k = 14; k >= 1; k--) sum = (sum + INVERSE_FACTORIAL[k]!) * r;
  return (1 + sum) * powerOfTwo(power >> 1) * powerOfTwo(power - (power >> 1));
}

/** 2^n for n in [-1022, 1023]. */
function powerOfTwo(n: number): number {
  view.setUint32(0, (n + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

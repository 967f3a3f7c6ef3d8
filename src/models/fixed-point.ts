/**
 * The number formats of the models.
 *
 * @see docs/numbers.md
 */

/** Membrane potential and other mV: signed 8.23, from -256 to just under 256 mV. */
export const MILLIVOLT: number = 2 ** 23;
/** Dimensionless conductance h * g / C: unsigned 5.27. */
export const CONDUCTANCE: number = 2 ** 27;
/** Largest conductance state: 7.0, so that two receptors and a leak below 2 stay under 16. */
export const CONDUCTANCE_LIMIT = 0x37ff_ffff;
/** Fraction of a whole, unsigned 0.32. */
export const FRACTION: number = 2 ** 32;

/** Nearest word of a signed quantity; saturates at the ends of int32. */
export function signedWord(value: number, unit: number): number {
  return Math.max(-0x8000_0000, Math.min(0x7fff_ffff, roundHalfEven(value * unit)));
}

/** Nearest word of an unsigned quantity, as its int32 bits; saturates at 0 and 2^32 - 1. */
export function unsignedWord(value: number, unit: number): number {
  return Math.max(0, Math.min(0xffff_ffff, roundHalfEven(value * unit))) | 0;
}

/** The nearest whole number; halves go to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** What currents add to V in one sub-step: mV in u6.26 or s5.26. */
export const INCREMENT: number = 2 ** 26;
/** Largest current state: 16 mV a sub-step, so that the difference of two receptors keeps its sign. */
export const INCREMENT_LIMIT = 0x3fff_ffff;

/** How long the router tries (SpiNNaker datasheet §10.11, r0). */

import { NEVER } from "./peripheral.ts";

/** Core clock cycles of 200 MHz for one cycle of the router's 133 MHz. */
export const ROUTER_CYCLE = 1.5;

/**
 * Router clock cycles that an 8-bit wait field means: a floating point number with mantissa [3:0] and exponent [7:4].
 * 0 is no wait, 0xff is for ever.
 */
export function waitCycles(field: number): number {
  if (field === 0xff) return NEVER;
  const mantissa = field & 15;
  const exponent = field >>> 4;
  return exponent <= 4 ? (mantissa + 16 - 2 ** (4 - exponent)) * 2 ** exponent : (mantissa + 16) * 2 ** exponent;
}

/** Core clock cycles of the wait field in bits 7:0. */
export function waitTime(field: number): number {
  return Math.ceil(waitCycles(field & 0xff) * ROUTER_CYCLE);
}

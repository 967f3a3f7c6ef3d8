/**
 * A ternary cube (key, mask) stands for all 32-bit keys k with `(k & mask) === key`: a bit set in the mask is literal,
 * one clear in both is X and matches either. Words may be held signed or unsigned; the tests below do not care.
 */

/** Do two cubes share a key? They do unless some bit is literal in both and differs. */
export function cubesMeet(keyA: number, maskA: number, keyB: number, maskB: number): boolean {
  return ((keyA ^ keyB) & maskA & maskB) === 0;
}

/** Is every key of cube B in cube A? */
export function cubeContains(keyA: number, maskA: number, keyB: number, maskB: number): boolean {
  return (maskA & ~maskB) === 0 && ((keyA ^ keyB) & maskA) === 0;
}

/** A literal 1 outside the mask: the router compares it with 0, so no key ever matches. */
export function matchesNothing(key: number, mask: number): boolean {
  return (key & ~mask) !== 0;
}

/** Mask of the smallest cube that holds two cubes: literal where both are and agree. Its key is `keyA & mask`. */
export function hullMask(keyA: number, maskA: number, keyB: number, maskB: number): number {
  return maskA & maskB & ~(keyA ^ keyB);
}

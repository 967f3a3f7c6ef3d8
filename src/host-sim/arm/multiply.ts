/** 64-bit products of 32-bit words, and saturation, in int32 arithmetic and exact doubles. */

/** Bits 63:32 of the unsigned product. */
export function highUnsigned(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  // Sums below 2^32, so that the shifts see all of them.
  const middle = ah * bl + ((al * bl) >>> 16);
  return (ah * bh + (middle >>> 16) + (((middle & 0xffff) + al * bh) >>> 16)) | 0;
}

/** Bits 63:32 of the signed product: the unsigned one less the other factor where a sign bit counted as 2^31. */
export function highSigned(a: number, b: number): number {
  return (highUnsigned(a, b) - ((a >> 31) & b) - ((b >> 31) & a)) | 0;
}

/** `sum` is the low word after adding `addend`: did that carry? */
export function carryOf(sum: number, addend: number): number {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}

/** Bits 47:16 of the product of a word and a signed halfword. */
export function mulWordHalf(word: number, half: number): number {
  return (Math.imul(word >> 16, half) + (((word & 0xffff) * half) >> 16)) | 0;
}

export function top(word: number): number {
  return word >> 16;
}

export function bottom(word: number): number {
  return (word << 16) >> 16;
}

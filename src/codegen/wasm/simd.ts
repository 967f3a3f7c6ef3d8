import type { ByteWriter } from "./module-writer.ts";

/**
 * Vector instructions by their name in the specification, as the number after the 0xfd prefix.
 *
 * @see WebAssembly core specification 2.0, section 5.4.8 (vector instructions)
 */
export const SIMD = {
  "v128.load": 0,
  "v128.store": 11,
  "v128.const": 12,
  "i8x16.shuffle": 13,
  "i32x4.splat": 17,
  "i32x4.extract_lane": 27,
  "i32x4.eq": 55,
  "i32x4.lt_s": 57,
  "i32x4.lt_u": 58,
  "i32x4.ge_s": 63,
  "i32x4.ge_u": 64,
  "v128.and": 78,
  "v128.andnot": 79,
  "v128.or": 80,
  "v128.xor": 81,
  "v128.bitselect": 82,
  "v128.any_true": 83,
  "v128.load64_lane": 87,
  "v128.load64_zero": 93,
  "i32x4.bitmask": 164,
  "i32x4.shl": 171,
  "i32x4.shr_s": 172,
  "i32x4.shr_u": 173,
  "i32x4.add": 174,
  "i32x4.sub": 177,
  "i32x4.mul": 181,
  "i32x4.min_s": 182,
  "i32x4.min_u": 183,
  "i32x4.max_s": 184,
  "i32x4.dot_i16x8_s": 186,
  "i64x2.shr_u": 205,
  "i64x2.add": 206,
  "i64x2.extmul_low_i32x4_s": 220,
  "i64x2.extmul_high_i32x4_s": 221,
  "i64x2.extmul_low_i32x4_u": 222,
  "i64x2.extmul_high_i32x4_u": 223,
} as const;

export type SimdInstruction = keyof typeof SIMD;

export function simd(w: ByteWriter, instruction: SimdInstruction): ByteWriter {
  return w.byte(0xfd).u32(SIMD[instruction]);
}

/** Four equal 32-bit lanes. */
export function splatConstant(w: ByteWriter, value: number): void {
  simd(w, "v128.const");
  for (let lane = 0; lane < 4; lane++) {
    for (let b = 0; b < 4; b++) w.byte((value >>> (8 * b)) & 0xff);
  }
}

/** Two equal 64-bit lanes. */
export function splatConstant64(w: ByteWriter, value: bigint): void {
  simd(w, "v128.const");
  for (let lane = 0; lane < 2; lane++) {
    for (let b = 0n; b < 8n; b++) w.byte(Number((BigInt.asUintN(64, value) >> (8n * b)) & 0xffn));
  }
}

/** Picks 32-bit lanes of two vectors on the stack: 0-3 of the first, 4-7 of the second. */
export function shuffleLanes(w: ByteWriter, lanes: readonly [number, number, number, number]): void {
  simd(w, "i8x16.shuffle");
  for (const lane of lanes) w.byte(lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3);
}

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011): ten rounds of a bijection on 128 bits under a key of 64. Any block can be made alone, so any part
 * of a network can be made anywhere, in any order, by any number of threads, with the same bits.
 *
 * Everything is int32 arithmetic. The high half of a 32 x 32 product is put together from 16-bit pieces; each
 * intermediate sum is below 2^32, so wrapping to int32 loses nothing.
 */

/** The paper's constants; `weyl` words are added to the key after each round. */
export const PHILOX = {
  rounds: 10,
  multiplier0: 0xd251_1f53,
  multiplier1: 0xcd9e_8d57,
  weyl0: 0x9e37_79b9,
  weyl1: 0xbb67_ae85,
} as const;

const M0 = PHILOX.multiplier0 | 0;
const M0_LOW = M0 & 0xffff;
const M0_HIGH = M0 >>> 16;
const M1 = PHILOX.multiplier1 | 0;
const M1_LOW = M1 & 0xffff;
const M1_HIGH = M1 >>> 16;
const WEYL0 = PHILOX.weyl0 | 0;
const WEYL1 = PHILOX.weyl1 | 0;

/**
 * Writes `blocks` consecutive blocks of four words to the start of `out`.
 *
 * Counter of block i is (counter0 + i, counter1, counter2, counter3), key is (key0, key1); all words are taken modulo 2^32.
 */
export function philoxBlocks(
  out: Uint32Array,
  blocks: number,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  for (let block = 0; block < blocks; block++) {
    let c0 = (counter0 + block) | 0;
    let c1 = counter1 | 0;
    let c2 = counter2 | 0;
    let c3 = counter3 | 0;
    let k0 = key0 | 0;
    let k1 = key1 | 0;
    for (let round = 0; round < PHILOX.rounds; round++) {
      const aLow = c0 & 0xffff;
      const aHigh = c0 >>> 16;
      const aMiddle = (Math.imul(M0_HIGH, aLow) + (Math.imul(M0_LOW, aLow) >>> 16)) | 0;
      const aCarry = (Math.imul(M0_LOW, aHigh) + (aMiddle & 0xffff)) | 0;
      const high0 = (Math.imul(M0_HIGH, aHigh) + (aMiddle >>> 16) + (aCarry >>> 16)) | 0;
      const bLow = c2 & 0xffff;
      const bHigh = c2 >>> 16;
      const bMiddle = (Math.imul(M1_HIGH, bLow) + (Math.imul(M1_LOW, bLow) >>> 16)) | 0;
      const bCarry = (Math.imul(M1_LOW, bHigh) + (bMiddle & 0xffff)) | 0;
      const high1 = (Math.imul(M1_HIGH, bHigh) + (bMiddle >>> 16) + (bCarry >>> 16)) | 0;
      const low0 = Math.imul(M0, c0);
      const low1 = Math.imul(M1, c2);
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + WEYL0) | 0;
      k1 = (k1 + WEYL1) | 0;
    }
    const at = block * 4;
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
  }
}

import { add, constant, type Expr, mulLow, mulU, xor } from "../codegen/ir.ts";

/**
 * Philox 2x32 with 10 rounds: a counter of two words and a key of one give two random words.
 *
 * What the cores draw from: three cheap operations a round on an ARM968, no state to keep, and the number for any tick
 * and neuron is known without those before it.
 *
 * @see J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011
 */
const MULTIPLIER = 0xd256d193;
const WEYL = 0x9e3779b9;
const ROUNDS = 10;

/** Both words as expressions of the IR. */
export function philox2x32Expr(low: Expr, high: Expr, key: Expr): readonly [Expr, Expr] {
  let [x, y, k] = [low, high, key];
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) k = add(k, constant(WEYL));
    [x, y] = [xor(xor(mulU(x, constant(MULTIPLIER), 32), k), y), mulLow(x, constant(MULTIPLIER))];
  }
  return [x, y];
}

/** Both words as unsigned numbers. */
export function philox2x32(low: number, high: number, key: number): readonly [number, number] {
  let [x, y, k] = [low >>> 0, high >>> 0, key >>> 0];
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) k = (k + WEYL) >>> 0;
    [x, y] = [(multiplyHigh(x, MULTIPLIER) ^ k ^ y) >>> 0, Math.imul(x, MULTIPLIER) >>> 0];
  }
  return [x, y];
}

/** Key of a population's stream: a word that depends on every bit of the run's seed and the population's number. */
export function streamKey(seed: number, population: number): number {
  return philox2x32(seed, population, 0x5350_4c4d)[0];
}

/** Upper 32 bits of the unsigned product, by halves of 16 bits. */
function multiplyHigh(a: number, b: number): number {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = ah * bl + ((al * bl) >>> 16);
  const low = al * bh + (middle % 0x10000);
  return ah * bh + Math.floor(middle / 0x10000) + Math.floor(low / 0x10000);
}

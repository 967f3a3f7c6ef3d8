import { exactLog } from "./exact-math.ts";
import { philoxBlocksSimd } from "./philox-simd.ts";
import type { Stream } from "./streams.ts";

/** Blocks made ahead at most. */
const MAX_BLOCKS = 64;

/**
 * The random numbers of one element (a neuron, a row, a synapse) of one stream: a pure function of
 * (seed, stream, element, number of the draw). Move to another element with {@link at}; nothing carries over.
 */
export class RandomStream {
  private readonly seed: number;
  private readonly id: number;
  private readonly variable: number;
  private element = 0;
  private readonly words = new Uint32Array(MAX_BLOCKS * 4);
  private next = 0;
  private filled = 0;
  private blocksMade = 0;
  private refillBlocks = 1;
  /** The other half of the last pair of normal numbers; NaN when there is none. */
  private spare = Number.NaN;

  /** @param seed the network's, 32 bits */
  constructor(seed: number, stream: Stream, element = 0) {
    this.seed = seed;
    this.id = stream.id;
    this.variable = stream.variable;
    this.at(element);
  }

  /**
   * Starts over at draw 0 of another element (below 2^53).
   *
   * @param words how many will be drawn, as a guess: it decides what is made ahead, never what is drawn
   */
  at(element: number, words = 1): this {
    this.element = element;
    this.next = 0;
    this.filled = 0;
    this.blocksMade = 0;
    this.spare = Number.NaN;
    this.refillBlocks = Math.min(MAX_BLOCKS, Math.max(1, (words + 3) >>> 2));
    return this;
  }

  private refill(): void {
    const { element, refillBlocks } = this;
    const elementHigh = Math.floor(element / 0x1_0000_0000);
    philoxBlocksSimd(
      this.words,
      refillBlocks,
      this.blocksMade,
      element,
      elementHigh,
      this.variable,
      this.seed,
      this.id,
    );
    this.next = 0;
    this.filled = refillBlocks * 4;
    this.blocksMade += refillBlocks;
    // What comes after a guess that was too small is a few more, and then twice as many each time.
    this.refillBlocks =
      this.blocksMade === refillBlocks ? (refillBlocks + 7) >>> 3 : Math.min(MAX_BLOCKS, refillBlocks * 2);
  }

  /** Uniform over the integers 0 to 2^32 - 1. */
  word(): number {
    if (this.next === this.filled) this.refill();
    return this.words[this.next++]!;
  }

  /** Uniform over the multiples of 2^-53 in [0, 1). */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  /**
   * Uniform over the integers 0 to n - 1, n from 1 to 2^32, without bias.
   *
   * Lemire's method (ACM TOMACS 29, 2019): the high half of word x n. Its low half is below 2^32 mod n for the few words
   * that would favour some integers; these are drawn again.
   */
  below(n: number): number {
    if (n > 0x1_0000) return this.belowLarge(n);
    // n fits 16 bits (or is 2^16), so the product's upper 32 of 48 bits are one int32 sum, wrapped but exact.
    let word = this.word();
    if (Math.imul(word, n) >>> 0 < n) {
      const reject = 0x1_0000_0000 % n;
      while (Math.imul(word, n) >>> 0 < reject) word = this.word();
    }
    return (Math.imul(word >>> 16, n) + (Math.imul(word & 0xffff, n) >>> 16)) >>> 16;
  }

  /** The same by remainder: words from the last whole multiple of n on are drawn again. */
  private belowLarge(n: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % n;
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -exactLog(1 - this.uniform());
  }

  /**
   * Standard normal, by Marsaglia's polar method: square root and logarithm only. It makes two at a time; the second is
   * kept for the next call.
   */
  normal(): number {
    const { spare } = this;
    if (!Number.isNaN(spare)) {
      this.spare = Number.NaN;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square <= 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * exactLog(square)) / square);
      this.spare = y * scale;
      return x * scale;
    }
  }
}

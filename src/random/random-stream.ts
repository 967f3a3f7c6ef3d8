import { exactLog } from "./exact-math.ts";
import { philoxBlocks } from "./philox.ts";
import type { Stream } from "./streams.ts";

/** Words made ahead at most: long rows amortise the call, short ones waste little because the first refill is one block. */
const MAX_BLOCKS = 16;

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

  /** @param seed the network's, 32 bits */
  constructor(seed: number, stream: Stream, element = 0) {
    this.seed = seed;
    this.id = stream.id;
    this.variable = stream.variable;
    this.at(element);
  }

  /** Starts over at draw 0 of another element (below 2^53). */
  at(element: number): this {
    this.element = element;
    this.next = 0;
    this.filled = 0;
    this.blocksMade = 0;
    this.refillBlocks = 1;
    return this;
  }

  private refill(): void {
    const { element, refillBlocks } = this;
    const elementHigh = Math.floor(element / 0x1_0000_0000);
    philoxBlocks(this.words, refillBlocks, this.blocksMade, element, elementHigh, this.variable, this.seed, this.id);
    this.next = 0;
    this.filled = refillBlocks * 4;
    this.blocksMade += refillBlocks;
    if (refillBlocks < MAX_BLOCKS) this.refillBlocks = refillBlocks * 2;
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
   * Lemire's method: the high half of word x n, redrawn for the few words that would favour some integers.
   */
  below(n: number): number {
    // Up to 2^21 the product is an exact double.
    if (n <= 0x20_0000) {
      let product = this.word() * n;
      if (product >>> 0 < n) {
        const reject = 0x1_0000_0000 % n;
        while (product >>> 0 < reject) product = this.word() * n;
      }
      return Math.floor(product / 0x1_0000_0000);
    }
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % n;
    }
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -exactLog(1 - this.uniform());
  }

  /** Standard normal, by Marsaglia's polar method: square root and logarithm only. */
  normal(): number {
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * exactLog(square)) / square);
    }
  }
}

import type { RandomStream } from "../../random/index.ts";

/** Gaps told apart by one draw; longer ones take another (the law has no memory). */
const MAX_TABLE = 4096;
const GUIDE_BITS = 10;
const WORDS = 0x1_0000_0000;

/**
 * The number of failures before the first success in trials of probability p, by table: exact to 2^-64 and without a
 * logarithm, one 32-bit draw each.
 *
 * With X uniform in [0, 2^32), the gap is the largest k with X < survival[k] = 2^32 (1-p)^k. A 32-bit word is the whole
 * part of X and settles nearly every draw; when it equals the whole part of a survival value, two more words are the
 * fraction.
 */
export class GeometricGaps {
  /** Float64Array[tableSize + 1]; products of correctly rounded factors, relative error below 4096 · 2^-53. */
  private readonly survival: Float64Array;
  /** Uint16Array[2^GUIDE_BITS]: the least gap that a word with these top bits can mean. */
  private readonly guide: Uint16Array;
  private readonly tableSize: number;

  /**
   * @param p in (0, 1)
   * @param longest gaps from here on need not be told apart; at least 1
   */
  constructor(p: number, longest: number) {
    const survival = [WORDS];
    while (survival.length <= Math.min(MAX_TABLE, longest) && survival.at(-1)! > 1 / WORDS) {
      survival.push(survival.at(-1)! * (1 - p));
    }
    this.survival = Float64Array.from(survival);
    this.tableSize = survival.length - 1;
    this.guide = new Uint16Array(1 << GUIDE_BITS);
    let k = this.tableSize;
    for (let top = 0; top < this.guide.length; top++) {
      const beyond = (top + 1) * 2 ** (32 - GUIDE_BITS);
      while (survival[k]! < beyond) k--;
      this.guide[top] = k;
    }
  }

  /** A gap; all values of at least `longest` mean "beyond". */
  draw(random: RandomStream): number {
    const { survival, guide, tableSize } = this;
    let gap = 0;
    for (;;) {
      const word = random.word();
      const top = word >>> (32 - GUIDE_BITS);
      let k = guide[top]!;
      // Small p: many gaps share the top bits. survival[most] is at least the word, survival[k] above it.
      let most = top === 0 ? tableSize : guide[top - 1]!;
      while (most - k > 4) {
        const middle = (k + most) >>> 1;
        if (word + 1 <= survival[middle]!) k = middle;
        else most = middle;
      }
      while (k < tableSize && word + 1 <= survival[k + 1]!) k++;
      if (k < tableSize && word < survival[k + 1]!) {
        const x = word + (random.word() + random.word() / WORDS) / WORDS;
        while (k < tableSize && x < survival[k + 1]!) k++;
      }
      gap += k;
      if (k < tableSize) return gap;
    }
  }
}

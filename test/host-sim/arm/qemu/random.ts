/** Reproducible choices for the instruction generators. */

/** xorshift32, Marsaglia 2003. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e37_79b9) | 0 || 1;
    for (let i = 0; i < 8; i++) this.word();
  }

  /** Any 32 bits, as int32. */
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x;
  }

  /** 0 to `limit - 1`. */
  below(limit: number): number {
    return (this.word() >>> 1) % limit;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A word of the kind arithmetic goes wrong with, every other time. */
  interestingWord(): number {
    if (this.chance(2)) return this.word();
    const edges = [0, 1, 2, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000];
    const edge = this.pick(edges);
    return this.chance(2) ? edge | 0 : -edge | 0;
  }
}

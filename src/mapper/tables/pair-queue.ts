/**
 * Pairs of entries waiting to be judged: lowest level first, the youngest first among equals.
 *
 * Levels are small whole numbers, so one chain for each is all it takes: O(1) to push, O(1 + levels skipped) to pop.
 * Sixteen bytes a pair, used again once popped.
 */
export class PairQueue {
  /** The pair popped last. */
  a = 0;
  b = 0;
  level = 0;
  /** What its {@link push} gave as stamp, so that the caller knows pairs that have gone stale. */
  stamp = 0;
  /** Newest record of each level, or -1. */
  readonly #newest: Int32Array;
  /** Records of four words: a, b, stamp, next older one. */
  #records: Int32Array;
  #recordsUsed = 0;
  #firstFree = -1;
  #lowest = 0;

  constructor(levels: number) {
    this.#newest = new Int32Array(levels).fill(-1);
    this.#records = new Int32Array(4 * 256);
  }

  push(level: number, a: number, b: number, stamp: number): void {
    let record = this.#firstFree;
    if (record >= 0) {
      this.#firstFree = this.#records[record + 3]!;
    } else {
      record = this.#recordsUsed;
      this.#recordsUsed += 4;
      if (this.#recordsUsed > this.#records.length) this.#grow();
    }
    const records = this.#records;
    records[record] = a;
    records[record + 1] = b;
    records[record + 2] = stamp;
    records[record + 3] = this.#newest[level]!;
    this.#newest[level] = record;
    if (level < this.#lowest) this.#lowest = level;
  }

  /** Takes out the next pair; false when there is none. */
  pop(): boolean {
    const newest = this.#newest;
    while (this.#lowest < newest.length && newest[this.#lowest]! < 0) this.#lowest++;
    if (this.#lowest === newest.length) return false;
    const record = newest[this.#lowest]!;
    const records = this.#records;
    this.level = this.#lowest;
    this.a = records[record]!;
    this.b = records[record + 1]!;
    this.stamp = records[record + 2]!;
    newest[this.#lowest] = records[record + 3]!;
    records[record + 3] = this.#firstFree;
    this.#firstFree = record;
    return true;
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#records.length);
    larger.set(this.#records);
    this.#records = larger;
  }
}

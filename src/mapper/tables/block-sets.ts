import type { KeyBlocks } from "./key-blocks.ts";

/** Flipping the top bit makes signed words compare as unsigned keys do. */
const BIAS = -0x8000_0000;

/**
 * Which key blocks share a key with a given cube.
 *
 * Sets of blocks are rows of 32-bit words; bit i of word w stands for block `32 w + i`. For each key bit one row tells
 * the blocks that may have a 0 there and one those that may have a 1; the blocks a cube meets are the intersection of
 * one such row for each of the cube's literal bits. Thirty-two blocks are tested at a time. As blocks come in ascending
 * order of keys, words far from the cube need no look at all.
 *
 * O(blocks × bits that vary) to build; O(words × literal bits) for a whole set.
 */
export class BlockSets {
  /** Words in a set. */
  readonly words: number;
  readonly #count: number;
  /** Key bits that differ between blocks; a cube that holds a block is told apart from the others by these alone. */
  readonly #varying: number;
  /** Int32Array[64 × words]: blocks that may have value v in bit b, at row `2 b + v`; rows of other bits stay empty. */
  readonly #mayHave: Int32Array;
  /** Int32Array[words]: least key in each word's blocks, and greatest in those of the word and all before it; biased. */
  readonly #least: Int32Array;
  readonly #greatest: Int32Array;
  /** Offsets of the rows of the cube taken up last. */
  readonly #rows = new Int32Array(32);
  #rowCount = 0;
  /** Words outside `[firstWord .. endWord)` have no block that meets the cube taken up last. */
  firstWord = 0;
  endWord = 0;

  constructor(blocks: KeyBlocks) {
    const { count, key, mask } = blocks;
    this.#count = count;
    this.words = (count + 31) >>> 5;
    let mayBeOne = 0;
    let mayBeZero = 0;
    for (let block = 0; block < count; block++) {
      mayBeOne |= key[block]! | ~mask[block]!;
      mayBeZero |= ~key[block]!;
    }
    this.#varying = mayBeOne & mayBeZero;
    this.#mayHave = new Int32Array(64 * this.words);
    for (let bits = this.#varying; bits !== 0; bits &= bits - 1) this.#fillRows(blocks, 31 - Math.clz32(bits & -bits));

    this.#least = new Int32Array(this.words);
    this.#greatest = new Int32Array(this.words);
    let greatest = BIAS;
    for (let block = 0; block < count; block++) {
      if ((block & 31) === 0) this.#least[block >>> 5] = key[block]! ^ BIAS;
      greatest = Math.max(greatest, (key[block]! | ~mask[block]!) ^ BIAS);
      this.#greatest[block >>> 5] = greatest;
    }
  }

  #fillRows({ count, key, mask }: KeyBlocks, bit: number): void {
    const zeros = 2 * bit * this.words;
    const ones = zeros + this.words;
    for (let block = 0; block < count; block++) {
      const member = 1 << (block & 31);
      const isOne = (key[block]! >>> bit) & 1;
      const isLiteral = (mask[block]! >>> bit) & 1;
      if (!isOne) this.#mayHave[zeros + (block >>> 5)]! |= member;
      if (isOne || !isLiteral) this.#mayHave[ones + (block >>> 5)]! |= member;
    }
  }

  setOf(members: readonly number[]): Int32Array {
    const set = new Int32Array(this.words);
    for (const block of members) set[block >>> 5]! |= 1 << (block & 31);
    return set;
  }

  setOfAllBut(others: readonly number[]): Int32Array {
    const set = new Int32Array(this.words).fill(-1);
    if (this.#count & 31) set[this.words - 1] = (1 << (this.#count & 31)) - 1;
    for (const block of others) set[block >>> 5]! &= ~(1 << (block & 31));
    return set;
  }

  /** Takes up a cube that holds some block; {@link meetingWord} then speaks of it. */
  take(key: number, mask: number): void {
    let rowCount = 0;
    for (let bits = mask & this.#varying; bits !== 0; ) {
      const bit = 31 - Math.clz32(bits);
      this.#rows[rowCount++] = (2 * bit + ((key >>> bit) & 1)) * this.words;
      bits ^= 1 << bit;
    }
    this.#rowCount = rowCount;

    const least = key ^ BIAS;
    const greatest = (key | ~mask) ^ BIAS;
    let first = 0;
    while (first < this.words && this.#greatest[first]! < least) first++;
    let end = first;
    while (end < this.words && this.#least[end]! <= greatest) end++;
    this.firstWord = first;
    this.endWord = end;
  }

  /** Those of `among`, a subset of word `word`, that share a key with the cube taken up. */
  meetingWord(word: number, among: number): number {
    const rows = this.#rows;
    const mayHave = this.#mayHave;
    const rowCount = this.#rowCount;
    let meeting = among;
    for (let row = 0; row < rowCount && meeting !== 0; row++) meeting &= mayHave[rows[row]! + word]!;
    return meeting;
  }
}

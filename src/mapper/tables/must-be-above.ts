import { countOnes, lowestOne } from "./word-bits.ts";

/**
 * The order that entries of a growing table must keep, transitively closed.
 *
 * An entry owns key blocks and is named by one of them. Entry A must be above entry B when B's cube catches a block that
 * A owns, because the first match wins. Nothing else matters: as long as the relation has no cycle, every order that
 * respects it routes all blocks alike. Merging two entries gives the one both sides' relations and puts it below the
 * owners of all blocks it catches. The relation only ever grows.
 *
 * Rows of 32-bit words stand for sets of blocks. O(entries × words) space; a question takes a word or two, a merge
 * O(words × entries that have something below them).
 */
export class MustBeAbove {
  readonly #words: number;
  /** Int32Array[blocks]: entry that owns the block. */
  readonly #owner: Int32Array;
  /** Int32Array[entries × words]: blocks the entry owns. */
  readonly #owned: Int32Array;
  /** Int32Array[entries × words]: blocks of all entries that must be below the entry. */
  readonly below: Int32Array;
  /** Entries with something below them, in no particular order, and a mark for each. */
  readonly #uppers: number[] = [];
  readonly #isUpper: Uint8Array;
  /** Int32Array[words], during a merge: blocks whose owners must be above, and blocks that go below those. */
  readonly #rising: Int32Array;
  readonly #sinking: Int32Array;

  /** @param words in a set of `blockCount` blocks, each an entry of its own at first */
  constructor(blockCount: number, words: number) {
    this.#words = words;
    this.#owner = Int32Array.from({ length: blockCount }, (_, block) => block);
    this.#owned = new Int32Array(blockCount * words);
    this.below = new Int32Array(blockCount * words);
    this.#isUpper = new Uint8Array(blockCount);
    this.#rising = new Int32Array(words);
    this.#sinking = new Int32Array(words);
    for (let block = 0; block < blockCount; block++) {
      this.#owned[block * words + (block >>> 5)] = 1 << (block & 31);
    }
  }

  ownerOf(block: number): number {
    return this.#owner[block]!;
  }

  isAbove(upper: number, lower: number): boolean {
    return ((this.below[upper * this.#words + (lower >>> 5)]! >>> (lower & 31)) & 1) !== 0;
  }

  /** How many blocks must be below an entry: more than below any entry that must itself be below it. */
  depth(entry: number): number {
    if (!this.#isUpper[entry]) return 0;
    let depth = 0;
    const end = (entry + 1) * this.#words;
    for (let at = entry * this.#words; at < end; at++) depth += countOnes(this.below[at]!);
    return depth;
  }

  /**
   * Lets entry `a` own all that entry `b` does, below the owners of all blocks it catches.
   *
   * @param caught Int32Array[words]: blocks in the cube of the merged entry whose owners may ever be below others
   */
  merge(a: number, b: number, caught: Int32Array): void {
    const rowA = a * this.#words;
    const rowB = b * this.#words;
    for (let word = 0; word < this.#words; word++) {
      for (let owned = this.#owned[rowB + word]!; owned !== 0; owned &= owned - 1) {
        this.#owner[32 * word + lowestOne(owned)] = a;
      }
      this.#owned[rowA + word]! |= this.#owned[rowB + word]!;
      this.below[rowA + word]! |= this.below[rowB + word]!;
      this.#rising[word] = caught[word]! | this.#owned[rowA + word]!;
      this.#sinking[word] = this.below[rowA + word]! | this.#owned[rowA + word]!;
    }
    if (this.#isUpper[b]) {
      this.#uppers.splice(this.#uppers.indexOf(b), 1);
      this.#noteUpper(a);
    }
    this.#raise(caught);
  }

  /** Puts what sinks below the owners of caught blocks and below all that are above what rises. */
  #raise(caught: Int32Array): void {
    const sinking = wordsInUse(this.#sinking);
    const rising = wordsInUse(this.#rising);
    const below = this.below;
    const mustRise = this.#rising;
    for (let at = this.#uppers.length - 1; at >= 0; at--) {
      const row = this.#uppers[at]! * this.#words;
      let rises = 0;
      for (const word of rising) rises |= below[row + word]! & mustRise[word]!;
      if (rises !== 0) for (const word of sinking) below[row + word]! |= this.#sinking[word]!;
    }
    for (const word of rising) {
      for (let blocks = caught[word]!; blocks !== 0; blocks &= blocks - 1) {
        const owner = this.#owner[32 * word + lowestOne(blocks)]!;
        for (const sunk of sinking) below[owner * this.#words + sunk]! |= this.#sinking[sunk]!;
        this.#noteUpper(owner);
      }
    }
  }

  #noteUpper(entry: number): void {
    if (this.#isUpper[entry]) return;
    this.#isUpper[entry] = 1;
    this.#uppers.push(entry);
  }
}

/** Indices of the words of a set that are not empty. */
function wordsInUse(set: Int32Array): number[] {
  const inUse: number[] = [];
  for (let word = 0; word < set.length; word++) if (set[word] !== 0) inUse.push(word);
  return inUse;
}

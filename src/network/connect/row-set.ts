/**
 * A set of post neurons, filled in any order and emptied in ascending order, with multiplicities.
 * Two levels of bits: filling costs the same whatever the size, emptying skips 1024 empty neurons at a time.
 */
export class RowSet {
  /** Uint32Array[size / 32]: one bit a neuron. */
  private readonly bits: Uint32Array;
  /** Uint32Array[size / 1024]: one bit a word of `bits` that is not 0. */
  private readonly words: Uint32Array;
  /** Uint32Array[size]: how often each member was added beyond the first time. */
  private readonly extra: Uint32Array;

  constructor(size: number) {
    this.bits = new Uint32Array((size + 31) >>> 5);
    this.words = new Uint32Array((this.bits.length + 31) >>> 5);
    this.extra = new Uint32Array(size);
  }

  /** Adds a neuron, once more if it is a member. */
  add(neuron: number): void {
    if (!this.addNew(neuron)) this.extra[neuron]!++;
  }

  /** Adds a neuron unless it is a member; says whether it was new. */
  addNew(neuron: number): boolean {
    const word = neuron >>> 5;
    const bit = 1 << (neuron & 31);
    const old = this.bits[word]!;
    if ((old & bit) !== 0) return false;
    this.bits[word] = old | bit;
    if (old === 0) this.words[word >>> 5]! |= 1 << (word & 31);
    return true;
  }

  has(neuron: number): boolean {
    return ((this.bits[neuron >>> 5]! >>> (neuron & 31)) & 1) === 1;
  }

  /** Removes a neuron added once, if it is a member; says whether it was. */
  delete(neuron: number): boolean {
    if (!this.has(neuron)) return false;
    this.bits[neuron >>> 5]! ^= 1 << (neuron & 31);
    return true;
  }

  /** Moves all members to the start of `row`, ascending, each as often as it was added; returns how many. */
  drain(row: Uint32Array): number {
    const { bits, words, extra } = this;
    let count = 0;
    for (let w = 0; w < words.length; w++) {
      let group = words[w]!;
      words[w] = 0;
      while (group !== 0) {
        const lowestWord = group & -group;
        group ^= lowestWord;
        const word = w * 32 + 31 - Math.clz32(lowestWord);
        let members = bits[word]!;
        bits[word] = 0;
        while (members !== 0) {
          const lowest = members & -members;
          members ^= lowest;
          const neuron = word * 32 + 31 - Math.clz32(lowest);
          row[count++] = neuron;
          for (; extra[neuron]! > 0; extra[neuron]!--) row[count++] = neuron;
        }
      }
    }
    return count;
  }
}

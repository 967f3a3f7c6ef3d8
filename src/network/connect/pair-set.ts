/** Up to so many possible pairs for each member, a bit a pair takes less memory than a table of the members. */
const SPARSE = 128;

/** A set of numbers below `size`, whose largest number of members is known: bits when dense, a hash table when sparse. */
export class PairSet {
  private readonly bits: Uint32Array | undefined;
  /** Members at their hash or the next free place; -1 is free. At most half full. */
  private readonly table: Float64Array;
  private readonly shift: number;

  constructor(size: number, members: number) {
    const dense = size <= SPARSE * members;
    this.bits = dense ? new Uint32Array(Math.ceil(size / 32)) : undefined;
    const log = dense ? 0 : Math.ceil(Math.log2(2 * members + 1));
    this.table = new Float64Array(dense ? 0 : 2 ** log).fill(-1);
    this.shift = 32 - log;
  }

  has(member: number): boolean {
    if (this.bits !== undefined) return ((this.bits[Math.floor(member / 32)]! >>> (member % 32)) & 1) === 1;
    return this.table[this.slot(member)] === member;
  }

  /** Adds a number unless it is a member; says whether it was new. */
  addNew(member: number): boolean {
    if (this.has(member)) return false;
    if (this.bits !== undefined) this.bits[Math.floor(member / 32)]! |= 1 << (member % 32);
    else this.table[this.slot(member)] = member;
    return true;
  }

  /** Where the member is, or would be. */
  private slot(member: number): number {
    const mixed = Math.imul(member ^ Math.floor(member / 0x1_0000_0000), 0x9e3779b1) >>> 0;
    let at = mixed >>> this.shift;
    while (this.table[at] !== -1 && this.table[at] !== member) at = (at + 1) % this.table.length;
    return at;
  }
}

import type { RoutingTable } from "../netlist.ts";
import type { BlockSets } from "./block-sets.ts";
import type { KeyBlocks } from "./key-blocks.ts";
import { hullMask } from "./ternary-cube.ts";
import { countOnes, lowestOne } from "./word-bits.ts";

/** Merging the two entries would break the order of the table, now and for ever. */
export const FORBIDDEN = -1;

/**
 * A table under minimisation, and the relation that keeps it exact.
 *
 * Each entry is a cube that owns key blocks of one route. Entry A must be above entry B when B's cube catches a block
 * of A, because the first match wins. Nothing else matters: as long as the relation has no cycle, every order that
 * respects it routes all blocks as before. At first each block is an entry that catches nothing. Merging two entries of
 * one route makes their hull one entry; it inherits both sides' relations, and all entries whose blocks it newly
 * catches must be above it. The relation only ever grows, so what is forbidden once is forbidden for ever.
 *
 * The relation is kept transitively closed, as one row of blocks an entry, so that a merge is judged by a few word
 * operations. Lone entries, the only ones of their route, never grow: they catch nothing, so nothing must be above them
 * and no cycle passes through them. They have no rows and stand on top.
 *
 * Entries are named by one of their blocks. O(blocks² / 32) space; O(blocks × bits / 32) to judge a merge, O(blocks² /
 * 32) at most to make one.
 */
export class GrowingTable {
  /** Entries of each route that has more than one, ascending at first. Merging takes one out. */
  readonly groups: number[][] = [];
  /** Int32Array[blocks]: counts the merges of an entry; odd once it has gone into another. */
  readonly version: Int32Array;
  readonly #blocks: KeyBlocks;
  /** Int32Array[blocks]: place of a growing entry's group in `groups`. */
  readonly #group: Int32Array;
  readonly #key: Int32Array;
  readonly #mask: Int32Array;
  readonly #entryOf: Int32Array;
  /** Entries of groups, ascending. They alone have rows. */
  readonly #growing: number[] = [];
  /** Entries that are the only ones of their route, ascending. */
  readonly #lone: number[] = [];
  readonly #sets: BlockSets;
  readonly #words: number;
  /** Int32Array[groups × words]: blocks of other routes, which a cube of the group does not own but may catch. */
  readonly #foreign: Int32Array;
  /** Int32Array[words]: blocks that are below all entries, because default routing takes them. */
  readonly #untouchable: Int32Array;
  /** Int32Array[words]: blocks of growing entries. */
  readonly #growingBlocks: Int32Array;
  /** Int32Array[blocks × words]: blocks the entry owns. */
  readonly #owned: Int32Array;
  /** Int32Array[blocks × words]: foreign blocks in the entry's cube. */
  readonly #caught: Int32Array;
  /** Int32Array[blocks × words]: blocks of all entries that must be below the entry. */
  readonly #below: Int32Array;
  /** Growing entries with something below them, in no particular order, and a mark for each. */
  readonly #uppers: number[] = [];
  readonly #isUpper: Uint8Array;
  /** Int32Array[words], while an entry is raised: blocks that must be above others, and those that must be below. */
  readonly #mustRise: Int32Array;
  readonly #sinking: Int32Array;
  /** Int32Array[words]: blocks that some entry of another route catches. */
  readonly #caughtByAny: Int32Array;
  /** Uint8Array[blocks]: 1 for entries whose blocks are all default-routed and caught by no other entry. */
  readonly #needsNoEntry: Uint8Array;
  #entriesNeeded = 0;

  /**
   * @param sets index of the same blocks
   * @param spareDefaults leave default-routed blocks to default routing: it stands below all entries, so nothing that
   *   catches such a block may grow
   */
  constructor(blocks: KeyBlocks, sets: BlockSets, spareDefaults: boolean) {
    const { count, defaultRouted } = blocks;
    const words = sets.words;
    this.#blocks = blocks;
    this.#sets = sets;
    this.#words = words;
    this.version = new Int32Array(count);
    this.#key = blocks.key.slice();
    this.#mask = blocks.mask.slice();
    this.#entryOf = Int32Array.from({ length: count }, (_, block) => block);
    this.#owned = new Int32Array(count * words);
    this.#caught = new Int32Array(count * words);
    this.#below = new Int32Array(count * words);
    this.#isUpper = new Uint8Array(count);
    this.#mustRise = new Int32Array(words);
    this.#sinking = new Int32Array(words);
    this.#caughtByAny = new Int32Array(words);
    this.#growingBlocks = new Int32Array(words);
    this.#needsNoEntry = defaultRouted.slice();
    for (const needsNone of defaultRouted) this.#entriesNeeded += 1 - needsNone;

    this.#group = new Int32Array(count);
    const ownRoute: number[][] = [];
    for (const ofRoute of blocksByRoute(blocks)) {
      const entries = spareDefaults ? ofRoute.filter((block) => !defaultRouted[block]) : ofRoute;
      if (entries.length < 2) {
        this.#lone.push(...entries);
        continue;
      }
      for (const entry of entries) this.#group[entry] = this.groups.length;
      this.#growing.push(...entries);
      this.groups.push([...entries]);
      ownRoute.push(ofRoute);
    }
    this.#lone.sort((a, b) => a - b);
    this.#growing.sort((a, b) => a - b);

    this.#foreign = new Int32Array(this.groups.length * words);
    const all = sets.all();
    for (const [group, ofRoute] of ownRoute.entries()) {
      const row = group * words;
      this.#foreign.set(all, row);
      for (const block of ofRoute) this.#foreign[row + (block >>> 5)]! &= ~(1 << (block & 31));
    }
    this.#untouchable = new Int32Array(words);
    if (spareDefaults) {
      for (let block = 0; block < count; block++) {
        if (defaultRouted[block]) this.#untouchable[block >>> 5]! |= 1 << (block & 31);
      }
    }
    for (const entry of this.#growing) {
      this.#owned[entry * words + (entry >>> 5)] = 1 << (entry & 31);
      this.#growingBlocks[entry >>> 5]! |= 1 << (entry & 31);
    }
  }

  get blockCount(): number {
    return this.#blocks.count;
  }

  /** Router entries the table needs as it stands: those that default routing does not replace. */
  get entriesNeeded(): number {
    return this.#entriesNeeded;
  }

  groupOf(entry: number): readonly number[] {
    return this.groups[this.#group[entry]!]!;
  }

  /**
   * How many blocks of growing entries the hull of two entries of one route would catch that neither catches now; each
   * stands for merges that will be forbidden later. Once the count passes `limit` it may be given too low.
   */
  newlyCaught(a: number, b: number, limit: number): number {
    const words = this.#words;
    const rowA = a * words;
    const rowB = b * words;
    if (this.#isBelow(b, rowA) || this.#isBelow(a, rowB)) return FORBIDDEN;
    const mask = hullMask(this.#key[a]!, this.#mask[a]!, this.#key[b]!, this.#mask[b]!);
    this.#sets.take(this.#key[a]! & mask, mask);
    const foreign = this.#group[a]! * words;
    const sets = this.#sets;
    const foreignRows = this.#foreign;
    const belowRows = this.#below;
    const caughtRows = this.#caught;
    const untouchable = this.#untouchable;
    const growingBlocks = this.#growingBlocks;
    const end = sets.endWord;
    let count = 0;
    for (let word = sets.firstWord; word < end && count <= limit; word++) {
      const caught = sets.meetingWord(word, foreignRows[foreign + word]!);
      if (caught === 0) continue;
      const below = belowRows[rowA + word]! | belowRows[rowB + word]! | untouchable[word]!;
      if ((caught & below) !== 0) return FORBIDDEN;
      const known = caughtRows[rowA + word]! | caughtRows[rowB + word]!;
      count += countOnes(caught & ~known & growingBlocks[word]!);
    }
    return count;
  }

  #isBelow(entry: number, row: number): boolean {
    return ((this.#below[row + (entry >>> 5)]! >>> (entry & 31)) & 1) !== 0;
  }

  /** Merges entry `b` into entry `a`; the caller has seen that it is not forbidden. */
  merge(a: number, b: number): void {
    const words = this.#words;
    const rowA = a * words;
    const rowB = b * words;
    const mask = hullMask(this.#key[a]!, this.#mask[a]!, this.#key[b]!, this.#mask[b]!);
    this.#key[a] = this.#key[a]! & mask;
    this.#mask[a] = mask;
    this.#sets.take(this.#key[a]!, mask);
    this.#entriesNeeded -= 1 - (this.#needsNoEntry[a]! | this.#needsNoEntry[b]!);
    this.#needsNoEntry[a]! &= this.#needsNoEntry[b]!;
    const foreign = this.#group[a]! * words;
    for (let word = 0; word < words; word++) {
      const caught = this.#sets.meetingWord(word, this.#foreign[foreign + word]!);
      this.#caught[rowA + word] = caught;
      for (let owned = this.#owned[rowB + word]!; owned !== 0; owned &= owned - 1) {
        this.#entryOf[32 * word + lowestOne(owned)] = a;
      }
      this.#owned[rowA + word]! |= this.#owned[rowB + word]!;
      this.#below[rowA + word]! |= this.#below[rowB + word]!;
      this.#noteCaught(word, caught & ~this.#caughtByAny[word]!);
    }
    this.version[a]! += 2;
    this.version[b]! += 1;
    removeFrom(this.groups[this.#group[a]!]!, b);
    removeFrom(this.#growing, b);
    if (this.#isUpper[b]) {
      removeFrom(this.#uppers, b);
      this.#noteUpper(a);
    }
    this.#raise(a);
  }

  /** Blocks of one word are caught for the first time: default routing no longer does for them. */
  #noteCaught(word: number, caught: number): void {
    this.#caughtByAny[word]! |= caught;
    for (let blocks = caught; blocks !== 0; blocks &= blocks - 1) {
      const entry = this.#entryOf[32 * word + lowestOne(blocks)]!;
      this.#entriesNeeded += this.#needsNoEntry[entry]!;
      this.#needsNoEntry[entry] = 0;
    }
  }

  /** Puts entry `a` and all below it below every entry that owns a block it catches, and below all above those. */
  #raise(a: number): void {
    const words = this.#words;
    const rowA = a * words;
    for (let word = 0; word < words; word++) {
      this.#sinking[word] = this.#below[rowA + word]! | this.#owned[rowA + word]!;
      this.#mustRise[word] = this.#caught[rowA + word]! | this.#owned[rowA + word]!;
    }
    const sinking = wordsInUse(this.#sinking);
    const rising = wordsInUse(this.#mustRise);
    const below = this.#below;
    const mustRise = this.#mustRise;
    for (let upper = this.#uppers.length - 1; upper >= 0; upper--) {
      const entry = this.#uppers[upper]!;
      const row = entry * words;
      let rises = 0;
      for (const word of rising) rises |= below[row + word]! & mustRise[word]!;
      if (rises !== 0) this.#putAbove(entry, sinking);
    }
    for (const word of rising) {
      const caught = this.#caught[rowA + word]! & this.#growingBlocks[word]!;
      for (let blocks = caught; blocks !== 0; blocks &= blocks - 1) {
        this.#putAbove(this.#entryOf[32 * word + lowestOne(blocks)]!, sinking);
      }
    }
  }

  #putAbove(entry: number, sinking: readonly number[]): void {
    const row = entry * this.#words;
    for (const word of sinking) this.#below[row + word]! |= this.#sinking[word]!;
    this.#noteUpper(entry);
  }

  #noteUpper(entry: number): void {
    if (this.#isUpper[entry]) return;
    this.#isUpper[entry] = 1;
    this.#uppers.push(entry);
  }

  /**
   * The table in router order: lone entries, then the others by how many blocks must be below them, most first, since
   * an entry above another is also above all that the other is above.
   */
  toTable(chip: number): RoutingTable {
    const depth = new Int32Array(this.#blocks.count);
    for (const entry of this.#growing) {
      for (let word = 0; word < this.#words; word++)
        depth[entry]! += countOnes(this.#below[entry * this.#words + word]!);
    }
    const growing = this.#growing.toSorted((a, b) => depth[b]! - depth[a]! || a - b);
    const entries = [...this.#lone, ...growing].filter((entry) => !this.#needsNoEntry[entry]);
    return {
      chip,
      key: Uint32Array.from(entries, (entry) => this.#key[entry]!),
      mask: Uint32Array.from(entries, (entry) => this.#mask[entry]!),
      route: Uint32Array.from(entries, (entry) => this.#blocks.route[entry]!),
    };
  }
}

/** Blocks of each route, ascending; routes by their first blocks. */
function blocksByRoute({ count, route }: KeyBlocks): Iterable<number[]> {
  const byRoute = new Map<number, number[]>();
  for (let block = 0; block < count; block++) {
    const group = byRoute.get(route[block]!);
    if (group) group.push(block);
    else byRoute.set(route[block]!, [block]);
  }
  return byRoute.values();
}

/** Indices of the words of a set that are not empty. */
function wordsInUse(set: Int32Array): number[] {
  const inUse: number[] = [];
  for (let word = 0; word < set.length; word++) if (set[word] !== 0) inUse.push(word);
  return inUse;
}

function removeFrom(list: number[], item: number): void {
  list.splice(list.indexOf(item), 1);
}

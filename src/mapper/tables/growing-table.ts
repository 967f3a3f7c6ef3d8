import type { RoutingTable } from "../netlist.ts";
import { BlockSets } from "./block-sets.ts";
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
  readonly blocks: KeyBlocks;
  /** Entries of each route that has more than one, ascending at first. Merging takes one out. */
  readonly groups: number[][];
  /** Int32Array[blocks]: counts the merges of an entry; odd once it has gone into another. */
  readonly version: Int32Array;
  readonly #group: Int32Array;
  readonly #key: Int32Array;
  readonly #mask: Int32Array;
  readonly #entryOf: Int32Array;
  /** Entries with rows, in ascending order: those that started in one of the groups and are still there. */
  readonly #growing: number[] = [];
  readonly #lone: number[] = [];
  readonly #sets: BlockSets;
  readonly #words: number;
  /** Int32Array[groups × words]: blocks of other routes, which a cube of the group does not own but may catch. */
  readonly #foreign: Int32Array;
  /** Int32Array[words]: blocks of entries that have a row. */
  readonly #growingBlocks: Int32Array;
  /** Int32Array[blocks × words]: blocks the entry owns. */
  readonly #owned: Int32Array;
  /** Int32Array[blocks × words]: foreign blocks in the entry's cube. */
  readonly #caught: Int32Array;
  /** Int32Array[blocks × words]: blocks of all entries that must be below the entry. */
  readonly #below: Int32Array;
  readonly #mustRise: Int32Array;
  /** Int32Array[words]: blocks that some entry of another route catches. */
  readonly #caughtByAny: Int32Array;
  /** Uint8Array[blocks]: 1 for entries whose blocks are all default-routed and caught by no other entry. */
  readonly #needsNoEntry: Uint8Array;
  #entriesNeeded = 0;

  constructor(blocks: KeyBlocks) {
    const { count, key, mask } = blocks;
    this.blocks = blocks;
    this.version = new Int32Array(count);
    this.#key = key.slice();
    this.#mask = mask.slice();
    this.#entryOf = Int32Array.from({ length: count }, (_, block) => block);
    this.#sets = new BlockSets(blocks);
    const words = this.#sets.words;
    this.#words = words;
    this.#owned = new Int32Array(count * words);
    this.#caught = new Int32Array(count * words);
    this.#below = new Int32Array(count * words);
    this.#mustRise = new Int32Array(words);
    this.#caughtByAny = new Int32Array(words);
    this.#needsNoEntry = blocks.defaultRouted.slice();
    for (const needsNone of this.#needsNoEntry) this.#entriesNeeded += 1 - needsNone;

    const byRoute = new Map<number, number[]>();
    for (let block = 0; block < count; block++) {
      const group = byRoute.get(blocks.route[block]!);
      if (group) group.push(block);
      else byRoute.set(blocks.route[block]!, [block]);
    }
    this.groups = [...byRoute.values()].filter((group) => group.length > 1);
    this.#group = new Int32Array(count).fill(-1);
    this.#growingBlocks = new Int32Array(words);
    this.groups.forEach((group, at) => {
      for (const block of group) {
        this.#group[block] = at;
        this.#owned[block * words + (block >>> 5)] = 1 << (block & 31);
        this.#growingBlocks[block >>> 5]! |= 1 << (block & 31);
      }
    });
    for (let block = 0; block < count; block++) (this.#group[block]! < 0 ? this.#lone : this.#growing).push(block);

    const all = new Int32Array(words).fill(-1);
    if (count & 31) all[words - 1] = (1 << (count & 31)) - 1;
    this.#foreign = new Int32Array(this.groups.length * words);
    this.groups.forEach((group, at) => {
      this.#foreign.set(all, at * words);
      for (const block of group) this.#foreign[at * words + (block >>> 5)]! &= ~(1 << (block & 31));
    });
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
    const mask = hullMask(this.#key[a]!, this.#mask[a]!, this.#key[b]!, this.#mask[b]!);
    this.#sets.take(this.#key[a]! & mask, mask);
    const foreign = this.#group[a]! * words;
    let count = 0;
    for (let word = 0; word < words && count <= limit; word++) {
      const caught = this.#sets.meetingWord(word, this.#foreign[foreign + word]!);
      const below = this.#below[rowA + word]! | this.#below[rowB + word]!;
      if ((below & (caught | this.#owned[rowA + word]! | this.#owned[rowB + word]!)) !== 0) return FORBIDDEN;
      if (caught === 0) continue;
      const known = this.#caught[rowA + word]! | this.#caught[rowB + word]!;
      count += countOnes(caught & ~known & this.#growingBlocks[word]!);
    }
    return count;
  }

  /**
   * By how many a merge lowers {@link entriesNeeded}: by one, less those default-routed blocks that it is the first to
   * catch. Negative where it costs more than it saves.
   */
  entriesSaved(a: number, b: number): number {
    const mask = hullMask(this.#key[a]!, this.#mask[a]!, this.#key[b]!, this.#mask[b]!);
    this.#sets.take(this.#key[a]! & mask, mask);
    const foreign = this.#group[a]! * this.#words;
    let saved = 1 - (this.#needsNoEntry[a]! | this.#needsNoEntry[b]!);
    for (let word = 0; word < this.#words; word++) {
      const maybe = this.#foreign[foreign + word]! & ~this.#caughtByAny[word]!;
      for (let blocks = this.#sets.meetingWord(word, maybe); blocks !== 0; blocks &= blocks - 1) {
        saved -= this.#needsNoEntry[this.#entryOf[32 * word + lowestOne(blocks)]!]!;
      }
    }
    return saved;
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
      this.#mustRise[word] = caught | this.#owned[rowA + word]!;
      this.#noteCaught(word, caught & ~this.#caughtByAny[word]!);
    }
    this.version[a]! += 2;
    this.version[b]! += 1;
    removeFrom(this.groups[this.#group[a]!]!, b);
    removeFrom(this.#growing, b);
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

  /** Puts entry `a` and all below it below every entry that owns a block of `mustRise` or is above one that does. */
  #raise(a: number): void {
    const words = this.#words;
    const rowA = a * words;
    for (const entry of this.#growing) {
      if (entry === a) continue;
      const row = entry * words;
      let rises = false;
      for (let word = 0; word < words && !rises; word++) {
        rises = ((this.#below[row + word]! | this.#owned[row + word]!) & this.#mustRise[word]!) !== 0;
      }
      if (!rises) continue;
      for (let word = 0; word < words; word++) {
        this.#below[row + word]! |= this.#below[rowA + word]! | this.#owned[rowA + word]!;
      }
    }
  }

  /**
   * The table in router order: lone entries, then the others by how many blocks must be below them, most first, since
   * an entry above another is also above all that the other is above.
   */
  toTable(chip: number): RoutingTable {
    const depth = new Int32Array(this.blocks.count);
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
      route: Uint32Array.from(entries, (entry) => this.blocks.route[entry]!),
    };
  }
}

function removeFrom(list: number[], item: number): void {
  list.splice(list.indexOf(item), 1);
}

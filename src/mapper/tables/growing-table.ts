import type { RoutingTable } from "../netlist.ts";
import type { BlockSets } from "./block-sets.ts";
import type { KeyBlocks } from "./key-blocks.ts";
import { MustBeAbove } from "./must-be-above.ts";
import { hullMask } from "./ternary-cube.ts";
import { countOnes, lowestOne } from "./word-bits.ts";

/** Merging the two entries would break the order of the table, now and for ever. */
export const FORBIDDEN = -1;

/**
 * A table under minimisation: entries, each a cube that owns key blocks of one route, in the order that
 * {@link MustBeAbove} allows. At first each block is an entry; merging two of one route makes their hull one entry.
 *
 * Lone entries, the only ones of their route, never grow: they catch nothing, so nothing must be above them, no cycle
 * passes through them, and they stand on top.
 *
 * Entries are named by one of their blocks. O(blocks² / 32) space; O(blocks × bits / 32) at most to judge a merge.
 */
export class GrowingTable {
  /** Entries of each route that has more than one, ascending at first. Merging takes one out. */
  readonly groups: number[][] = [];
  /** Int32Array[blocks]: merges that the entry took part in; what was judged of it before no longer holds. */
  readonly version: Int32Array;
  /** All merges so far, in order: entry b went into entry a. */
  readonly merges: { readonly a: number; readonly b: number }[] = [];
  readonly #blocks: KeyBlocks;
  readonly #sets: BlockSets;
  readonly #words: number;
  readonly #key: Int32Array;
  readonly #mask: Int32Array;
  /** Int32Array[blocks]: place of an entry's group in `groups`. */
  readonly #group: Int32Array;
  /** Entries that are the only ones of their route, ascending. */
  readonly #lone: number[] = [];
  readonly #order: MustBeAbove;
  /** Int32Array[groups × words]: blocks of other routes, which a cube of the group does not own but may catch. */
  readonly #foreign: Int32Array;
  /** Int32Array[blocks × words]: foreign blocks in the entry's cube. */
  readonly #caught: Int32Array;
  /** Int32Array[words]: foreign blocks in the cube of some entry. */
  readonly #caughtByAny: Int32Array;
  /** Int32Array[words]: blocks of entries in groups. */
  readonly #growingBlocks: Int32Array;
  /** Int32Array[words]: blocks that are below all entries, because default routing takes them. */
  readonly #untouchable: Int32Array;
  /** Uint8Array[blocks]: 1 for entries whose blocks are all default-routed and caught by no other entry. */
  readonly #needsNoEntry: Uint8Array;
  #entriesNeeded: number;

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
    this.#group = new Int32Array(count);
    this.#order = new MustBeAbove(count, words);
    this.#caught = new Int32Array(count * words);
    this.#caughtByAny = sets.setOf([]);
    this.#needsNoEntry = defaultRouted.slice();
    this.#entriesNeeded = defaultRouted.reduce((sum, needsNone) => sum + 1 - needsNone, 0);

    const foreign: Int32Array[] = [];
    for (const ofRoute of blocksByRoute(blocks)) {
      const entries = spareDefaults ? ofRoute.filter((block) => !defaultRouted[block]) : ofRoute;
      if (entries.length < 2) {
        this.#lone.push(...entries);
        continue;
      }
      for (const entry of entries) this.#group[entry] = this.groups.length;
      this.groups.push([...entries]);
      foreign.push(sets.setOfAllBut(ofRoute));
    }
    this.#lone.sort((a, b) => a - b);
    this.#foreign = new Int32Array(foreign.length * words);
    for (const [group, set] of foreign.entries()) this.#foreign.set(set, group * words);
    this.#growingBlocks = sets.setOf(this.groups.flat());
    this.#untouchable = sets.setOf(spareDefaults ? indicesOfOnes(defaultRouted) : []);
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
    if (this.#order.isAbove(a, b) || this.#order.isAbove(b, a)) return FORBIDDEN;
    const sets = this.#sets;
    const rowA = a * this.#words;
    const rowB = b * this.#words;
    const foreignRow = this.#group[a]! * this.#words;
    const foreign = this.#foreign;
    const below = this.#order.below;
    const caughtNow = this.#caught;
    const untouchable = this.#untouchable;
    const growingBlocks = this.#growingBlocks;
    const mask = hullMask(this.#key[a]!, this.#mask[a]!, this.#key[b]!, this.#mask[b]!);
    sets.take(this.#key[a]! & mask, mask);
    const end = sets.endWord;
    let count = 0;
    for (let word = sets.firstWord; word < end && count <= limit; word++) {
      const caught = sets.meetingWord(word, foreign[foreignRow + word]!);
      if (caught === 0) continue;
      if ((caught & (below[rowA + word]! | below[rowB + word]! | untouchable[word]!)) !== 0) return FORBIDDEN;
      count += countOnes(caught & ~(caughtNow[rowA + word]! | caughtNow[rowB + word]!) & growingBlocks[word]!);
    }
    return count;
  }

  /** Merges entry `b` into entry `a`; the caller has seen that it is not forbidden. */
  merge(a: number, b: number): void {
    const mask = hullMask(this.#key[a]!, this.#mask[a]!, this.#key[b]!, this.#mask[b]!);
    this.#key[a] = this.#key[a]! & mask;
    this.#mask[a] = mask;
    this.#entriesNeeded -= 1 - (this.#needsNoEntry[a]! | this.#needsNoEntry[b]!);
    this.#needsNoEntry[a]! &= this.#needsNoEntry[b]!;

    const row = a * this.#words;
    const foreignRow = this.#group[a]! * this.#words;
    const mayRise = new Int32Array(this.#words);
    this.#sets.take(this.#key[a]!, mask);
    for (let word = this.#sets.firstWord; word < this.#sets.endWord; word++) {
      const caught = this.#sets.meetingWord(word, this.#foreign[foreignRow + word]!);
      this.#caught[row + word] = caught;
      this.#noteCaught(word, caught & ~this.#caughtByAny[word]!);
      mayRise[word] = caught & this.#growingBlocks[word]!;
    }
    this.#order.merge(a, b, mayRise);
    this.merges.push({ a, b });
    this.version[a]!++;
    this.version[b]!++;
    const group = this.groups[this.#group[a]!]!;
    group.splice(group.indexOf(b), 1);
  }

  /** Blocks of one word are caught for the first time: default routing no longer does for them. */
  #noteCaught(word: number, caught: number): void {
    this.#caughtByAny[word]! |= caught;
    for (let blocks = caught; blocks !== 0; blocks &= blocks - 1) {
      const entry = this.#order.ownerOf(32 * word + lowestOne(blocks));
      this.#entriesNeeded += this.#needsNoEntry[entry]!;
      this.#needsNoEntry[entry] = 0;
    }
  }

  /** The table in router order: lone entries, then the others by how many blocks must be below them, most first. */
  toTable(chip: number): RoutingTable {
    const growing = this.groups.flat();
    const depth = new Int32Array(this.#blocks.count);
    for (const entry of growing) depth[entry] = this.#order.depth(entry);
    growing.sort((a, b) => depth[b]! - depth[a]! || a - b);
    const entries = [...this.#lone, ...growing].filter((entry) => !this.#needsNoEntry[entry]);
    const table = {
      chip,
      key: new Uint32Array(entries.length),
      mask: new Uint32Array(entries.length),
      route: new Uint32Array(entries.length),
    };
    for (const [at, entry] of entries.entries()) {
      table.key[at] = this.#key[entry]!;
      table.mask[at] = this.#mask[entry]!;
      table.route[at] = this.#blocks.route[entry]!;
    }
    return table;
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

function indicesOfOnes(marks: Uint8Array): number[] {
  const indices: number[] = [];
  for (let index = 0; index < marks.length; index++) if (marks[index] === 1) indices.push(index);
  return indices;
}

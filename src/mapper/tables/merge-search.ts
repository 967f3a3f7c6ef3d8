import type { BlockSets } from "./block-sets.ts";
import { FORBIDDEN, GrowingTable } from "./growing-table.ts";
import type { KeyBlocks } from "./key-blocks.ts";
import { PairQueue } from "./pair-queue.ts";
import { rebuildInParts } from "./rebuild-search.ts";

/**
 * How far merges are looked for: `fast` among near entries only, `normal` among near ones first and then among all,
 * `best` among all from the start and again with parts of them undone (see {@link rebuildInParts}). Near is in key
 * order, where keys chosen along routes have those that merge well.
 */
export type MergeEffort = "fast" | "normal" | "best";

/** Entries of one route on either side in key order that count as near. */
const NEAR = 16;

/** More than this on either side are never paired: all pairs must fit in memory. */
const ALL = 2048;

/** Rounds of undoing parts: 40 take off up to 4 % where keys are foreign, 200 another half per cent. */
const REBUILDS = 40;

const REACHES: Readonly<Record<MergeEffort, readonly number[]>> = { fast: [NEAR], normal: [NEAR, ALL], best: [ALL] };

/** Which merges a search makes. */
export interface MergePolicy {
  /** Stop once this many router entries are enough. */
  readonly stopAt: number;
  /**
   * Leave default-routed blocks to default routing, and catch none. Otherwise they are merged and caught as if they
   * needed entries anyway: worse where they are many, better where they are few, as their entries can merge like others.
   */
  readonly spareDefaults: boolean;
  readonly effort: MergeEffort;
  /** A bound no table can go below, so that none is looked for. */
  readonly least: number;
}

/**
 * Shrinks a table by merging pairs of entries, always the pair that catches the fewest new blocks, until no merge is
 * left that keeps the table exact, or until it is short enough.
 *
 * A pair is judged only when its turn comes, and no further than needed to see that others come first: levels in the
 * queue are lower bounds. With g entries in a route's group, O(g²) pairs are looked at, or O(g × NEAR), each for
 * O(words × literal bits) at most.
 */
export function mergeEntries(blocks: KeyBlocks, sets: BlockSets, policy: MergePolicy): GrowingTable {
  const { spareDefaults, stopAt, effort, least } = policy;
  const startOver = () => new GrowingTable(blocks, sets, spareDefaults);
  const finish = (table: GrowingTable) => {
    for (const reach of REACHES[effort]) mergeWithin(reach, table, stopAt);
  };
  const table = startOver();
  finish(table);
  if (effort !== "best") return table;
  return rebuildInParts(table, startOver, finish, Math.max(least, stopAt), REBUILDS);
}

/** Merges entries that are at most `reach` places apart in their groups. */
function mergeWithin(reach: number, table: GrowingTable, stopAt: number): void {
  const queue = new PairQueue(table.blockCount + 33);
  const pairUp = (a: number, b: number, level: number) =>
    queue.push(level, a, b, table.version[a]! + table.version[b]!);
  for (const group of table.groups) {
    for (let i = 0; i < group.length; i++) {
      for (let j = Math.max(0, i - reach); j < i; j++) pairUp(group[j]!, group[i]!, 0);
    }
  }
  while (table.entriesNeeded > stopAt && queue.pop()) {
    const { a, b, level, stamp } = queue;
    if (stamp !== table.version[a]! + table.version[b]!) continue;
    const caught = table.newlyCaught(a, b, 2 * level + 8);
    if (caught === FORBIDDEN) continue;
    if (caught > level) {
      pairUp(a, b, caught);
      continue;
    }
    table.merge(a, b);
    const group = table.groupOf(a);
    const at = group.indexOf(a);
    const end = Math.min(group.length, at + 1 + reach);
    for (let i = Math.max(0, at - reach); i < end; i++) if (i !== at) pairUp(group[i]!, a, 0);
  }
}

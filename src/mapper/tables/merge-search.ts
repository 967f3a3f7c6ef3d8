import type { BlockSets } from "./block-sets.ts";
import { FORBIDDEN, GrowingTable } from "./growing-table.ts";
import type { KeyBlocks } from "./key-blocks.ts";
import { PairQueue } from "./pair-queue.ts";

/** More partners than this find no smaller tables, but take memory for all pairs. */
export const MAX_PARTNERS = 2048;

/** Which merges a search makes. */
export interface MergePolicy {
  /** Stop once this many router entries are enough. */
  readonly stopAt: number;
  /**
   * Leave default-routed blocks to default routing, and catch none. Otherwise they are merged and caught as if they
   * needed entries anyway: worse where they are many, better where they are few, as their entries can merge like others.
   */
  readonly spareDefaults: boolean;
  /** An entry is paired with this many others of its route on either side, those nearest in key order. */
  readonly partners: number;
}

/**
 * Shrinks a table by merging pairs of entries, always the pair that catches the fewest new blocks, until no merge is
 * left that keeps the table exact, or until it is short enough.
 *
 * A pair is judged only when its turn comes, and no further than needed to see that others come first: levels in the
 * queue are lower bounds. With g entries in a route's group, O(g²) pairs are looked at, each for O(words × literal
 * bits) at most.
 */
export function mergeEntries(blocks: KeyBlocks, sets: BlockSets, policy: MergePolicy): GrowingTable {
  const table = new GrowingTable(blocks, sets, policy.spareDefaults);
  const queue = new PairQueue(blocks.count + 33);
  const pairUp = (a: number, b: number, level: number) =>
    queue.push(level, a, b, table.version[a]! + table.version[b]!);
  for (const group of table.groups) {
    for (let i = 0; i < group.length; i++) {
      for (let j = Math.max(0, i - policy.partners); j < i; j++) pairUp(group[j]!, group[i]!, 0);
    }
  }
  while (table.entriesNeeded > policy.stopAt && queue.pop()) {
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
    const end = Math.min(group.length, at + 1 + policy.partners);
    for (let i = Math.max(0, at - policy.partners); i < end; i++) if (i !== at) pairUp(group[i]!, a, 0);
  }
  return table;
}

import { FORBIDDEN, type GrowingTable } from "./growing-table.ts";

/** One merge in so many is undone in a round. */
const UNDONE_ONE_IN = 4;

/**
 * Looks for a smaller table by undoing a part of a good one: in each round all but a quarter of its merges are made
 * again, then the search goes on from there, and what comes out is kept unless it is worse. The merges that are made
 * first this way are others than those that looked cheapest one by one.
 *
 * Ends early once the table is as small as `least`. Deterministic: what is undone depends on the round alone.
 * O(rounds × a search) time.
 *
 * @param startOver gives the table before any merge
 * @param finish makes all further merges it can
 */
export function rebuildInParts(
  found: GrowingTable,
  startOver: () => GrowingTable,
  finish: (table: GrowingTable) => void,
  least: number,
  rounds: number,
): GrowingTable {
  let best = found;
  for (let round = 0; round < rounds && best.entriesNeeded > least; round++) {
    const table = startOver();
    for (const [at, { a, b }] of best.merges.entries()) {
      if (isUndone(round, at)) continue;
      if (table.newlyCaught(a, b, Number.POSITIVE_INFINITY) !== FORBIDDEN) table.merge(a, b);
    }
    finish(table);
    if (table.entriesNeeded <= best.entriesNeeded) best = table;
  }
  return best;
}

/** A coin that falls the same way for the same round and merge; the constants are those of MurmurHash3's finaliser. */
function isUndone(round: number, merge: number): boolean {
  let mixed = Math.imul(round + 1, 0x9e37_79b1) ^ merge;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0 < 0x1_0000_0000 / UNDONE_ONE_IN;
}

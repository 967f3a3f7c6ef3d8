import type { RoutingTable } from "../netlist.ts";
import { BlockSets } from "./block-sets.ts";
import { type ChipRoutes, leastEntries } from "./chip-routes.ts";
import { assertEquivalent } from "./equivalence.ts";
import type { GrowingTable } from "./growing-table.ts";
import { joinSiblings, type KeyBlocks } from "./key-blocks.ts";
import { type MergeEffort, mergeEntries } from "./merge-search.ts";

export interface MinimiseOptions {
  /** Stop once the table has no more entries than this, e.g. the free ones of the router. Default 0: go on to the end. */
  readonly stopAt?: number;
  /** How hard to look for merges; see {@link MergeEffort}. Default `normal`. */
  readonly effort?: MergeEffort;
}

/**
 * A small table that sends every key in use on the chip where it should go, and says nothing sensible about others.
 *
 * Exact: the result is proved against `routes` before it is returned. Never larger than what removing default routes
 * leaves. Deterministic. See {@link mergeEntries} for how, {@link MustBeAbove} for why it is right.
 *
 * @param routes disjoint key blocks, default-routed ones included: they are keys that others must not catch
 * @throws {TablesDifferError} never, unless this code is wrong
 */
export function minimise(routes: ChipRoutes, options: MinimiseOptions = {}): RoutingTable {
  const blocks = joinSiblings(routes);
  const table =
    blocks.count > MAX_BLOCKS
      ? withoutDefaults(blocks, routes.chip)
      : shrink(blocks, leastEntries(routes), options).toTable(routes.chip);
  assertEquivalent(routes, table);
  return table;
}

/**
 * Tables with more blocks than this are left at joined siblings: a search takes 3/8 of a byte for each pair of blocks, and
 * sixteen routers would hardly hold what it leaves.
 */
const MAX_BLOCKS = 16_384;

/** One entry for each block that default routing does not take; they are disjoint, so no other catches those. */
function withoutDefaults({ count, key, mask, route, defaultRouted }: KeyBlocks, chip: number): RoutingTable {
  const kept = Int32Array.from({ length: count }, (_, block) => block).filter((block) => !defaultRouted[block]);
  return {
    chip,
    key: Uint32Array.from(kept, (block) => key[block]!),
    mask: Uint32Array.from(kept, (block) => mask[block]!),
    route: Uint32Array.from(kept, (block) => route[block]!),
  };
}

/** With fewer default-routed blocks than this, next to entries, sparing them saves next to nothing (0.03 % of entries). */
const FEW_DEFAULTS = 0.1;

/**
 * The better of two searches, one of which spares default-routed blocks and so never ends above the plain table. It is
 * left out where it has little to win.
 */
function shrink(blocks: KeyBlocks, least: number, options: MinimiseOptions): GrowingTable {
  const { stopAt = 0, effort = "normal" } = options;
  const sets = new BlockSets(blocks);
  const free = mergeEntries(blocks, sets, { stopAt, effort, least, spareDefaults: false });
  const defaults = blocks.defaultRouted.reduce((sum, one) => sum + one, 0);
  const isAtMostPlain = free.entriesNeeded <= blocks.count - defaults;
  if (free.entriesNeeded <= Math.max(stopAt, least) || (defaults <= FEW_DEFAULTS * free.entriesNeeded && isAtMostPlain))
    return free;
  const sparing = mergeEntries(blocks, sets, { stopAt, effort, least, spareDefaults: true });
  return sparing.entriesNeeded < free.entriesNeeded ? sparing : free;
}

import fc from "fast-check";
import { LOCAL, type RoutingTable } from "../../../src/mapper/netlist.ts";
import { type ChipRoutes, defaultRoute, firstMatchBlocks } from "../../../src/mapper/tables/index.ts";

/** Tables whose keys differ in the lowest six bits alone, so that all 64 of them can be tried one by one. */
export const KEYS: readonly number[] = Array.from({ length: 64 }, (_, low) => (0xa5a5_a580 | low) >>> 0);

/** Any entries, overlapping or not, in router order, with the link their packets arrive by. */
export const anyTable: fc.Arbitrary<{ readonly table: RoutingTable; readonly arrival: Uint8Array }> = fc
  .array(
    fc.record({
      key: fc.nat(63),
      mask: fc.nat(63),
      route: fc.constantFrom(1, 2, 4, 8, 0x40, 0x48, 0x80),
      arrival: fc.constantFrom(0, 1, 3, 4, 5, LOCAL),
    }),
    { maxLength: 24 },
  )
  .map((entries) => {
    const mask = Uint32Array.from(entries, (entry) => 0xffff_ffc0 | entry.mask);
    return {
      table: {
        chip: 0,
        key: Uint32Array.from(entries, (entry, at) => (0xa5a5_a580 | entry.key) & mask[at]!),
        mask,
        route: Uint32Array.from(entries, (entry) => entry.route),
      },
      arrival: Uint8Array.from(entries, (entry) => entry.arrival),
    };
  });

/** What a chip may be asked to do: disjoint blocks that leave many keys unused. */
export const anyChipRoutes: fc.Arbitrary<ChipRoutes> = anyTable.map(({ table, arrival }) =>
  firstMatchBlocks(table, arrival),
);

/** Index of the first entry that takes a key, or -1: the router's rule, word for word. */
export function entryTaken(table: RoutingTable, key: number): number {
  return table.key.findIndex((entryKey, entry) => (key & table.mask[entry]!) >>> 0 === entryKey);
}

/** Keys in use with the route asked for, and the one that a table gives them. */
export function routesByKey(asked: ChipRoutes, table: RoutingTable): { key: number; asked: number; given: number }[] {
  return KEYS.flatMap((key) => {
    const block = entryTaken(asked, key);
    if (block < 0) return [];
    const entry = entryTaken(table, key);
    const given = entry < 0 ? defaultRoute(asked.arrival[block]!) : table.route[entry]!;
    return [{ key, asked: asked.route[block]!, given }];
  });
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertEquivalent, firstMatchBlocks, minimise, proveEquivalent } from "../../../src/mapper/tables/index.ts";
import { anyChipRoutes, anyTable, entryTaken, KEYS, routesByKey } from "./small-tables.ts";

describe("proveEquivalent", () => {
  it("finds a difference exactly when some key in use goes wrong, and shows one that does", () => {
    fc.assert(
      fc.property(anyChipRoutes, anyTable, (asked, { table }) => {
        const wrong = routesByKey(asked, table).filter((key) => key.given !== key.asked);
        const found = proveEquivalent(asked, table).difference;
        expect(found === undefined).toBe(wrong.length === 0);
        if (!found) return;
        expect(wrong).toContainEqual({ key: found.key, asked: found.routeAsked, given: found.route });
        expect(found.entry).toBe(entryTaken(table, found.key));
      }),
      { numRuns: 300 },
    );
  });

  it("finds one flipped bit in a minimised table, wherever it changes a key in use", () => {
    const flip = fc.record({
      at: fc.nat(),
      field: fc.constantFrom("key" as const, "mask" as const, "route" as const),
      bit: fc.nat(8),
    });
    fc.assert(
      fc.property(anyChipRoutes, flip, (asked, { at, field, bit }) => {
        const table = minimise(asked);
        fc.pre(table.key.length > 0);
        const broken = { chip: 0, key: table.key.slice(), mask: table.mask.slice(), route: table.route.slice() };
        broken[field][at % table.key.length]! ^= 1 << bit;
        const wrong = routesByKey(asked, broken).filter((key) => key.given !== key.asked);
        expect(proveEquivalent(asked, broken).difference === undefined).toBe(wrong.length === 0);
      }),
      { numRuns: 300 },
    );
  });

  it("is an error with a stable code when asserted", () => {
    const west = 8;
    const asked = firstMatchBlocks({
      chip: 3,
      key: Uint32Array.of(4),
      mask: Uint32Array.of(~0),
      route: Uint32Array.of(west),
    });
    const empty = { chip: 3, key: new Uint32Array(), mask: new Uint32Array(), route: new Uint32Array() };
    expect(() => assertEquivalent(asked, empty)).toThrow(
      expect.objectContaining({ code: "TABLES_DIFFER", difference: expect.objectContaining({ key: 4, entry: -1 }) }),
    );
  });
});

describe("firstMatchBlocks", () => {
  it("gives every key that the table takes to one block, with the first entry's route, and no other key to any", () => {
    fc.assert(
      fc.property(anyTable, ({ table, arrival }) => {
        const blocks = firstMatchBlocks(table, arrival);
        const found = KEYS.map((key) => {
          const owners = [...blocks.key.keys()].filter((at) => (key & blocks.mask[at]!) >>> 0 === blocks.key[at]);
          return owners.map((at) => [blocks.route[at], blocks.arrival[at]]);
        });
        const asked = KEYS.map((key) => {
          const entry = entryTaken(table, key);
          return entry < 0 ? [] : [[table.route[entry], arrival[entry]]];
        });
        expect(found).toEqual(asked);
      }),
      { numRuns: 300 },
    );
  });
});

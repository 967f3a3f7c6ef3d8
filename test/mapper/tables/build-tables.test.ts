import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateKeys } from "../../../src/mapper/keys/index.ts";
import type { RoutingTable } from "../../../src/mapper/netlist.ts";
import {
  buildSmallTables,
  buildTables,
  type ChipRoutes,
  removeDefaultRoutes,
} from "../../../src/mapper/tables/index.ts";
import { verifyDelivery } from "../../../src/mapper/verify/index.ts";
import { routeAll, specOf, type TestMapping, testMapping, torus } from "../verify/random-mapping.ts";

function keysOf({ nets }: TestMapping) {
  return allocateKeys({
    netBits: Uint8Array.from(nets, (net) => net.bits),
    population: Int32Array.from(nets, (net) => net.population),
  });
}

/** Core 1 of chip (0, 0) sends to core 2 of chip (3, 0), along the row. */
const straightLine = routeAll(torus(9, 2), [{ sourceChip: 0, sinks: [{ chip: 3, core: 2 }], population: 0, bits: 4 }]);

describe("buildTables", () => {
  it("needs no entry on the chips that packets cross straight", () => {
    const tables = buildTables(straightLine.forest, keysOf(straightLine), straightLine.machine);
    expect(tables.map((table) => table.chip)).toEqual([0, 3]);
  });

  it("delivers every key of every net, minimised or not", () => {
    fc.assert(
      fc.property(testMapping, (mapping) => {
        const keys = keysOf(mapping);
        const spec = specOf(mapping, keys);
        const plain = buildTables(mapping.forest, keys, mapping.machine);
        const small = buildSmallTables(mapping.forest, keys, mapping.machine);
        expect(verifyDelivery(mapping.machine, plain, spec).faults).toEqual([]);
        expect(verifyDelivery(mapping.machine, small, spec).faults).toEqual([]);
        expect(entries(small)).toBeLessThanOrEqual(entries(plain));
      }),
    );
  });
});

describe("buildSmallTables", () => {
  /** Cores 1 to 3 of chip (0, 0) each send to two cores of (1, 0), no two alike: three routes meet on (1, 0). */
  const machine = torus(4, 4);
  const fan = routeAll(
    machine,
    [1, 2, 3].map((core) => ({
      sourceChip: 0,
      sinks: [
        { chip: 1, core },
        { chip: 1, core: core + 4 },
      ],
      population: 0,
      bits: 5,
    })),
  );
  const free = (entries: number) => ({ ...machine, routerEntries: new Uint16Array(16).fill(entries) });

  it("refuses tables that do not fit, naming the worst chip, what is short and the bound", () => {
    expect(() => buildSmallTables(fan.forest, keysOf(fan), free(2))).toThrow(
      expect.objectContaining({
        code: "ROUTING_TABLE_FULL",
        place: "chip (1, 0)",
        demands: [{ chip: 1, needed: 3, free: 2, distinctRoutes: 3 }],
      }),
    );
  });

  it("merges no further than to fit when asked only to fit", () => {
    const sizes = (tables: readonly RoutingTable[]) => tables.map((table) => table.key.length);
    expect(sizes(buildSmallTables(fan.forest, keysOf(fan), free(3), { onlyToFit: true }))).toEqual([2, 3]);
    expect(sizes(buildSmallTables(fan.forest, keysOf(fan), free(3)))).toEqual([1, 3]);
  });
});

describe("removeDefaultRoutes", () => {
  const west = 3;
  const [toEast, toNorth] = [1, 4];

  it("keeps a default-routed entry when an entry below would catch its keys", () => {
    const routes: ChipRoutes = {
      chip: 0,
      key: Uint32Array.of(0x10, 0x20, 0),
      mask: Uint32Array.of(0xffff_fff0, 0xffff_fff0, 0xffff_ffe0),
      route: Uint32Array.of(toEast, toEast, toNorth),
      arrival: Uint8Array.of(west, west, west),
    };
    expect([...removeDefaultRoutes(routes).key]).toEqual([0x10, 0]);
  });
});

function entries(tables: readonly RoutingTable[]): number {
  return tables.reduce((sum, table) => sum + table.key.length, 0);
}

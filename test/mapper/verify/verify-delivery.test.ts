import { describe, expect, it } from "vitest";
import { allocateKeys } from "../../../src/mapper/keys/index.ts";
import type { RoutingTable } from "../../../src/mapper/netlist.ts";
import { buildTables } from "../../../src/mapper/tables/index.ts";
import { assertDelivery, faultText, pathText, traceKey, verifyDelivery } from "../../../src/mapper/verify/index.ts";
import { routeAll, specOf, torus } from "./random-mapping.ts";

/** Core 1 of (0, 0) sends keys 0 to 15 to core 2 of (3, 0) along the row, chips (1, 0) and (2, 0) by default. */
const machine = torus(9, 3);
const mapping = routeAll(machine, [{ sourceChip: 0, sinks: [{ chip: 3, core: 2 }], population: 0, bits: 4 }]);
const keys = allocateKeys({ netBits: Uint8Array.of(4), population: Int32Array.of(0) });
const spec = specOf(mapping, keys);
const tables = buildTables(mapping.forest, keys, machine);

function table(
  chip: number,
  ...entries: readonly (readonly [key: number, mask: number, route: number])[]
): RoutingTable {
  return {
    chip,
    key: Uint32Array.from(entries, ([key]) => key),
    mask: Uint32Array.from(entries, ([, mask]) => mask),
    route: Uint32Array.from(entries, ([, , route]) => route),
  };
}

const [east, north, west] = [1, 4, 8];
const core2 = 64 << 2;
const whole = 0xffff_fff0;
const one = 0xffff_ffff;

describe("verifyDelivery", () => {
  it("proves a right set of tables", () => {
    expect(verifyDelivery(machine, tables, spec)).toEqual({
      faults: [],
      netsProved: 1,
      cubesFollowed: 1,
      chipsPassed: 4,
    });
  });

  it.each([
    {
      because: "a packet without an entry where it is sent is dropped",
      broken: [table(3, [0, whole, core2])],
      fault: { rule: "droppedAtSource", chip: 0 },
    },
    {
      because: "one key of sixteen that goes to another core",
      broken: [table(0, [0, whole, east]), table(3, [7, one, 64 << 5], [0, whole, core2])],
      fault: { rule: "unwantedCore", chip: 3, core: 5, key: 7, mask: one },
    },
    {
      because: "one key of sixteen that is lost",
      broken: [table(0, [0, whole, east]), table(3, [9, one, 0], [0, whole, core2])],
      fault: { rule: "missingSink", chip: 3, core: 2, key: 9, mask: one },
    },
    {
      because: "a sink whose chip is never reached",
      broken: [table(0, [0, whole, 0])],
      fault: { rule: "missingSink", chip: 3, core: 2 },
    },
    {
      because: "a packet that is sent round in a ring",
      broken: [table(0, [0, whole, east]), table(1, [0, whole, north]), table(10, [0, whole, 1 << 4])],
      fault: { rule: "chipReachedTwice", chip: 0 },
    },
    {
      because: "the monitor core runs no application, even if a net wants it",
      broken: [table(0, [0, whole, east]), table(3, [0, whole, core2 | 64])],
      fault: { rule: "unwantedCore", chip: 3, core: 0 },
    },
    {
      because: "key bits outside the mask make an entry match nothing",
      broken: [table(0, [0, whole, east]), table(3, [1, whole, core2]), table(4, [0, whole, 0])],
      fault: { rule: "missingSink", chip: 3, core: 2 },
    },
  ])("finds $because", ({ broken, fault }) => {
    expect(verifyDelivery(machine, broken, spec).faults).toEqual([expect.objectContaining(fault)]);
  });

  it("finds a packet that leaves by a dead link", () => {
    const faulty = torus(9, 3, [2 * 6]);
    expect(verifyDelivery(faulty, tables, spec).faults).toEqual([
      expect.objectContaining({ rule: "deadLink", chip: 2, link: 0 }),
    ]);
  });

  it("finds a table that is longer than the router has free entries", () => {
    const small = { ...machine, routerEntries: new Uint16Array(27) };
    const proof = verifyDelivery(small, tables, spec);
    expect(proof.faults).toEqual([
      { rule: "tableTooLong", chip: 0, entries: 1, free: 0 },
      { rule: "tableTooLong", chip: 3, entries: 1, free: 0 },
    ]);
  });

  it("finds a second table for a chip, since only one can be loaded", () => {
    const [first] = tables;
    expect(verifyDelivery(machine, [...tables, first!], spec).faults).toEqual([
      { rule: "twoTables", chip: 0, entries: 1, free: 1023 },
    ]);
  });

  it("finds keys that two nets share, that SCAMP uses, and that match nothing", () => {
    const withKeys = (...blocks: readonly (readonly [key: number, mask: number])[]) => {
      const all = { key: Uint32Array.from(blocks, ([key]) => key), mask: Uint32Array.from(blocks, ([, mask]) => mask) };
      return verifyDelivery(machine, [], { ...spec, sourceChip: new Int32Array(), keys: all }).faults;
    };
    expect(withKeys([0x10, whole], [0x18, one])).toEqual([{ rule: "keyShared", net: 0, otherNet: 1, key: 0x18 }]);
    expect(withKeys([0xffff_5550, whole])).toEqual([{ rule: "keyReserved", net: 0, key: 0xffff_5554 }]);
    expect(withKeys([0xffff_ffff, one])).toEqual([{ rule: "keyReserved", net: 0, key: 0xffff_ffff }]);
    expect(withKeys([0x11, whole])).toEqual([{ rule: "keyOutsideMask", net: 0, key: 0x11 }]);
    expect(withKeys([0x10, whole], [0x20, whole])).toEqual([]);
  });

  it("says the way of the counter-example chip by chip", () => {
    const broken = [table(0, [0, whole, east]), table(3, [9, one, west], [0, whole, core2])];
    const [fault] = verifyDelivery(machine, broken, spec).faults;
    expect(faultText(fault!, machine)).toBe(
      "packet 0x00000009 of net 0 reaches the chip a second time, from E: (0, 0) sent here, entry 0 -> E | " +
        "(1, 0) from W, no entry -> E | (2, 0) from W, no entry -> E | (3, 0) from W, entry 0 -> W",
    );
  });

  it("throws the first fault when asked to", () => {
    expect(() => assertDelivery(machine, [], spec)).toThrow(expect.objectContaining({ code: "DELIVERY_BROKEN" }));
  });
});

describe("traceKey", () => {
  it("shows every chip a packet passes and the entry it hits", () => {
    expect(pathText(traceKey(tables, machine, 0, 5), machine)).toBe(
      "(0, 0) sent here, entry 0 -> E | (1, 0) from W, no entry -> E | (2, 0) from W, no entry -> E | " +
        "(3, 0) from W, entry 0 -> core 2",
    );
  });

  it("marks where a packet is dropped", () => {
    expect(traceKey(tables, machine, 0, 99)).toEqual([
      { chip: 0, arrival: 7, entry: -1, route: 0, before: -1, trouble: "droppedAtSource" },
    ]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateKeys, type KeyDemand } from "../../../src/mapper/keys/index.ts";
import { buildTables, chipRoutes, minimise } from "../../../src/mapper/tables/index.ts";
import { routeAll, type TestNet, testMapping, torus } from "../verify/random-mapping.ts";

const demand: fc.Arbitrary<KeyDemand> = fc
  .array(fc.record({ bits: fc.integer({ min: 0, max: 14 }), population: fc.nat(6) }), { minLength: 1, maxLength: 60 })
  .map((nets) => ({
    netBits: Uint8Array.from(nets, ({ bits }) => bits),
    population: Int32Array.from(nets, ({ population }) => population),
  }));

const routedDemand: fc.Arbitrary<KeyDemand> = testMapping.map(({ nets, forest }) => ({
  netBits: Uint8Array.from(nets, (net) => net.bits),
  population: Int32Array.from(nets, (net) => net.population),
  forest,
}));

describe.each([
  { when: "before routing", demands: demand },
  { when: "after routing", demands: routedDemand },
])("allocateKeys $when", ({ demands }) => {
  it("gives every net an aligned block of the size it asked for", () => {
    fc.assert(
      fc.property(demands, (nets) => {
        const { key, mask } = allocateKeys(nets);
        nets.netBits.forEach((bits, net) => {
          expect(mask[net]).toBe(2 ** 32 - 2 ** bits);
          expect(key[net]! % 2 ** bits).toBe(0);
        });
      }),
    );
  });

  it("never gives a key to two nets", () => {
    fc.assert(
      fc.property(demands, (nets) => {
        const { key } = allocateKeys(nets);
        const blocks = [...key].map((first, net) => ({ first, end: first + 2 ** nets.netBits[net]! }));
        blocks.sort((a, b) => a.first - b.first);
        blocks.slice(1).forEach((block, at) => {
          expect(block.first).toBeGreaterThanOrEqual(blocks[at]!.end);
        });
      }),
    );
  });
});

describe("allocateKeys before routing", () => {
  it("keeps a population inside one aligned block that no other population uses", () => {
    fc.assert(
      fc.property(demand, (nets) => {
        const { key } = allocateKeys(nets);
        for (const population of new Set(nets.population)) {
          const own = [...key.keys()].filter((net) => nets.population[net] === population);
          const total = own.reduce((sum, net) => sum + 2 ** nets.netBits[net]!, 0);
          const size = 2 ** Math.ceil(Math.log2(total));
          const blocks = new Set(own.map((net) => Math.floor(key[net]! / size)));
          expect(blocks.size).toBe(1);
          for (const [net, first] of key.entries()) {
            if (nets.population[net] !== population) expect(blocks.has(Math.floor(first / size))).toBe(false);
          }
        }
      }),
    );
  });

  it.each([
    { netBits: [31, 31], because: "two halves of the key space leave nothing for SCAMP" },
    { netBits: [32], because: "one net cannot have all keys" },
    { netBits: Array.from({ length: 17 }, () => 28), because: "17 sixteenths do not fit" },
  ])("refuses what does not fit: $because", ({ netBits }) => {
    const population = new Int32Array(netBits.length);
    expect(() => allocateKeys({ netBits: Uint8Array.from(netBits), population })).toThrow(
      expect.objectContaining({ code: "KEY_SPACE_EXHAUSTED" }),
    );
  });

  it("packs populations tightly when rounding each up would not fit", () => {
    const netBits = Uint8Array.from({ length: 15 }, () => 28);
    const population = Int32Array.from(netBits, (_, net) => Math.floor(net / 5));
    expect(new Set(allocateKeys({ netBits, population }).key).size).toBe(15);
  });

  it("leaves SCAMP's keys 0xffff5554 and 0xffff5555 and the unused-entry key 0xffffffff alone", () => {
    const netBits = new Uint8Array(15).fill(28);
    const { key } = allocateKeys({ netBits, population: new Int32Array(15) });
    expect(Math.max(...key) + 2 ** 28).toBeLessThanOrEqual(0xffff_5554);
  });
});

describe("allocateKeys after routing", () => {
  it("has nothing to give where no net asks", () => {
    const none = { netBits: new Uint8Array(), population: new Int32Array() };
    const forest = routeAll(torus(2, 2), []).forest;
    expect(allocateKeys({ ...none, forest }).key).toHaveLength(0);
  });

  const machine = torus(8, 8);
  const allToAll = (chips: readonly number[]): TestNet[] =>
    chips.flatMap((sourceChip) =>
      [1, 2, 3, 4, 5].map(() => ({
        sourceChip,
        sinks: chips.flatMap((chip) => [1, 2, 3, 4, 5].map((core) => ({ chip, core }))),
        population: 0,
        bits: 8,
      })),
    );
  /** Two all-to-all networks whose cores are named alternately, so that neither lies together in net order. */
  const interleaved = routeAll(
    machine,
    allToAll([0, 1, 2, 3]).flatMap((net, at) => [net, allToAll([36, 37, 38, 39])[at]!]),
  );
  const keys = allocateKeys({
    netBits: Uint8Array.from(interleaved.nets, (net) => net.bits),
    population: Int32Array.from(interleaved.nets, (net) => net.population),
    forest: interleaved.forest,
  });

  it("makes one entry of all nets that leave a chip the same way, so that tables are as small as routes allow", () => {
    const all = chipRoutes(interleaved.forest, keys, machine.alive.length);
    const plain = new Map(buildTables(interleaved.forest, keys, machine).map((table) => [table.chip, table]));
    for (const routes of all) {
      const distinctRoutes = new Set(plain.get(routes.chip)?.route);
      expect(minimise(routes).key.length).toBe(distinctRoutes.size);
    }
  });

  it("keeps nets with the same tree in a block that no other net reaches into", () => {
    const blockOf = (net: number) => Math.floor(keys.key[net]! / (8 * 2 ** 8));
    for (const sourceChip of new Set(interleaved.nets.map((net) => net.sourceChip))) {
      const own = interleaved.nets.flatMap((net, at) => (net.sourceChip === sourceChip ? [blockOf(at)] : []));
      const others = interleaved.nets.flatMap((net, at) => (net.sourceChip === sourceChip ? [] : [blockOf(at)]));
      expect(new Set(own).size).toBe(1);
      expect(others).not.toContain(own[0]);
    }
  });

  it("uses few bits where few will do", () => {
    expect(Math.max(...keys.key)).toBeLessThan(2 ** 16);
  });
});

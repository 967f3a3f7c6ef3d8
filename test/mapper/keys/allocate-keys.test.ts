import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateKeys, type KeyDemand } from "../../../src/mapper/keys/index.ts";

const demand: fc.Arbitrary<KeyDemand> = fc
  .array(fc.record({ bits: fc.integer({ min: 0, max: 14 }), population: fc.nat(6) }), { minLength: 1, maxLength: 60 })
  .map((nets) => ({
    netBits: Uint8Array.from(nets, ({ bits }) => bits),
    population: Int32Array.from(nets, ({ population }) => population),
  }));

describe("allocateKeys", () => {
  it("gives every net an aligned block of the size it asked for", () => {
    fc.assert(
      fc.property(demand, (nets) => {
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
      fc.property(demand, (nets) => {
        const { key } = allocateKeys(nets);
        const blocks = [...key].map((first, net) => ({ first, end: first + 2 ** nets.netBits[net]! }));
        blocks.sort((a, b) => a.first - b.first);
        blocks.slice(1).forEach((block, at) => {
          expect(block.first).toBeGreaterThanOrEqual(blocks[at]!.end);
        });
      }),
    );
  });

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

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PairSet } from "../../src/network/connect/pair-set.ts";
import { RowSet } from "../../src/network/connect/row-set.ts";

describe("RowSet", () => {
  it("gives back what was added, ascending, as often as it was added, and is empty after", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(), { maxLength: 300 }), (size, numbers) => {
        const added = numbers.map((number) => number % size);
        const set = new RowSet(size);
        for (const neuron of added) set.add(neuron);
        const row = new Uint32Array(Math.max(1, added.length));
        expect([...row.subarray(0, set.drain(row))]).toEqual(added.toSorted((a, b) => a - b));
        expect(set.drain(row)).toBe(0);
      }),
    );
  });

  it("forgets what was deleted", () => {
    const set = new RowSet(2048);
    for (const neuron of [0, 31, 32, 1023, 1024, 2047]) set.addNew(neuron);
    for (const neuron of [0, 1024]) set.delete(neuron);
    const row = new Uint32Array(6);
    expect([...row.subarray(0, set.drain(row))]).toEqual([31, 32, 1023, 2047]);
  });
});

describe("PairSet", () => {
  it.each([
    { kind: "dense", size: 1000 },
    { kind: "sparse", size: 2 ** 45 },
  ])("$kind: tells new members from old ones", ({ size }) => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { maxLength: 200 }), (numbers) => {
        const set = new PairSet(size, Math.max(8, numbers.length));
        const known = new Set<number>();
        for (const number of numbers) {
          const member = number % size;
          expect(set.has(member)).toBe(known.has(member));
          expect(set.addNew(member)).toBe(!known.has(member));
          known.add(member);
        }
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
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
    expect([0, 1024, 0, 5].map((neuron) => set.delete(neuron))).toEqual([true, true, false, false]);
    const row = new Uint32Array(6);
    expect([...row.subarray(0, set.drain(row))]).toEqual([31, 32, 1023, 2047]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactExp, exactLog } from "../../src/random/index.ts";

/** The engine's own functions are within a unit in the last place of the true value, so within 3 of ours. */
function expectClose(found: number, wanted: number): void {
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(3 * Number.EPSILON * Math.abs(wanted));
}

describe("exactLog", () => {
  it.each([
    { x: 1, log: 0 },
    { x: 0, log: -Infinity },
    { x: Infinity, log: Infinity },
    { x: -1, log: Number.NaN },
    { x: Number.NaN, log: Number.NaN },
  ])("of $x is $log", ({ x, log }) => expect(exactLog(x)).toBe(log));

  it("of a power of two is its exponent times ln 2", () => {
    for (let n = -1022; n <= 1023; n++) expectClose(exactLog(2 ** n), n * Math.LN2);
  });

  it("is the natural logarithm of every positive normal number", () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -1022, noNaN: true, noDefaultInfinity: true }), (x) => {
        expectClose(exactLog(x), Math.log(x));
      }),
    );
  });

  it("keeps its relative accuracy beside 1, where it goes to 0", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.999, max: 1.001, noNaN: true }), (x) => expectClose(exactLog(x), Math.log(x))),
    );
  });
});

describe("exactExp", () => {
  it.each([
    { x: 0, exp: 1 },
    { x: -Infinity, exp: 0 },
    { x: Infinity, exp: Infinity },
    { x: 710, exp: Infinity },
    { x: -709, exp: 0 },
    { x: Number.NaN, exp: Number.NaN },
  ])("of $x is $exp", ({ x, exp }) => expect(exactExp(x)).toBe(exp));

  it("is e to the x wherever that is a normal number", () => {
    fc.assert(
      fc.property(fc.double({ min: -708, max: 709, noNaN: true }), (x) => expectClose(exactExp(x), Math.exp(x))),
    );
  });
});

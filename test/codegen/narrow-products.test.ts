import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  and,
  constant,
  type Expr,
  inOrder,
  type Model,
  minU,
  mulLow,
  mulU,
  param,
  roots,
  shl,
  state,
  sub,
} from "../../src/codegen/ir.ts";
import { shortProducts, withNarrowProducts } from "../../src/codegen/narrow-products.ts";
import { referenceTick } from "../../src/codegen/reference.ts";
import type { KnownRanges, Range } from "../../src/codegen/value-ranges.ts";

const NOTHING = { set: {}, spikes: [], saturates: [] };

function model(e: Expr): Model {
  return {
    name: "one product",
    receptors: [],
    states: ["units", "product"],
    params: ["scale"],
    coreParams: [],
    tables: [],
    receive: NOTHING,
    step: { ...NOTHING, set: { product: e } },
  };
}

function known(units: Range): KnownRanges {
  return { states: new Map([["units", units]]), params: new Map(), tables: new Map(), steps: new Map() };
}

function wideProducts(of: Model): number {
  return inOrder(roots(of.step)).filter((e) => e.op === "mulU").length;
}

function product(of: Model, units: number, scale: number): number {
  const states = { units, product: 0 };
  referenceTick(of, { states, params: { scale }, tables: {}, index: 0 }, {}, 0, 1);
  return states.product;
}

const SHARED = new Set(["scale"]);

describe("the upper half of a product of few bits and a word", () => {
  it("has the same bits as sums of narrow products, for any word and all that these bits hold", () => {
    const cases = fc
      .integer({ min: 17, max: 31 })
      .chain((shift) => fc.tuple(fc.constant(shift), fc.nat(2 ** (32 - shift) - 1), fc.integer()));
    fc.assert(
      fc.property(cases, ([shift, units, scale]) => {
        const wide = model(mulU(shl(state("units"), shift), param("scale"), 32));
        const narrow = withNarrowProducts(wide, known([0, 2 ** (32 - shift) - 1]), SHARED);

        expect(wideProducts(narrow)).toBe(0);
        expect(product(narrow, units, scale)).toBe(product(wide, units, scale));
      }),
      { numRuns: 1000, examples: [[[17, 0x7fff, -1]], [[31, 1, -1]], [[22, 1023, 0x7fff]]] },
    );
  });

  it.each([
    { because: "the shift may take bits away", shift: 17, units: [0, 0x8000], shared: SHARED },
    { because: "the factor may be negative", shift: 17, units: [-1, 5], shared: SHARED },
    { because: "there are more than fifteen bits", shift: 16, units: [0, 0xffff], shared: SHARED },
    { because: "each neuron has its own word", shift: 17, units: [0, 9], shared: new Set<string>() },
  ] satisfies { because: string; shift: number; units: Range; shared: ReadonlySet<string> }[])(
    "stays as it is where $because",
    ({ shift, units, shared }) => {
      const wide = model(mulU(shl(state("units"), shift), param("scale"), 32));
      expect(wideProducts(withNarrowProducts(wide, known(units), shared))).toBe(1);
    },
  );
});

describe("a short product", () => {
  const fraction = and(param("scale"), constant(0x7fff));
  it.each([
    { because: "both have fifteen bits", factor: minU(state("units"), constant(0x7fff)), isShort: true },
    { because: "one is negative down to -2^15", factor: sub(state("units"), constant(0x8000)), isShort: true },
    { because: "one has a bit more", factor: state("units"), isShort: false },
    { because: "one is negative below -2^15", factor: sub(state("units"), constant(0x8001)), isShort: false },
  ])("is one of sixteen bits and fifteen: $isShort where $because", ({ factor, isShort }) => {
    const e = mulLow(factor, fraction);
    expect(shortProducts(model(e), known([0, 0x8000])).has(e)).toBe(isShort);
  });

  it("is none where both factors may be negative, though both are short", () => {
    const negative = sub(fraction, constant(1));
    const e = mulLow(negative, negative);
    expect(shortProducts(model(e), known([0, 0])).has(e)).toBe(false);
  });
});

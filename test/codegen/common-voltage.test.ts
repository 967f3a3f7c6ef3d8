import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withCommonVoltage } from "../../src/codegen/common-voltage.ts";
import {
  constant,
  type Expr,
  inOrder,
  type Model,
  param,
  roots,
  state,
  sub,
  sumProducts,
} from "../../src/codegen/ir.ts";
import { referenceTick } from "../../src/codegen/reference.ts";
import { type Range, rangeOfWords } from "../../src/codegen/value-ranges.ts";

/** pull = leak (rest - v) + g (0 - v) + h (own - v) + drive 2^23, of which leak, rest and drive are shared. */
const MODEL: Model = {
  name: "pull",
  receptors: [],
  states: ["v", "g", "h", "pull"],
  params: ["leak", "rest", "own", "drive"],
  coreParams: [],
  tables: [],
  receive: { set: {}, spikes: [], saturates: [] },
  step: {
    set: {
      pull: sumProducts(
        [
          [param("leak"), sub(param("rest"), state("v"))],
          [state("g"), sub(constant(0), state("v"))],
          [state("h"), sub(param("own"), state("v"))],
          [param("drive"), constant(1 << 23)],
        ],
        30,
        1n << 29n,
      ),
    },
    spikes: [],
    saturates: [],
  },
};
const SHARED = new Set(["leak", "rest", "drive"]);

function ranges(words: Readonly<Record<string, Range>>): ReadonlyMap<string, Range> {
  return new Map(Object.entries(words));
}

function rewrite(words: Readonly<Record<string, Range>>, shared: ReadonlySet<string> = SHARED): Model {
  return withCommonVoltage(
    MODEL,
    { states: ranges(words), params: ranges(words), tables: new Map(), steps: new Map() },
    shared,
  );
}

function products(model: Model): readonly (readonly [Expr, Expr])[] {
  return inOrder(roots(model.step)).flatMap((e) => (e.op === "sumProducts" ? e.terms : []));
}

const SMALL: Range = [0, 1 << 28];
const POTENTIAL: Range = [-(2 ** 30), 2 ** 30 - 1];
const FITS = { leak: SMALL, g: SMALL, h: SMALL, v: POTENTIAL, rest: POTENTIAL, own: POTENTIAL };

describe("a sum of conductances times differences from one voltage", () => {
  it("takes one product less where one reversal potential is zero and another's product is shared", () => {
    const terms = products(rewrite(FITS));

    expect(terms).toHaveLength(4);
    expect(terms.filter((term) => term.some((e) => e.op === "state" || e.op === "add"))).toHaveLength(2);
    expect(terms.flat().filter((e) => e.op === "sub")).toEqual([sub(constant(0), state("v"))]);
  });

  it("has the same bits for all words in the ranges", () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 7, maxLength: 7 }), fc.nat(127), (ends, chosen) => {
        const names = ["leak", "rest", "own", "drive", "v", "g", "h"];
        const known = Object.fromEntries(names.map((name, k) => [name, rangeOfWords(ends[k]!)]));
        const words = Object.fromEntries(names.map((name, k) => [name, ends[k]![(chosen >> k) & 1]!]));
        const pull = (model: Model): number => {
          const { v, g, h, ...params } = words as Record<string, number>;
          const states = { v: v!, g: g!, h: h!, pull: 0 };
          referenceTick(model, { states, params, tables: {}, index: 0 }, {}, 0, 1);
          return states.pull;
        };

        expect(pull(rewrite(known))).toBe(pull(MODEL));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    { because: "a difference might wrap", words: { ...FITS, v: [-(2 ** 31), 0] } },
    { because: "a difference from zero might wrap", words: { ...FITS, rest: [0, 0], own: [0, 0], v: [-(2 ** 31), 0] } },
    { because: "the sum of the conductances might wrap", words: { ...FITS, g: [0, 2 ** 31 - 1] } },
  ] satisfies { because: string; words: Record<string, Range> }[])("stays as it is where $because", ({ words }) => {
    expect(products(rewrite(words))).toEqual(products(MODEL));
  });

  it("stays as it is where that takes as many products", () => {
    expect(products(rewrite(FITS, new Set()))).toEqual(products(MODEL));
  });
});

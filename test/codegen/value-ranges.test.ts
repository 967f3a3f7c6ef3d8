import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, constant, type Expr, type Model, param, state } from "../../src/codegen/ir.ts";
import { referenceTick } from "../../src/codegen/reference.ts";
import {
  type KnownRanges,
  lastingRanges,
  type Range,
  rangeOfSteps,
  rangeOfWords,
  ValueRanges,
} from "../../src/codegen/value-ranges.ts";
import { IF_COND_EXP_MODEL } from "../../src/models/conductance-cells.ts";
import { CONDUCTANCE_LIMIT, MILLIVOLT } from "../../src/models/fixed-point.ts";
import { FLOOR_WORD } from "../../src/models/parameter-words.ts";
import { expressions, STATES, TABLE_WORDS, word } from "./expressions.ts";

/** Two words: the ends of a range, and both of them values in it. */
const ends = fc.tuple(word, word);

function wordOf(e: Expr, states: Record<string, number>, params: Record<string, number>, table: Int32Array): number {
  const model: Model = {
    name: "one expression",
    receptors: ["r", "s"],
    states: [...STATES, "value"],
    params: Object.keys(params),
    coreParams: ["shift"],
    tables: ["table"],
    receive: { set: { value: e }, spikes: [], saturates: [] },
    step: { set: {}, spikes: [], saturates: [] },
  };
  const neuron = { states: { ...states, value: 0 }, params, tables: { table }, index: 77 };
  return referenceTick(model, neuron, { r: 5, s: -1 }, 12, 0).recorded.value!;
}

describe("the range of an expression", () => {
  it("has its value in it, whatever the operations, for all words in the ranges of what it is made of", () => {
    fc.assert(
      fc.property(
        expressions(true),
        fc.array(ends, { minLength: 6, maxLength: 6 }),
        fc.array(word, { minLength: TABLE_WORDS, maxLength: TABLE_WORDS }),
        fc.nat(63),
        fc.nat(31),
        (e, words, table, chosen, shift) => {
          const names = [...STATES, "shared", "own"];
          const ranges = new Map(names.map((name, k): [string, Range] => [name, rangeOfWords(words[k]!)]));
          const values = Object.fromEntries(names.map((name, k) => [name, words[k]![(chosen >> k) & 1]!]));
          const states = Object.fromEntries(STATES.map((name) => [name, values[name]!]));
          const params = { shared: values.shared!, own: values.own!, shift };
          const known: KnownRanges = {
            states: ranges,
            params: ranges,
            tables: new Map([["table", rangeOfWords(table)]]),
            steps: new Map([["table", rangeOfSteps(table)]]),
          };

          const [low, high] = new ValueRanges(known).of(e);
          const value = wordOf(e, states, params, Int32Array.from(table));

          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("the lasting range of a state", () => {
  const params = new Map<string, Range>([
    ["v_thresh", [-50 * MILLIVOLT, -45 * MILLIVOLT]],
    ["v_reset", [-60 * MILLIVOLT, -60 * MILLIVOLT]],
  ]);
  const nothing: Range = [0, 0];

  it("keeps V of a leaky cell between the floor and the threshold, since whoever meets that is reset", () => {
    const states = new Map<string, Range>([
      ["v", [-70 * MILLIVOLT, -60 * MILLIVOLT]],
      ["g_e", nothing],
      ["g_i", nothing],
      ["refractory", nothing],
    ]);

    const lasting = lastingRanges(IF_COND_EXP_MODEL, { states, params, tables: new Map(), steps: new Map() }).states;

    expect(lasting.get("v")).toEqual([FLOOR_WORD, -45 * MILLIVOLT - 1]);
    expect(lasting.get("g_e")).toEqual([0, CONDUCTANCE_LIMIT]);
  });

  it("has the initial value in it, even where no step would lead to it", () => {
    const states = new Map<string, Range>([["v", [-20 * MILLIVOLT, -20 * MILLIVOLT]]]);

    const lasting = lastingRanges(IF_COND_EXP_MODEL, { states, params, tables: new Map(), steps: new Map() }).states;

    expect(lasting.get("v")).toEqual([FLOOR_WORD, -20 * MILLIVOLT]);
  });

  it("is that of all words where a state grows tick by tick", () => {
    const counter: Model = {
      ...IF_COND_EXP_MODEL,
      states: ["ticks"],
      receive: { set: {}, spikes: [], saturates: [] },
      step: { set: { ticks: add(state("ticks"), param("one")) }, spikes: [], saturates: [] },
    };
    const known: KnownRanges = {
      states: new Map([["ticks", nothing]]),
      params: new Map([["one", [1, 1]]]),
      tables: new Map(),
      steps: new Map(),
    };

    expect(lastingRanges(counter, known).states.get("ticks")).toEqual([-0x8000_0000, 0x7fff_ffff]);
    expect(new ValueRanges(known).of(add(state("ticks"), constant(3)))).toEqual([3, 3]);
  });
});

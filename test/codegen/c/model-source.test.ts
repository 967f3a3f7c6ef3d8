import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  type BinaryOp,
  and as bitwiseAnd,
  constant,
  type Expr,
  lookupPair,
  type Model,
  neuronIndex,
  param,
  state,
  input as takenInput,
  tick,
} from "../../../src/codegen/ir.ts";
import { referenceTick } from "../../../src/codegen/reference.ts";
import { hasHostCompiler, runOnHost } from "./host-model.ts";

const NEURONS = 5;
const STATES = ["a", "b.dotted", "c", "d"];
const PARAMS = ["shared", "own", "shift"];
const TABLE_WORDS = 17;

/** Words whose products, sums and shifts go wrong where anything can. */
const word = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 0x7fff_ffff, -0x8000_0000, 0x8000, -0x8000, 0x1_0000),
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
);

const BINARY: readonly BinaryOp[] = [
  ...(["add", "sub", "and", "or", "xor", "mulLow", "minU", "minS", "maxS"] as const),
  ...(["eq", "ltS", "geS", "ltU", "geU"] as const),
];

/** Expressions of every operation, over states, parameters, tables, tick, index and inputs. */
function expressions(inputs: boolean): fc.Arbitrary<Expr> {
  const { expression } = fc.letrec<{ expression: Expr }>((tie) => {
    const child = tie("expression");
    const shiftBits = fc.integer({ min: 0, max: 31 });
    const productBits = fc.integer({ min: 0, max: 32 });
    const leaf: fc.Arbitrary<Expr> = fc.oneof(
      word.map(constant),
      fc.constantFrom(...STATES).map(state),
      fc.constantFrom("shared", "own").map(param),
      fc.constantFrom(tick(), neuronIndex(), ...(inputs ? [takenInput("r"), takenInput("s")] : [])),
    );
    const operation: fc.Arbitrary<Expr> = fc.oneof(
      fc.record({ op: fc.constantFrom(...BINARY), a: child, b: child }),
      fc.record({ op: fc.constantFrom("shl" as const, "shrS" as const, "shrU" as const), a: child, bits: shiftBits }),
      fc.record({ op: fc.constant("shlBy" as const), a: child, by: fc.constant("shift") }),
      fc.record({ op: fc.constantFrom("mulS" as const, "mulU" as const), a: child, b: child, shift: productBits }),
      fc.record({
        op: fc.constant("sumProducts" as const),
        terms: fc.array(fc.tuple(child, child), { minLength: 1, maxLength: 3 }),
        addend: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
        shift: productBits,
      }),
      fc.record({ op: fc.constant("select" as const), mask: child, a: child, b: child }),
      child.map((e) => {
        const [low, high] = lookupPair("table", bitwiseAnd(e, constant(TABLE_WORDS - 2)));
        return add(low, high);
      }),
    );
    return { expression: fc.oneof({ maxDepth: 5, depthSize: "large" }, leaf, operation, operation) };
  });
  return expression;
}

const procedure = (inputs: boolean) =>
  fc.record({
    set: fc
      .tuple(...STATES.map(() => expressions(inputs)))
      .map((all) => Object.fromEntries(STATES.map((name, k) => [name, all[k]!]))),
    spikes: fc.array(expressions(inputs), { minLength: 2, maxLength: 2 }),
    saturates: fc.array(expressions(inputs), { maxLength: 2 }),
  });

const model: fc.Arbitrary<Model> = fc.record({ receive: procedure(true), step: procedure(false) }).map((both) => ({
  name: "random",
  receptors: ["r", "s"],
  states: STATES,
  params: PARAMS,
  coreParams: ["shift"],
  tables: ["table"],
  ...both,
}));

const perNeuron = fc.array(word, { minLength: NEURONS, maxLength: NEURONS });
const core = fc.record({
  neurons: fc.constant(NEURONS),
  firstIndex: fc.integer({ min: 0, max: 1000 }),
  substeps: fc.integer({ min: 1, max: 3 }),
  tick: word,
  states: fc.array(perNeuron, { minLength: STATES.length, maxLength: STATES.length }),
  params: fc.tuple(word, perNeuron, fc.integer({ min: 0, max: 31 })),
  tables: fc.array(fc.array(word, { minLength: TABLE_WORDS, maxLength: TABLE_WORDS }), { minLength: 1, maxLength: 1 }),
  inputs: fc.array(perNeuron, { minLength: 2, maxLength: 2 }),
});

describe.skipIf(!hasHostCompiler())("the C of a model (needs a C compiler, cc)", () => {
  it("gives the reference's bits for every operation", () => {
    fc.assert(
      fc.property(model, core, (any, given) => {
        const got = runOnHost(any, given);
        let saturations = 0;
        for (let n = 0; n < NEURONS; n++) {
          const neuron = {
            states: Object.fromEntries(STATES.map((name, k) => [name, given.states[k]![n]!])),
            params: { shared: given.params[0], own: given.params[1][n]!, shift: given.params[2] },
            tables: { table: Int32Array.from(given.tables[0]!) },
            index: given.firstIndex + n,
          };
          const inputs = { r: given.inputs[0]![n]!, s: given.inputs[1]![n]! };
          const done = referenceTick(any, neuron, inputs, given.tick, given.substeps);
          saturations += done.saturations;
          STATES.forEach((name, k) => {
            expect(got.recorded[k]![n], `recorded ${name} of ${n}`).toBe(done.recorded[name]);
            expect(got.states[k]![n], `${name} of ${n}`).toBe(neuron.states[name]);
          });
          const planes = new Set(got.spikes.filter(([, of]) => of === n).map(([plane]) => plane));
          expect(planes.size, `spikes of ${n}`).toBe(done.spikes);
        }
        expect(got.saturations).toBe(saturations);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it("clears the inputs it takes", () => {
    const taking: Model = {
      name: "taking",
      receptors: ["r", "s"],
      states: ["a"],
      params: [],
      coreParams: [],
      tables: [],
      receive: { set: { a: add(takenInput("r"), takenInput("s")) }, spikes: [], saturates: [] },
      step: { set: {}, spikes: [], saturates: [] },
    };
    const given = {
      ...{ neurons: 2, firstIndex: 0, substeps: 1, tick: 0, params: [], tables: [] },
      states: [[0, 0]],
      inputs: [
        [1, 2],
        [30, 40],
      ],
    };
    const got = runOnHost(taking, given);
    expect(got.states).toEqual([[31, 42]]);
    expect(got.left).toEqual([0, 0, 0, 0]);
  });
});

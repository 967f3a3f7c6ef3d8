import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, type Model, input as takenInput } from "../../../src/codegen/ir.ts";
import { referenceTick } from "../../../src/codegen/reference.ts";
import { expressions, STATES, TABLE_WORDS, word } from "../expressions.ts";
import { hasHostCompiler, runOnHost } from "./host-model.ts";

const NEURONS = 5;
const PARAMS = ["shared", "own", "shift"];

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

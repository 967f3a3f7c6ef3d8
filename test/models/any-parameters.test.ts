import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceTick } from "../../src/codegen/reference.ts";
import { InputError } from "../../src/errors.ts";
import { type EncodedCells, type Words, wordAt } from "../../src/models/cell-model.ts";
import { MILLIVOLT } from "../../src/models/fixed-point.ts";
import { CELL_MODELS } from "../../src/models/registry.ts";
import { CELL_TYPES, type ParameterSpec } from "../../src/network/index.ts";

/** Any value of a parameter's range: mostly near its default, sometimes at the ends, over all magnitudes. */
function anyValue({ default: usual, min, max, above }: ParameterSpec): fc.Arbitrary<number> {
  const [low, high] = [min ?? above ?? -1e6, max ?? 1e6];
  const inRange = (x: number): number => Math.min(high, Math.max(above === undefined ? low : low + 1e-9, x));
  const near = fc.double({ min: 0.5, max: 1.5, noNaN: true }).map((factor) => inRange(usual * factor));
  const far = fc
    .tuple(fc.double({ min: -6, max: 4, noNaN: true }), fc.boolean())
    .map(([exponent, negative]) => inRange((negative ? -1 : 1) * 10 ** exponent));
  return fc.oneof(
    { weight: 40, arbitrary: near },
    { weight: 1, arbitrary: far },
    { weight: 1, arbitrary: fc.constantFrom(inRange(low), high) },
  );
}

const membranes = [...CELL_MODELS.keys()].filter((type) => CELL_TYPES[type]!.kind === "neuron");

describe("cells with any parameters within their ranges", () => {
  it.each(membranes)(
    "%s is refused, or keeps V in its format whatever comes in, and reads no word beside a table",
    (type) => {
      const spec = CELL_TYPES[type]!;
      let computed = 0;
      const parameters = fc.record(
        Object.fromEntries(Object.entries(spec.parameters).map(([name, one]) => [name, anyValue(one)])),
      );
      const run = fc.record({
        parameters,
        timestepMs: fc.constantFrom(0.1, 0.5, 1),
        weightUnit: fc.double({ min: -5, max: -2, noNaN: true }).map((exponent) => 10 ** exponent),
        inputs: fc.array(fc.tuple(anyUnits, anyUnits), { minLength: 12, maxLength: 12 }),
        gatesFirst: fc.boolean(),
      });
      fc.assert(
        fc.property(run, ({ parameters: p, timestepMs, weightUnit, inputs, gatesFirst }) => {
          let cells: EncodedCells;
          try {
            cells = CELL_MODELS.get(type)!.encode({
              size: 1,
              timestepMs,
              parameters: p as Record<string, number>,
              initial: {},
              options: { gates_first: gatesFirst },
              weightUnits: { excitatory: weightUnit, inhibitory: weightUnit },
              streamKey: 0,
            });
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            return;
          }
          computed++;
          const neuron = { states: one(cells.states), params: one(cells.params), tables: cells.tables, index: 0 };
          inputs.forEach(([excitatory, inhibitory], tick) => {
            referenceTick(cells.model, neuron, { excitatory, inhibitory }, tick, cells.substeps);
            const v = neuron.states.v! / MILLIVOLT;
            const start = wordAt(cells.states.v!, 0) / MILLIVOLT;
            expect(v).toBeGreaterThanOrEqual(-127);
            // No potential is attracted by anything above these.
            const attractors = Object.entries(p as Record<string, number>).filter(([name]) =>
              /^v_|^e_rev|^c$/.test(name),
            );
            expect(v).toBeLessThanOrEqual(Math.max(start, 30, ...attractors.map(([, x]) => x)) + 97);
          });
        }),
        { numRuns: 500 },
      );
      // The property says nothing if all are refused.
      expect(computed).toBeGreaterThan(20);
    },
  );
});

const anyUnits = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));

function one(words: Readonly<Record<string, Words>>): Record<string, number> {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [name, wordAt(value, 0)]));
}

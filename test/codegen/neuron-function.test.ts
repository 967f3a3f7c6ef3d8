import binaryen from "binaryen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Model } from "../../src/codegen/ir.ts";
import { referenceTick } from "../../src/codegen/reference.ts";
import { type SimplifiedModel, simplifiedModel } from "../../src/codegen/simplified-model.ts";
import { type Range, rangeOfSteps, rangeOfWords } from "../../src/codegen/value-ranges.ts";
import { CORE_WORDS, OCTET_WORDS } from "../../src/codegen/wasm/core-block.ts";
import { writeModule } from "../../src/codegen/wasm/module-writer.ts";
import { neuronFunction } from "../../src/codegen/wasm/neuron-function.ts";
import { WASM } from "../../src/codegen/wasm/webassembly.ts";
import type { EncodedCells } from "../../src/models/cell-model.ts";
import { IF_COND_EXP } from "../../src/models/conductance-cells.ts";
import { SPIKE_SOURCE_POISSON } from "../../src/models/spike-source-poisson.ts";

const NEURONS = 7;
const STRIDE = 32;
/** Where the tables begin; all else lies below. */
const TABLES_AT = 16_384;

interface Machine {
  readonly words: Int32Array;
  readonly tick: (
    tick: number,
    inputs: Readonly<Record<string, readonly number[]>>,
  ) => {
    readonly spikes: readonly number[];
    readonly recorded: Readonly<Record<string, readonly number[]>>;
  };
  readonly state: (name: string) => readonly number[];
  readonly saturations: () => number;
}

/** One core of seven neurons in a memory of its own. */
function compile(cells: EncodedCells): Machine {
  const { model, shortProducts } = simplified(cells);
  const perNeuron = model.params.filter((name) => typeof cells.params[name] !== "number");
  const tables: number[] = [];
  let tableEnd = TABLES_AT;
  for (const name of model.tables) {
    tables.push(tableEnd);
    tableEnd += Math.ceil(cells.tables[name]!.length / 4) * 16;
  }
  const wasm = writeModule(
    { memory: { initial: 2, maximum: 2, shared: false } },
    {
      update: neuronFunction(
        model,
        { perNeuron, recorded: model.states, tables, singleStep: cells.substeps === 1 },
        shortProducts,
      ),
    },
  );
  expect(WASM.validate(wasm)).toBe(true);
  const memory = new WASM.Memory({ initial: 2, maximum: 2 });
  const instance = new WASM.Instance(new WASM.Module(wasm), { env: { memory } });
  const update = instance.exports.update!;
  const words = new Int32Array(memory.buffer);
  const at = {
    block: 64,
    cores: 32,
    states: 1024,
    perNeuron: 4096,
    shared: 8192,
    ring: 10_000,
    list: 12_000,
    record: 14_000,
    octets: 480,
    saturations: 512,
  };
  const block: Partial<Record<keyof typeof CORE_WORDS, number>> = {
    bytes: STRIDE,
    strideBytes: STRIDE,
    firstIndex: 3,
    firstSource: 100,
    substeps: cells.substeps,
    states: at.states,
    perNeuron: at.perNeuron,
    shared: at.shared,
    octets: at.octets,
  };
  for (const [name, word] of Object.entries(block)) {
    words[at.block / 4 + CORE_WORDS[name as keyof typeof CORE_WORDS]] = word;
  }
  words[at.octets / 4 + OCTET_WORDS.neurons] = 2 ** NEURONS - 1;
  words[at.octets / 4 + OCTET_WORDS.saturations] = at.saturations;
  words[at.cores / 4] = at.block;
  model.tables.forEach((name, k) => {
    words.set(cells.tables[name]!, tables[k]! / 4);
  });
  model.states.forEach((_, k) => {
    words[at.block / 4 + CORE_WORDS.records + k] = at.record + k * 64;
  });
  const fill = (value: number | Int32Array, address: number): void => {
    for (let n = 0; n < NEURONS; n++) words[address / 4 + n] = typeof value === "number" ? value : value[n]!;
  };
  model.states.forEach((name, k) => {
    fill(cells.states[name]!, at.states + k * STRIDE);
  });
  perNeuron.forEach((name, k) => {
    fill(cells.params[name]!, at.perNeuron + k * STRIDE);
  });
  model.params.forEach((name, k) => {
    const value = cells.params[name]!;
    if (typeof value === "number") words[at.shared / 4 + k] = value;
  });
  const row = (address: number): number[] => [...words.slice(address / 4, address / 4 + NEURONS)];
  return {
    words,
    tick: (tick, inputs) => {
      model.receptors.forEach((name, k) => {
        words.set(inputs[name]!, at.ring / 4 + (k * STRIDE) / 4);
      });
      const end = update(at.cores, at.cores + 4, tick, at.ring, at.list);
      return {
        spikes: [...words.slice(at.list / 4, end / 4)].map((source) => source - 100),
        recorded: Object.fromEntries(model.states.map((name, k) => [name, row(at.record + k * 64)])),
      };
    },
    state: (name) => row(at.states + model.states.indexOf(name) * STRIDE),
    saturations: () => words[at.saturations / 4]!,
  };
}

/** The model as the engine has it compiled. */
function simplified({ model, states, params, tables }: EncodedCells): SimplifiedModel {
  const known = new Map<string, number>();
  for (const [name, word] of Object.entries(params)) {
    if (typeof word === "number" && (word === 0 || model.coreParams.includes(name))) known.set(name, word);
  }
  const ranges = (of: Readonly<Record<string, number | ArrayLike<number>>>): Map<string, Range> =>
    new Map(
      Object.entries(of).map(([name, words]) => [name, rangeOfWords(typeof words === "number" ? [words] : words)]),
    );
  return simplifiedModel(model, {
    known,
    ranges: {
      states: ranges(states),
      params: ranges(params),
      tables: ranges(tables),
      steps: new Map(Object.entries(tables).map(([name, words]) => [name, rangeOfSteps(words)])),
    },
    perNeuron: model.params.filter((name) => typeof params[name] !== "number"),
  });
}

function wordOf(value: number | Int32Array, n: number): number {
  return typeof value === "number" ? value : value[n]!;
}

/** Runs both back ends side by side and compares every word of every tick. */
function expectSameBits(cells: EncodedCells, inputs: readonly Readonly<Record<string, readonly number[]>>[]): void {
  const { model } = cells;
  const machine = compile(cells);
  const neurons = Array.from({ length: NEURONS }, (_, n) => ({
    states: Object.fromEntries(model.states.map((s) => [s, wordOf(cells.states[s]!, n)])),
    params: Object.fromEntries(model.params.map((p) => [p, wordOf(cells.params[p]!, n)])),
    tables: cells.tables,
    index: 3 + n,
  }));
  let saturations = 0;
  inputs.forEach((slot, tick) => {
    const got = machine.tick(tick, slot);
    const spikes: number[] = [];
    neurons.forEach((neuron, n) => {
      const units = Object.fromEntries(model.receptors.map((r) => [r, slot[r]![n]!]));
      const done = referenceTick(model, neuron, units, tick, cells.substeps);
      for (let k = 0; k < done.spikes; k++) spikes.push(n);
      saturations += done.saturations;
      for (const s of model.states)
        expect(got.recorded[s]![n], `recorded ${s} of ${n} in tick ${tick}`).toBe(done.recorded[s]);
    });
    expect(got.spikes.toSorted(), `spikes of tick ${tick}`).toEqual(spikes.toSorted());
    for (const s of model.states) {
      expect(machine.state(s), `${s} after tick ${tick}`).toEqual(neurons.map((neuron) => neuron.states[s]));
    }
  });
  expect(machine.saturations()).toBe(saturations);
}

const VOGELS_ABBOTT = {
  v_rest: -60,
  cm: 0.2,
  tau_m: 20,
  tau_refrac: 5,
  tau_syn_E: 5,
  tau_syn_I: 10,
  e_rev_E: 0,
  e_rev_I: -80,
  v_thresh: -50,
  v_reset: -60,
  i_offset: 0,
};

function ifCondExp(
  parameters: Record<string, number | Float64Array>,
  options: Record<string, number> = {},
): EncodedCells {
  return IF_COND_EXP.encode({
    size: NEURONS,
    timestepMs: 1,
    parameters: { ...VOGELS_ABBOTT, ...parameters },
    initial: { v: Float64Array.from({ length: NEURONS }, (_, n) => -60 + n) },
    options,
    weightUnits: { excitatory: 0.004, inhibitory: 0.051 },
    streamKey: 1,
  });
}

const units = (max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max }), { minLength: NEURONS, maxLength: NEURONS });

describe("the WebAssembly of a model", () => {
  it("gives the reference's bits for IF_cond_exp with one set of parameters, any input", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ excitatory: units(40), inhibitory: units(20) }), { minLength: 30, maxLength: 30 }),
        (inputs) => {
          expectSameBits(ifCondExp({}), inputs);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("gives the reference's bits where each neuron has its own parameters", () => {
    const own = (low: number, step: number): Float64Array =>
      Float64Array.from({ length: NEURONS }, (_, n) => low + n * step);
    const cells = ifCondExp({
      cm: own(0.1, 0.03),
      tau_m: own(8, 3),
      v_thresh: own(-55, 1),
      i_offset: own(-0.5, 0.4),
      tau_refrac: own(0.5, 0.7),
    });
    expect(cells.params.leak).toBeInstanceOf(Int32Array);
    fc.assert(
      fc.property(
        fc.array(fc.record({ excitatory: units(40), inhibitory: units(20) }), { minLength: 30, maxLength: 30 }),
        (inputs) => {
          expectSameBits(cells, inputs);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("clamps and counts when inputs exceed the range of the conductance", () => {
    const storm = { excitatory: [0, 0, 5000, 0, 1 << 30, 0, 0], inhibitory: [0, -1, 0, 0, 0, 0, 0] };
    const cells = ifCondExp({});
    expectSameBits(cells, [storm, storm, storm]);
    const machine = compile(cells);
    machine.tick(0, storm);
    expect(machine.saturations()).toBe(3);
  });

  it("gives the reference's bits for Poisson sources, several packets a tick included", () => {
    const rate = Float64Array.from({ length: NEURONS }, (_, n) => n * 300);
    const cells = SPIKE_SOURCE_POISSON.encode({
      size: NEURONS,
      timestepMs: 1,
      parameters: { rate, start: 5, duration: 40 },
      initial: {},
      options: {},
      weightUnits: {},
      streamKey: 0x1234_5678,
    });
    expectSameBits(
      cells,
      Array.from({ length: 60 }, () => ({})),
    );
  });

  it("passes binaryen's validation", () => {
    const models: readonly Model[] = [simplified(ifCondExp({})).model];
    for (const [model, singleStep] of models.flatMap((m) => [[m, true] as const, [m, false] as const])) {
      const bytes = writeModule(
        { memory: { initial: 1, maximum: 1, shared: false } },
        { update: neuronFunction(model, { perNeuron: ["leak"], recorded: ["v"], tables: [1024], singleStep }) },
      );
      const module = binaryen.readBinary(bytes);
      module.setFeatures(binaryen.Features.All);
      expect(module.validate()).toBe(1);
      module.dispose();
    }
  });
});

/** Any model at all, laid out for cores of any size, computed in bands and simplified by what is known of its words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constant, type Expr, type Model, rewritten, withChildren } from "../../../src/codegen/ir.ts";
import {
  AllToAllConnector,
  type CellDefinition,
  cell,
  deploy,
  emulate,
  ltS,
  modelLibrary,
  NetworkBuilder,
  referenceTick,
  SpikeSourceArray,
  spin5,
} from "../../../src/index.ts";
import { expressions, STATES, TABLE_WORDS, word } from "../../codegen/expressions.ts";

const TICKS = 6;
/** States are recorded rarely, since cores are computed one by one in ticks that record some. */
const INTERVAL = 5;
/** Ticks in which an input of one unit is added, by receptor. */
const ARRIVALS = { r: [1, 2, 5], s: [2, 4] } as const;
const RECEPTORS = ["r", "s"] as const;

interface Cells {
  readonly states: readonly Readonly<Record<string, number>>[];
  readonly own: readonly number[];
  readonly shared: number;
}

interface Case {
  readonly receive: readonly Expr[];
  readonly step: readonly Expr[];
  /** Do cells differ by their place in the population? Cores of those that do not are computed as one. */
  readonly placed: boolean;
  readonly table: readonly number[];
  readonly shift: number;
  readonly substeps: number;
  readonly populations: readonly Cells[];
  readonly neuronsPerCore: number;
}

const stateWords = fc.record(Object.fromEntries(STATES.map((name) => [name, word])));
const cells: fc.Arbitrary<Cells> = fc.integer({ min: 1, max: 19 }).chain((size) =>
  fc.record({
    states: fc.array(stateWords, { minLength: size, maxLength: size }),
    own: fc.oneof(
      fc.array(word, { minLength: size, maxLength: size }),
      word.map((same) => new Array<number>(size).fill(same)),
    ),
    shared: fc.constantFrom(0, 3, 77, 0x0123_4567, -0x8000_0000),
  }),
);
/** What the states become, and two words of which the first is less where there is a spike. */
const procedure = (inputs: boolean): fc.Arbitrary<readonly Expr[]> =>
  fc.tuple(...[...STATES, "less", "more"].map(() => expressions(inputs)));
const cases: fc.Arbitrary<Case> = fc.record({
  receive: procedure(true),
  step: procedure(false),
  placed: fc.boolean(),
  table: fc.array(word, { minLength: TABLE_WORDS, maxLength: TABLE_WORDS }),
  shift: fc.nat(31),
  substeps: fc.constantFrom(1, 3),
  populations: fc.array(cells, { minLength: 1, maxLength: 2 }),
  neuronsPerCore: fc.integer({ min: 1, max: 10 }),
});

function modelOf({ receive, step, placed }: Case): Model {
  const procedureOf = (words: readonly Expr[]): Model["step"] => {
    const drawn: Model["step"] = {
      set: Object.fromEntries(STATES.map((name, k) => [name, words[k]!])),
      spikes: [ltS(words[STATES.length]!, words[STATES.length + 1]!)],
      saturates: [words[0]!],
    };
    if (placed) return drawn;
    return rewritten(drawn, (e, get) => (e.op === "index" ? constant(7) : withChildren(e, get)));
  };
  return {
    name: "Random",
    receptors: RECEPTORS,
    states: STATES,
    params: ["shared", "own", "shift"],
    coreParams: ["shift"],
    tables: ["table"],
    receive: procedureOf(receive),
    step: procedureOf(step),
  };
}

function definitionOf(drawn: Case): CellDefinition {
  const model = modelOf(drawn);
  return {
    type: {
      name: "Random",
      kind: "neuron",
      parameters: { which: { default: 0, unit: "", min: 0, max: 1, meaning: "words of which population" } },
      variables: {},
      receptors: { r: { sign: 1, unit: "nA" }, s: { sign: 1, unit: "nA" } },
      recordables: Object.fromEntries(STATES.map((name) => [name, ""])),
      options: {},
    },
    models: [model],
    encode: ({ parameters }) => {
      const { states, own, shared } = drawn.populations[parameters.which as number]!;
      const [first] = own;
      return {
        model,
        substeps: drawn.substeps,
        params: {
          shared,
          own: own.every((one) => one === first) ? first! : Int32Array.from(own),
          shift: drawn.shift,
        },
        states: Object.fromEntries(STATES.map((name) => [name, Int32Array.from(states, (of) => of[name]!)])),
        tables: { table: Int32Array.from(drawn.table) },
        recordables: STATES.map((name) => ({ variable: name, state: name, unit: "", scale: 1 })),
      };
    },
  };
}

interface Outcome {
  /** Of each population: the words of each state in every tick that is recorded, neuron by neuron. */
  readonly words: readonly Readonly<Record<string, readonly number[]>>[];
  /** Of each population: tick and neuron of each spike. */
  readonly spikes: readonly (readonly string[])[];
  readonly saturated: number;
}

async function run(drawn: Case): Promise<Outcome> {
  const models = modelLibrary([definitionOf(drawn)]);
  const net = new NetworkBuilder({ cellTypes: models.cellTypes });
  drawn.populations.forEach(({ states }, which) => {
    const name = `cells ${which}`;
    const population = net.population(name, states.length, cell("Random", { which }), { record: ["spikes"] });
    population.record(STATES, { samplingIntervalMs: INTERVAL });
    for (const receptor of RECEPTORS) {
      const sent = ARRIVALS[receptor].map((tick) => tick - 1);
      const source = net.population(`${receptor} ${which}`, 1, SpikeSourceArray(sent));
      net.projection(source, population, AllToAllConnector(), { weight: 1, delay: 1 }, { receptor });
    }
  });
  const { neuronsPerCore } = drawn;
  const deployment = deploy(net.run(TICKS).build(), spin5(), { models, neuronsPerCore });
  const { results, counters } = await emulate(deployment, { models });
  const ofCells = drawn.populations.map(
    (_, which) => results.populations.find(({ name }) => name === `cells ${which}`)!,
  );
  return {
    words: ofCells.map(({ signals }) =>
      Object.fromEntries(signals.map(({ variable, words }) => [variable, Array.from(words, (one) => one | 0)])),
    ),
    spikes: ofCells.map(({ spikes }) => Array.from(spikes!.tick, (tick, k) => `${tick} ${spikes!.neuron[k]!}`).sort()),
    saturated: counters.saturated,
  };
}

/** The same by the definition of every operation, neuron by neuron. */
function expected(drawn: Case): Outcome {
  const model = modelOf(drawn);
  const table = Int32Array.from(drawn.table);
  let saturated = 0;
  const populations = drawn.populations.map(({ states, own, shared }) => {
    const words = Object.fromEntries(
      STATES.map((name) => [name, new Array<number>(states.length * Math.ceil(TICKS / INTERVAL))]),
    );
    const spikes: string[] = [];
    states.forEach((initial, n) => {
      const params = { shared, own: own[n]!, shift: drawn.shift };
      const neuron = { states: { ...initial }, params, tables: { table }, index: n };
      for (let tick = 0; tick < TICKS; tick++) {
        const units = Object.fromEntries(
          RECEPTORS.map((of) => [of, (ARRIVALS[of] as readonly number[]).includes(tick) ? 1 : 0]),
        );
        const done = referenceTick(model, neuron, units, tick, drawn.substeps);
        const sample = tick / INTERVAL;
        if (Number.isInteger(sample)) {
          for (const name of STATES) words[name]![sample * states.length + n] = done.recorded[name]!;
        }
        if (done.spikes > 0) spikes.push(`${tick} ${n}`);
        saturated += done.saturations;
      }
    });
    return { words, spikes: spikes.sort() };
  });
  return { words: populations.map(({ words }) => words), spikes: populations.map(({ spikes }) => spikes), saturated };
}

describe("a model of the user's own, whatever it computes", () => {
  it("gives the reference's words, spikes and saturations, however populations are cut into cores", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (drawn) => {
        expect(await run(drawn)).toEqual(expected(drawn));
      }),
      { numRuns: 60 },
    );
  });
});

/** What a model of the user's own may count on, though no standard cell needs it. */
import { describe, expect, it } from "vitest";
import {
  AllToAllConnector,
  add,
  type CellDefinition,
  cell,
  constant,
  DCSource,
  deploy,
  each,
  emulate,
  eq,
  input,
  linearWords,
  lookupPair,
  type Model,
  modelLibrary,
  mulLow,
  NetworkBuilder,
  param,
  referenceTick,
  SpikeSourceArray,
  select,
  spin3,
  state,
  sub,
} from "../../../src/index.ts";

const TICKS = 30;
const LEAST = 5;
const MOST = 12;
const TABLE = Int32Array.from({ length: MOST - LEAST + 2 }, (_, i) => 100 * i);

/** `place` counts from MOST down to LEAST and says which word of the table is added; inputs are multiplied by `gain`. */
const place = state("place");
const [word] = lookupPair("table", sub(place, constant(LEAST)));
const MODEL: Model = {
  name: "Counter",
  receptors: ["excitatory"],
  states: ["place", "sum"],
  params: ["gain"],
  coreParams: [],
  tables: ["table"],
  receive: {
    set: { sum: add(state("sum"), mulLow(input("excitatory"), param("gain"))) },
    spikes: [],
    saturates: [],
  },
  step: {
    set: {
      place: select(eq(place, constant(LEAST)), constant(MOST), sub(place, constant(1))),
      sum: add(state("sum"), word),
    },
    spikes: [],
    saturates: [],
  },
};

const COUNTER: CellDefinition = {
  type: {
    name: "Counter",
    kind: "neuron",
    parameters: { start: { default: LEAST, unit: "", min: LEAST, max: MOST, meaning: "where it begins" } },
    variables: {},
    receptors: { excitatory: { sign: 1, unit: "nA" } },
    recordables: { sum: "" },
    options: {},
  },
  models: [MODEL],
  encode: (context) => ({
    model: MODEL,
    substeps: 1,
    params: { gain: linearWords({ ...context, parameters: { gain: 0 } }, "gain", 1) },
    states: { place: each([context.parameters.start!], context.size, Math.round), sum: 0 },
    tables: { table: TABLE },
    recordables: [{ variable: "sum", state: "sum", unit: "", scale: 1 }],
    drive: { param: "gain", bitsPerNanoamp: 1 },
  }),
};
const MODELS = modelLibrary([COUNTER]);

/** Ticks in which a spike comes in, one with a weight of one unit. */
const ARRIVALS = [2, 4, 5, 9, 27];
/** From this tick on the gain is 1, before it 0. */
const GAIN_FROM = 20;

/** `sum` of each neuron in each tick. */
async function recorded(starts: readonly number[], neuronsPerCore: number): Promise<number[][]> {
  const net = new NetworkBuilder({ cellTypes: MODELS.cellTypes });
  const [first] = starts;
  const start = starts.every((one) => one === first) ? first! : [...starts];
  const cells = net.population("cells", starts.length, cell("Counter", { start }), { record: ["sum"] });
  cells.inject(DCSource({ amplitude: 1, start: GAIN_FROM }));
  const source = net.population("source", 1, SpikeSourceArray(ARRIVALS.map((tick) => tick - 1)));
  net.projection(source, cells, AllToAllConnector(), { weight: 1, delay: 1 });
  const deployment = deploy(net.run(TICKS).build(), spin3(), { models: MODELS, neuronsPerCore });
  const { results } = await emulate(deployment, { models: MODELS });
  const { words } = results.populations[0]!.signals[0]!;
  return starts.map((_, n) => Array.from({ length: TICKS }, (__, tick) => words[tick * starts.length + n]!));
}

/** The same, computed by the definition of every operation. */
function expected(start: number): number[] {
  const neuron = { states: { place: start, sum: 0 } as Record<string, number>, tables: { table: TABLE }, index: 0 };
  return Array.from({ length: TICKS }, (_, tick) => {
    const params = { gain: tick < GAIN_FROM ? 0 : 1 };
    const units = { excitatory: ARRIVALS.includes(tick) ? 1 : 0 };
    return referenceTick(MODEL, { ...neuron, params }, units, tick, 1).recorded.sum!;
  });
}

describe("a model of the user's own", () => {
  it.each([
    { name: "each neuron begins elsewhere", starts: [5, 12, 7, 9, 6], neuronsPerCore: 5 },
    { name: "all begin alike", starts: [9, 9, 9], neuronsPerCore: 3 },
    { name: "cores lie side by side", starts: [5, 12, 7, 9, 6, 8, 11], neuronsPerCore: 3 },
  ])("never looks beside its tables, though its neurons do not fill whole vectors: $name", async (network) => {
    const { starts, neuronsPerCore } = network;
    expect(await recorded(starts, neuronsPerCore)).toEqual(starts.map(expected));
  });

  it("loses inputs that are multiplied by nothing, and does not find them again when there is a factor", async () => {
    const [sums] = await recorded([LEAST], 1);
    const [arrival] = ARRIVALS.filter((tick) => tick >= GAIN_FROM);
    const inputs = sums!.map((sum, tick) => (sum % 100) - (tick === 0 ? 0 : sums![tick - 1]! % 100));
    expect(inputs).toEqual(inputs.map((_, tick) => (tick === arrival ? 1 : 0)));
  });
});

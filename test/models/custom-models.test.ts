import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ADAPTIVE_EXPONENTIAL, adaptiveExponential, MODELS } from "../../examples/adaptive-exponential.ts";
import {
  BoardTarget,
  type CellDefinition,
  cell,
  constant,
  deploy,
  EmulatorTarget,
  emulate,
  input,
  type Model,
  modelLibrary,
  mulS,
  NetworkBuilder,
  param,
  ResultsAssembler,
  readNetwork,
  recordingPlan,
  runDeployment,
  spin3,
  spin5,
  startPrivateBoard,
  state,
  writeNetwork,
} from "../../src/index.ts";
import { compareResults } from "../../src/results/index.ts";
import { tracesOf, worstDifference } from "./emulated-cells.ts";

const PARAMETERS = Object.fromEntries(
  Object.entries(ADAPTIVE_EXPONENTIAL.type.parameters).map(([name, { default: value }]) => [name, value]),
);

/** The example's rule in double precision, with the exponential itself. */
function floatTrace(current: number, ticks: number, h: number): { v: number[]; w: number[]; spikes: number[] } {
  const p = PARAMETERS as Record<string, number>;
  const result = { v: [] as number[], w: [] as number[], spikes: [] as number[] };
  const leak = p.cm! / p.tau_m!;
  let [v, w, refractory] = [p.v_rest!, 0, 0];
  for (let t = 0; t < ticks; t++) {
    result.v.push(v);
    result.w.push(w);
    const upstroke = leak * p.delta_T! * Math.exp((Math.min(v, p.v_spike!) - p.v_thresh!) / p.delta_T!);
    const drive = upstroke - w + current;
    const x = (h * leak) / p.cm!;
    const moved = v + ((1 - Math.exp(-x)) / x) * (x * (p.v_rest! - v) + (h * drive) / p.cm!);
    w += (1 - Math.exp(-h / p.tau_w!)) * ((p.a! / 1000) * (v - p.v_rest!) - w);
    if (refractory > 0) refractory--;
    else if (moved >= p.v_spike!) {
      result.spikes.push(t);
      v = p.v_reset!;
      w += p.b!;
      refractory = Math.ceil(p.tau_refrac! / h - 1e-9);
    } else v = moved;
  }
  return result;
}

describe("the adaptive exponential neuron, defined outside the library", () => {
  it.each([0.5, 0.8, 1.2])("fires as its rule in double precision does, for %f nA", async (i_offset) => {
    const net = new NetworkBuilder({ timestepMs: 0.1, cellTypes: MODELS.cellTypes });
    net.population("cells", 1, cell("EIF_cond_exp_isfa_ista", { i_offset }), { record: ["spikes", "v", "w"] });
    const { results } = await emulate(deploy(net.run(400).build(), spin3(), { models: MODELS }), { models: MODELS });
    const fixed = tracesOf(results.populations[0]!);
    const float = floatTrace(i_offset, 4000, 0.1);
    expect(fixed.spikes[0]!.length).toBe(float.spikes.length);
    expect(worstDifference(fixed.spikes[0]!, float.spikes)).toBeLessThanOrEqual(2);
    const quiet = (float.spikes[0] ?? 4000) - 20;
    expect(worstDifference(fixed.trace("v").subarray(0, quiet), float.v)).toBeLessThan(0.02);
    expect(worstDifference(fixed.trace("w").subarray(0, quiet), float.w)).toBeLessThan(1e-4);
  });

  it("has at least one of these currents fire, and adapt", () => {
    const { spikes } = floatTrace(1.2, 4000, 0.1);
    expect(spikes[2]! - spikes[1]!).toBeLessThan(spikes.at(-1)! - spikes.at(-2)!);
  });

  it("gives the same bits for two partitions, two threads and a virtual board", async () => {
    const network = {
      ...adaptiveExponential(),
      phases: [{ durationMs: 60, addedProjections: [0], parameterChanges: [] }],
    };
    const options = { models: MODELS };
    const { results: expected } = await emulate(deploy(network, spin5(), options), options);
    expect(expected.populations[0]!.spikes!.tick.length).toBeGreaterThan(100);
    const { results: other } = await emulate(deploy(network, spin3(), { ...options, neuronsPerCore: 30 }), {
      ...options,
      threads: 2,
    });
    expect(compareResults(expected, other).first).toBeUndefined();
    const deployment = deploy(network, spin3(), { ...options, neuronsPerCore: 64 });
    const board = await startPrivateBoard(spin3(), { threads: 1, models: MODELS });
    try {
      const target = await BoardTarget.load(deployment, board.host, board.port, { needsNoKernel: true });
      const sink = new ResultsAssembler(recordingPlan(deployment));
      await runDeployment(deployment, target, sink);
      expect(compareResults(expected, sink.finish()).first).toBeUndefined();
      await target.close();
    } finally {
      await board.close();
    }
  });

  it("takes noisy currents as the standard cells do", async () => {
    const net = new NetworkBuilder({ timestepMs: 0.1, cellTypes: MODELS.cellTypes });
    const cells = net.population("cells", 3, cell("EIF_cond_exp_isfa_ista"), { record: ["v"] });
    cells.inject({ document: { type: "NoisyCurrentSource", mean: 0, stdev: 0.5 } });
    const deployment = deploy(net.run(10).build(), spin3(), { models: MODELS });
    const { results } = await emulate(deployment, { models: MODELS });
    expect(new Set(results.populations[0]!.signals[0]!.words.slice(-3)).size).toBe(3);
  });

  it("is read from and written to network files", () => {
    const network = adaptiveExponential();
    const text = writeNetwork(network, "json");
    expect(readNetwork(text, "file", { cellTypes: MODELS.cellTypes })).toEqual(network);
    expect(() => readNetwork(text, "file")).toThrow(expect.objectContaining({ code: "UNKNOWN_NAME" }));
  });

  it("has its parameters checked as those of standard cells", () => {
    const build = (parameters: Record<string, number>) => {
      const net = new NetworkBuilder({ timestepMs: 0.1, cellTypes: MODELS.cellTypes });
      net.population("cells", 1, cell("EIF_cond_exp_isfa_ista", parameters));
      return deploy(net.run(1).build(), spin3(), { models: MODELS });
    };
    expect(() => build({ tau_w: -1 })).toThrow(expect.objectContaining({ code: "VALUE_RANGE" }));
    expect(() => build({ a: 9000, cm: 0.01 })).toThrow(
      expect.objectContaining({ code: "PARAMETER_RANGE", parameter: "a" }),
    );
  });

  it("cannot be mapped or run by those who do not know it", () => {
    expect(() => deploy(adaptiveExponential(), spin3())).toThrow();
    expect(() => new EmulatorTarget(deploy(adaptiveExponential(), spin3(), { models: MODELS }), 1)).toThrow(
      expect.objectContaining({ code: "UNKNOWN_MODEL" }),
    );
  });

  it("says that a real board needs a kernel which was not built", async () => {
    const deployment = deploy(adaptiveExponential(), spin3(), { models: MODELS });
    const board = await startPrivateBoard(spin3(), { threads: 1 });
    try {
      await expect(BoardTarget.load(deployment, board.host, board.port)).rejects.toMatchObject({ code: "NO_KERNEL" });
    } finally {
      await board.close();
    }
  });
});

describe("a definition that contradicts itself is refused", () => {
  const MODEL: Model = {
    name: "Leak",
    receptors: [],
    states: ["v"],
    params: ["decay"],
    coreParams: [],
    tables: [],
    receive: { set: {}, spikes: [], saturates: [] },
    step: { set: { v: mulS(state("v"), param("decay"), 31) }, spikes: [], saturates: [] },
  };
  const definition = (model: Model): CellDefinition => ({
    ...ADAPTIVE_EXPONENTIAL,
    type: { ...ADAPTIVE_EXPONENTIAL.type, name: "Leak", receptors: {} },
    models: [model],
  });

  it("is accepted as it stands", () => {
    expect(modelLibrary([definition(MODEL)]).cellModels.has("Leak")).toBe(true);
  });

  it.each([
    { because: "an unknown state", model: { ...MODEL, states: [] } },
    { because: "an unknown parameter", model: { ...MODEL, params: [] } },
    { because: "a name twice", model: { ...MODEL, states: ["v", "v"] } },
    { because: "a core parameter that is none", model: { ...MODEL, coreParams: ["x"] } },
    {
      because: "an input in the step",
      model: { ...MODEL, step: { ...MODEL.step, set: { v: input("excitatory") } } },
    },
    { because: "receptors that differ from the cell type's", model: { ...MODEL, receptors: ["excitatory"] } },
    {
      because: "a shift beyond the product",
      model: { ...MODEL, step: { ...MODEL.step, set: { v: mulS(state("v"), state("v"), 40) } } },
    },
    {
      because: "a constant that is no word",
      model: { ...MODEL, step: { ...MODEL.step, set: { v: { ...constant(0), value: 0.5 } } } },
    },
    { because: "the name of a built-in model", model: { ...MODEL, name: "IF_cond_exp" } },
  ])("for $because", ({ model }) => {
    expect(() => modelLibrary([definition(model as Model)])).toThrow(expect.objectContaining({ code: "BAD_MODEL" }));
  });

  it("for a cell type that is there already", () => {
    const taken = { ...definition(MODEL), type: { ...ADAPTIVE_EXPONENTIAL.type, name: "IF_cond_exp" } };
    expect(() => modelLibrary([taken])).toThrow(expect.objectContaining({ code: "BAD_MODEL" }));
  });

  it("for words that encode leaves out", () => {
    const broken: CellDefinition = {
      ...definition(MODEL),
      encode: () => ({ model: MODEL, substeps: 1, params: {}, states: { v: 0 }, tables: {}, recordables: [] }),
    };
    const models = modelLibrary([broken]);
    const net = new NetworkBuilder({ cellTypes: models.cellTypes });
    net.population("cells", 1, cell("Leak"));
    expect(() => deploy(net.run(1).build(), spin3(), { models })).toThrow(/decay/);
  });
});

describe("docs/custom-models.md", () => {
  const page = readFileSync("docs/custom-models.md", "utf8");

  it("shows the example as it runs here", () => {
    const example = readFileSync("examples/adaptive-exponential.ts", "utf8");
    const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
    expect(shown.length).toBeGreaterThan(3);
    // The page takes the example apart; every piece must be in it, in this order.
    let from = 0;
    for (const code of shown) {
      const at = example.indexOf(code.replace('from "spinloom"', 'from "../src/index.ts"').trim(), from);
      expect(at, `not in the example: ${code}`).toBeGreaterThanOrEqual(0);
      from = at;
    }
  });
});

import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { readNetwork } from "../../src/network/index.ts";

type Json = { [name: string]: unknown };

/** A small right network; every test spoils one thing in it. */
function rightNetwork(): Json {
  return {
    name: "small",
    seed: 7,
    timestep_ms: 0.5,
    duration_ms: 10,
    populations: [
      {
        name: "exc",
        size: 4,
        cell: { type: "IF_cond_exp", parameters: { tau_m: 20 } },
        initial: { v: -60 },
        record: ["spikes", { variable: "v", sampling_interval_ms: 2, neurons: [0, 3] }],
      },
      { name: "cur", size: 3, cell: { type: "IF_curr_exp" } },
      { name: "source", size: 2, cell: { type: "SpikeSourcePoisson", parameters: { rate: 10 } } },
    ],
    projections: [
      { pre: "source", post: "exc", connector: { type: "AllToAll" }, weight: 0.1, delay: 1 },
      {
        pre: "exc",
        post: { population: "exc", neurons: { start: 1, stop: 3 } },
        receptor: "inhibitory",
        connector: { type: "FixedProbability", p_connect: 0.5 },
        weight: { distribution: "uniform", low: 0, high: 1 },
      },
      { pre: "exc", post: "cur", receptor: "inhibitory", connector: { type: "OneToOne" }, weight: -1 },
    ],
  };
}

/** The network with one value set, at a path such as `projections[1].connector.p_connect`; undefined removes it. */
function spoilt(path: string, value: unknown): string {
  const network = rightNetwork();
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
  let owner: Json = network;
  for (const step of steps.slice(0, -1)) owner = owner[step] as Json;
  owner[steps.at(-1)!] = value;
  return JSON.stringify(network);
}

function rejection(text: string | Uint8Array): InputError & { readonly code: string } {
  try {
    readNetwork(text, "net.json");
  } catch (error) {
    if (error instanceof InputError) return error as InputError & { readonly code: string };
    throw error;
  }
  throw new Error("the network was accepted");
}

describe("readNetwork", () => {
  const network = readNetwork(JSON.stringify(rightNetwork()), "net.json");

  it("fills in every parameter of a cell type and every option", () => {
    expect(network.populations[0]!.cell).toEqual({
      type: "IF_cond_exp",
      parameters: {
        v_rest: -65,
        cm: 1,
        tau_m: 20,
        tau_refrac: 0.1,
        v_reset: -65,
        v_thresh: -50,
        i_offset: 0,
        tau_syn_E: 5,
        tau_syn_I: 5,
        e_rev_E: 0,
        e_rev_I: -70,
      },
      options: { substeps: 2, rule: "exponential-euler" },
    });
  });

  it.each([
    { timestep: 1, substeps: 4 },
    { timestep: 0.25, substeps: 1 },
    { timestep: 0.251, substeps: 2 },
    { timestep: 0.1, substeps: 1 },
  ])("takes $substeps sub-steps a tick of $timestep ms, none longer than 0.25 ms", ({ timestep, substeps }) => {
    const text = JSON.stringify({
      timestep_ms: timestep,
      duration_ms: timestep,
      populations: [{ name: "a", size: 1, cell: { type: "IF_curr_exp" } }],
    });
    expect(readNetwork(text, "net.json").populations[0]!.cell.options.substeps).toBe(substeps);
  });

  it("takes one tick as the delay of a projection that gives none, or min_delay_ms", () => {
    expect(network.projections[1]!.delay).toBe(0.5);
    expect(readNetwork(spoilt("min_delay_ms", 1), "net.json").projections[1]!.delay).toBe(1);
  });

  it("names projections after their ends, numbered when the name is taken", () => {
    const twice = rightNetwork();
    (twice.projections as Json[]).push((twice.projections as Json[])[0]!);
    const names = readNetwork(JSON.stringify(twice), "net.json").projections.map(({ name }) => name);
    expect(names).toEqual(["source->exc", "exc->exc", "exc->cur", "source->exc 2"]);
  });

  it("counts sampling intervals in ticks and views in neurons", () => {
    expect(network.populations[0]!.record[1]).toEqual({ variable: "v", intervalTicks: 4, neurons: [0, 3] });
    expect(network.projections[1]!.post).toEqual({ population: 0, neurons: [1, 2] });
  });

  it("makes one phase of a plain duration, with all projections", () => {
    expect(network.phases).toEqual([{ durationMs: 10, addedProjections: [0, 1, 2], parameterChanges: [] }]);
  });

  it("reads JSON given as bytes, with a byte order mark or without", () => {
    const text = JSON.stringify(rightNetwork());
    expect(readNetwork(new TextEncoder().encode(text), "net.json")).toEqual(network);
    expect(readNetwork(`\ufeff${text}`, "net.json")).toEqual(network);
    expect(readNetwork(new TextEncoder().encode(`\ufeff\n${text}`), "net.json")).toEqual(network);
  });

  it("accepts PyNN's ending Connector", () => {
    const text = spoilt("projections[0].connector.type", "AllToAllConnector");
    expect(readNetwork(text, "net.json")).toEqual(network);
  });

  it("takes an empty list of spike times as PyNN does: no spikes", () => {
    const cell = (spike_times: unknown): unknown => ({ type: "SpikeSourceArray", spike_times });
    const { populations } = readNetwork(spoilt("populations[2].cell", cell([])), "net.json");
    expect(populations[2]!.cell.spikeTimesMs).toEqual([[], []]);
    expect(rejection(spoilt("populations[2].cell", cell([[1], [2], [3]]))).code).toBe("COUNT_MISMATCH");
  });
});

describe("readNetwork rejects, naming the place,", () => {
  it.each([
    ["an unknown field", "projections[0].wieght", 1, "UNKNOWN_FIELD", "projections[0]"],
    ["a field of another connector", "projections[0].connector.p_connect", 0.5, "MISPLACED_FIELD"],
    ["a word for a number", "populations[0].size", "four", "WRONG_TYPE"],
    ["a number for a word", "populations[0].name", 3, "WRONG_TYPE"],
    ["an object for a list", "populations", {}, "WRONG_TYPE"],
    ["a list for an object", "populations[1].cell", [], "WRONG_TYPE"],
    ["a broken size", "populations[0].size", 1.5, "VALUE_RANGE"],
    ["a pin without y", "populations[0].pinned_chip", { x: 1 }, "MISSING_FIELD", "populations[0].pinned_chip.y"],
    ["a pin without x", "populations[0].pinned_chip", { y: 1 }, "MISSING_FIELD", "populations[0].pinned_chip.x"],
    [
      "a connection without its target",
      "projections[0].connector",
      { type: "FromList", connections: [[0, 1], { pre: 1 }] },
      "MISSING_FIELD",
      "projections[0].connector.connections[1].post",
    ],
    [
      "a connection without its source",
      "projections[0].connector",
      { type: "FromList", connections: [{ post: 1 }] },
      "MISSING_FIELD",
      "projections[0].connector.connections[0].pre",
    ],
    ["a population without cells", "populations[0].size", 0, "VALUE_RANGE"],
    ["a missing size", "populations[0].size", undefined, "MISSING_FIELD"],
    ["a missing connector", "projections[0].connector", undefined, "MISSING_FIELD"],
    ["a missing probability", "projections[1].connector.p_connect", undefined, "MISSING_FIELD"],
    ["a negative probability", "projections[1].connector.p_connect", -0.1, "PROBABILITY_RANGE"],
    ["a probability above 1", "projections[1].connector.p_connect", 1.01, "PROBABILITY_RANGE"],
    ["a delay that rounds to no tick", "projections[0].delay", 0.2, "DELAY_RANGE"],
    ["a delay of 0", "projections[0].delay", 0, "DELAY_RANGE"],
    ["a delay beyond 256 ticks", "projections[0].delay", 128.5, "DELAY_RANGE"],
    [
      "the longest delay of a distribution beyond",
      "projections[0].delay",
      { distribution: "uniform", low: 1, high: 200 },
      "DELAY_RANGE",
      "projections[0].delay.high",
    ],
    ["a negative conductance", "projections[0].weight", -0.1, "WEIGHT_SIGN"],
    ["a negative conductance of a distribution", "projections[1].weight.low", -0.1, "WEIGHT_SIGN"],
    ["a positive inhibitory current", "projections[2].weight", 1, "WEIGHT_SIGN"],
    ["a population that does not exist", "projections[0].post", "exk", "UNKNOWN_NAME"],
    ["a source as the target", "projections[0].post", "source", "WRONG_TYPE"],
    ["a receptor the cell does not have", "projections[0].receptor", "nmda", "UNKNOWN_NAME"],
    ["an unknown connector", "projections[0].connector.type", "AllToOne", "UNKNOWN_NAME"],
    ["an unknown cell type", "populations[0].cell.type", "IF_cond_ex", "UNKNOWN_NAME"],
    [
      "a parameter of another cell type",
      "populations[1].cell.parameters",
      { e_rev_E: 0 },
      "UNKNOWN_NAME",
      "populations[1].cell.parameters",
    ],
    ["an impossible parameter", "populations[0].cell.parameters.tau_m", 0, "VALUE_RANGE"],
    [
      "an impossible end of a distribution",
      "populations[2].cell.parameters.rate",
      { distribution: "uniform", low: -1, high: 1 },
      "VALUE_RANGE",
      "populations[2].cell.parameters.rate.low",
    ],
    ["too few values", "populations[0].cell.parameters.tau_m", [1, 2, 3], "COUNT_MISMATCH"],
    ["an unknown distribution", "populations[0].initial.v", { distribution: "gamma" }, "UNKNOWN_NAME"],
    [
      "half a distribution",
      "populations[0].initial.v",
      { distribution: "uniform", low: 1 },
      "MISSING_FIELD",
      "populations[0].initial.v.high",
    ],
    [
      "a distribution upside down",
      "populations[0].initial.v",
      { distribution: "uniform", low: 1, high: 0 },
      "VALUE_RANGE",
      "populations[0].initial.v.low",
    ],
    [
      "a field of another distribution",
      "populations[0].initial.v",
      { distribution: "normal", mu: 1, sigma: 1, low: 0 },
      "MISPLACED_FIELD",
      "populations[0].initial.v.low",
    ],
    ["an unknown state variable", "populations[0].initial", { w: 1 }, "UNKNOWN_NAME"],
    ["an unknown recordable", "populations[0].record", ["u"], "UNKNOWN_NAME", "populations[0].record[0]"],
    ["a least delay of more ticks than there can be", "min_delay_ms", 400, "VALUE_RANGE", "min_delay_ms"],
    [
      "spikes of some neurons only, which no core can leave out",
      "populations[0].record",
      [{ variable: "spikes", neurons: [0] }],
      "VALUE_RANGE",
      "populations[0].record[0].neurons",
    ],
    ["a variable recorded twice", "populations[0].record", ["v", "v"], "DUPLICATE_NAME", "populations[0].record[1]"],
    [
      "an interval between ticks",
      "populations[0].record",
      [{ variable: "v", sampling_interval_ms: 0.7 }],
      "VALUE_RANGE",
      "populations[0].record[0].sampling_interval_ms",
    ],
    [
      "a neuron beyond the population",
      "populations[0].record",
      [{ variable: "v", neurons: [4] }],
      "VALUE_RANGE",
      "populations[0].record[0].neurons[0]",
    ],
    ["neurons out of order", "projections[1].post.neurons", [2, 1], "VALUE_RANGE", "projections[1].post.neurons[1]"],
    ["a name twice", "populations[1].name", "exc", "DUPLICATE_NAME"],
    ["a timestep of 0", "timestep_ms", 0, "VALUE_RANGE"],
    ["a timestep between microseconds", "timestep_ms", 0.0015, "VALUE_RANGE"],
    ["a duration between ticks", "duration_ms", 10.25, "VALUE_RANGE"],
    ["no duration", "duration_ms", undefined, "MISSING_FIELD"],
    ["no populations", "populations", [], "MISSING_FIELD"],
    ["a duration beside phases", "phases", [{ duration_ms: 1 }], "WRONG_TYPE", "duration_ms"],
    ["a later schema", "format", 2, "VALUE_RANGE"],
    ["an option of another cell type", "populations[1].cell.options", { gates_first: true }, "UNKNOWN_NAME"],
    [
      "a broken number of sub-steps",
      "populations[1].cell.options",
      { substeps: 1.5 },
      "VALUE_RANGE",
      "populations[1].cell.options.substeps",
    ],
    [
      "an unknown rule",
      "populations[0].cell.options",
      { rule: "euler" },
      "UNKNOWN_NAME",
      "populations[0].cell.options.rule",
    ],
    ["spike times of a neuron", "populations[1].cell.spike_times", [1, 2], "MISPLACED_FIELD"],
    ["a current into a source", "populations[2].inject", [{ type: "DCSource", amplitude: 1 }], "WRONG_TYPE"],
    [
      "more different targets than there are",
      "projections[0].connector",
      { type: "FixedNumberPost", n: 5 },
      "IMPOSSIBLE_CONNECTOR",
      "projections[0].connector.n",
    ],
    [
      "a listed neuron beyond the population",
      "projections[0].connector",
      { type: "FromList", connections: [[0, 4]] },
      "VALUE_RANGE",
      "projections[0].connector.connections[0].post",
    ],
    [
      "a list half with weights",
      "projections[0].connector",
      {
        type: "FromList",
        connections: [
          [0, 1, 1],
          [0, 1],
        ],
      },
      "MISSING_FIELD",
      "projections[0].connector.connections[1].weight",
    ],
    [
      "a list whose first connection alone has no weight",
      "projections[0].connector",
      {
        type: "FromList",
        connections: [
          [0, 1],
          [0, 1, 1],
        ],
      },
      "MISSING_FIELD",
      "projections[0].connector.connections[0].weight",
    ],
    [
      "times among the parameters of an array of spikes",
      "populations[2].cell",
      { type: "SpikeSourceArray", parameters: { spike_times: [1] } },
      "MISPLACED_FIELD",
      "populations[2].cell.parameters.spike_times",
    ],
    [
      "a listed weight of the wrong sign",
      "projections[0].connector",
      { type: "FromList", connections: [[0, 1, -1]] },
      "WEIGHT_SIGN",
      "projections[0].connector.connections[0]",
    ],
    [
      "an expression that does not parse",
      "projections[0].connector",
      { type: "DistanceDependentProbability", d_expression: "exp(-d" },
      "EXPRESSION",
      "projections[0].connector.d_expression",
    ],
    [
      "a file that is not there",
      "projections[0].connector",
      { type: "FromFile", file: "no such file" },
      "FILE_NOT_READ",
      "projections[0].connector.file",
    ],
    [
      "a grid that the cells do not fill",
      "populations[0].structure",
      { type: "Grid2D", aspect_ratio: 3 },
      "VALUE_RANGE",
      "populations[0].structure.aspect_ratio",
    ],
  ])("%s", (_what, path, value, code, place = path) => {
    const error = rejection(spoilt(path, value));
    expect({ code: error.code, place: error.place }).toEqual({ code, place: `net.json: ${place}` });
  });

  it("a projection with more synapses than can be numbered", () => {
    const text = JSON.stringify({
      duration_ms: 1,
      populations: [{ name: "a", size: 100_000, cell: { type: "IF_curr_exp" } }],
      projections: [{ pre: "a", post: "a", connector: { type: "AllToAll" } }],
    });
    expect(rejection(text).code).toBe("TOO_MANY_SYNAPSES");
  });

  it("a number of cells below 1 with the numbers there may be", () => {
    for (const size of [-1, 0, 0.5]) {
      expect(rejection(spoilt("populations[0].size", size)).remedy).toMatch(/1 to 16777215/);
    }
  });

  it("a field given twice, of which JSON keeps the last", () => {
    const error = rejection('{"populations": [{"name": "a", "size": 2, "size": 3}], "duration_ms": 1}');
    expect(error).toMatchObject({ code: "DUPLICATE_FIELD", place: "net.json: populations[0].size" });
  });

  it("a population that a phase sets twice", () => {
    const change = { population: "source", parameters: { rate: 5 } };
    const network = { ...rightNetwork(), phases: [{ duration_ms: 1, set_parameters: [change, change] }] };
    const error = rejection(JSON.stringify({ ...network, duration_ms: undefined }));
    expect(error).toMatchObject({
      code: "DUPLICATE_NAME",
      place: "net.json: phases[0].set_parameters[1].population",
    });
  });

  it("what is not JSON", () => {
    expect(rejection('{"name": ').code).toBe("NETWORK_SYNTAX");
  });

  it("what is JSON but no object", () => {
    expect(rejection("[]").code).toBe("WRONG_TYPE");
    expect(rejection(new TextEncoder().encode("[1]")).code).toBe("WRONG_TYPE");
  });

  it("bytes that are neither form", () => {
    expect(rejection(Uint8Array.of(0x08, 0x01, 0x52, 0xff)).code).toBe("NETWORK_SYNTAX");
    expect(rejection(new Uint8Array(0)).code).toBe("NETWORK_SYNTAX");
  });

  it("JSON in another encoding than UTF-8", () => {
    const latin1 = Uint8Array.from('{"name": "\xfcber"}', (character) => character.charCodeAt(0));
    expect(rejection(latin1)).toMatchObject({ code: "NETWORK_SYNTAX", found: expect.stringContaining("UTF-8") });
  });

  it("names that JavaScript objects have by birth", () => {
    expect(rejection(spoilt("populations[0].cell.parameters", { toString: 1 })).code).toBe("UNKNOWN_NAME");
    expect(rejection(spoilt("populations[0].cell.type", "constructor")).code).toBe("UNKNOWN_NAME");
    expect(rejection(spoilt("projections[0].connector.type", "toString")).code).toBe("UNKNOWN_NAME");
    const text = JSON.stringify(rightNetwork()).replace('"tau_m"', '"__proto__"');
    expect(rejection(text).code).toBe("UNKNOWN_NAME");
  });
});

describe("a misspelt name is answered by the nearest known one", () => {
  it.each([
    { path: "projections[0].wieght", value: 1, nearest: "weight" },
    { path: "projections[0].post", value: "exk", nearest: "exc" },
    { path: "populations[0].cell.type", value: "IF_cond_ex", nearest: "IF_cond_exp" },
    { path: "populations[0].cell.parameters", value: { taum: 1 }, nearest: "tau_m" },
  ])("$nearest", ({ path, value, nearest }) => {
    expect(rejection(spoilt(path, value)).remedy).toBe(`Did you mean ${nearest}?`);
  });
});

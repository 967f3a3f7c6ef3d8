import { describe, expect, it } from "vitest";
import {
  AllToAllConnector,
  type ConnectorDescription,
  DistanceDependentProbabilityConnector,
  ExcitatoryInhibitoryConnector,
  FixedNumberPostConnector,
  FixedNumberPreConnector,
  FixedProbabilityConnector,
  FixedTotalNumberConnector,
  FromListConnector,
  IF_cond_exp,
  IF_curr_exp,
  NetworkBuilder,
  OneToOneConnector,
  RandomDistribution,
  SpikeSourcePoisson,
  StaticSynapse,
} from "../../src/network/builder/index.ts";
import { connect, readNetwork } from "../../src/network/index.ts";
import { rows } from "./edges.ts";

describe("NetworkBuilder", () => {
  it("builds what the same network's file reads as", () => {
    const net = new NetworkBuilder({ name: "pair", seed: 3, timestepMs: 1, minDelayMs: 2 });
    const source = net.population("source", 10, SpikeSourcePoisson({ rate: 50, duration: 100 }));
    const cells = net.population("cells", 20, IF_curr_exp({ tau_m: 10 }), { label: "Cells" });
    cells.initialize({ v: RandomDistribution("uniform", { low: -60, high: -50 }) }).record(["spikes", "v"]);
    net.projection(source, cells, FixedProbabilityConnector(0.1), StaticSynapse({ weight: 0.5 }));
    net.projection(
      cells,
      cells,
      FixedNumberPostConnector(3),
      { weight: -0.1, delay: 4 },
      { receptor: "inhibitory", name: "loop" },
    );
    const file = {
      name: "pair",
      seed: 3,
      duration_ms: 100,
      min_delay_ms: 2,
      populations: [
        { name: "source", size: 10, cell: { type: "SpikeSourcePoisson", parameters: { rate: 50, duration: 100 } } },
        {
          name: "cells",
          label: "Cells",
          size: 20,
          cell: { type: "IF_curr_exp", parameters: { tau_m: 10 } },
          initial: { v: { distribution: "uniform", low: -60, high: -50 } },
          record: ["spikes", "v"],
        },
      ],
      projections: [
        { pre: "source", post: "cells", connector: { type: "FixedProbability", p_connect: 0.1 }, weight: 0.5 },
        {
          name: "loop",
          pre: "cells",
          post: "cells",
          receptor: "inhibitory",
          connector: { type: "FixedNumberPost", n: 3 },
          weight: -0.1,
          delay: 4,
        },
      ],
    };
    expect(net.run(100).build()).toEqual(readNetwork(JSON.stringify(file), "pair"));
  });

  it("makes phases of several runs: what is said between them begins with the next", () => {
    const net = new NetworkBuilder();
    const source = net.population("source", 2, SpikeSourcePoisson({ rate: 10 }));
    const cells = net.population("cells", 2, IF_cond_exp());
    net.projection(source, cells, OneToOneConnector()).run(50);
    source.set({ rate: 20 });
    net.run(30);
    net.projection(cells, cells, AllToAllConnector()).run(20);
    expect(net.build().phases).toEqual([
      { durationMs: 50, addedProjections: [0], parameterChanges: [] },
      { durationMs: 30, addedProjections: [], parameterChanges: [{ population: 0, parameters: { rate: 20 } }] },
      { durationMs: 20, addedProjections: [1], parameterChanges: [] },
    ]);
  });

  it("says where something is wrong as for a file", () => {
    const net = new NetworkBuilder({ name: "mine" });
    const cells = net.population("cells", 2, IF_cond_exp());
    net.projection(cells, cells, FixedProbabilityConnector(-0.1)).run(1);
    expect(() => net.build()).toThrow(
      expect.objectContaining({ code: "PROBABILITY_RANGE", place: "mine: projections[0].connector.p_connect" }),
    );
  });

  it("rejects what a caller without types may pass", () => {
    const net = new NetworkBuilder();
    net.population("cells", "ten" as unknown as number, IF_cond_exp());
    expect(() => net.run(1).build()).toThrow(expect.objectContaining({ code: "WRONG_TYPE" }));
    const other = new NetworkBuilder();
    other.population("cells", 1, IF_cond_exp({ tau: 1 } as object)).record("v");
    expect(() => other.run(1).build()).toThrow(expect.objectContaining({ code: "UNKNOWN_NAME" }));
  });

  it("takes cell types of the user's own", () => {
    const leaky = {
      name: "leaky",
      kind: "neuron",
      parameters: { tau: { default: 5, unit: "ms", above: 0, meaning: "time constant" } },
      variables: { x: { default: 0, unit: "" } },
      receptors: { input: { sign: 1, unit: "" } },
      recordables: { x: "" },
      options: {},
    } as const;
    const net = new NetworkBuilder({ cellTypes: { leaky } });
    const cells = net.population("cells", 2, { document: { type: "leaky" } }, { record: ["x"] });
    net.projection(cells, cells, AllToAllConnector(), { weight: 1 }, { receptor: "input" });
    expect(net.run(1).build().populations[0]!.cell.parameters).toEqual({ tau: 5 });
  });
});

describe("parts of populations", () => {
  it("connect as if they were populations of their size", () => {
    const net = new NetworkBuilder({ seed: 4 });
    const cells = net.population("cells", 10, IF_cond_exp());
    net.projection(cells.slice(2, 8, 2), cells.neurons([1, 5, 9]), AllToAllConnector());
    net.projection(cells.view("even", [0, 2, 4]), cells.view("odd", [1, 3]), OneToOneConnector());
    const network = net.run(1).build();
    const of = (index: number): number[][] => rows(connect(network, index));
    const [one, two] = [[1, 5, 9], [] as number[]];
    expect(of(0)).toEqual([two, two, one, two, one, two, one, two, two, two]);
    expect(of(1)).toEqual([[1], [], [3], [], [], [], [], [], [], []]);
  });

  it("know a cell as itself where two parts overlap", () => {
    const net = new NetworkBuilder();
    const cells = net.population("cells", 6, IF_cond_exp());
    net.projection(cells.slice(0, 4), cells.slice(2, 6), AllToAllConnector({ allowSelfConnections: false }));
    expect(rows(connect(net.run(1).build(), 0))).toEqual([[2, 3, 4, 5], [2, 3, 4, 5], [3, 4, 5], [2, 4, 5], [], []]);
  });
});

describe("an assembly", () => {
  const net = new NetworkBuilder({ seed: 11 });
  const a = net.population("a", 30, IF_cond_exp());
  const b = net.population("b", 20, IF_cond_exp());
  const connector = FixedNumberPostConnector(12, { allowSelfConnections: false });
  net.projection([a, b], [b, a], connector, { weight: 1 }, { name: "wide" });
  const whole = net.population("whole", 50, IF_cond_exp());
  net.projection(whole, whole, FixedNumberPostConnector(12));
  const network = net.run(1).build();
  const part = (name: string): number[][] =>
    rows(
      connect(
        network,
        network.projections.findIndex((p) => p.name === name),
      ),
    );

  it("becomes a projection for each pair of populations", () => {
    expect(network.projections.slice(0, 4).map(({ name }) => name)).toEqual([
      "wide (a->b)",
      "wide (a->a)",
      "wide (b->b)",
      "wide (b->a)",
    ]);
  });

  it("shares one draw among them: together they have the connector's numbers", () => {
    const fromA = part("wide (a->b)").map((row, pre) => [
      ...row,
      ...part("wide (a->a)")[pre]!.map((post) => post + 20),
    ]);
    const fromB = part("wide (b->b)").map((row, pre) => [
      ...row,
      ...part("wide (b->a)")[pre]!.map((post) => post + 20),
    ]);
    for (const row of [...fromA, ...fromB]) {
      expect(row.length).toBe(12);
      expect(new Set(row).size).toBe(12);
    }
  });

  it("knows its cells on both sides", () => {
    expect(part("wide (a->a)").filter((row, pre) => row.includes(pre))).toEqual([]);
    expect(part("wide (b->b)").filter((row, pre) => row.includes(pre))).toEqual([]);
  });

  it("has no population twice on a side", () => {
    const twice = new NetworkBuilder();
    const cells = twice.population("cells", 3, IF_cond_exp());
    twice.projection([cells, cells], cells, AllToAllConnector());
    expect(() => twice.run(1).build()).toThrow(expect.objectContaining({ code: "DUPLICATE_NAME" }));
  });
});

describe("an assembly draws what one population of its size would draw", () => {
  /** The rows of one class of edges, of an assembly of 7 and 5 cells, and of 12 cells. */
  function bothWays(connector: ConnectorDescription, edgeClass = 0): readonly [number[][], number[][]] {
    const parts = new NetworkBuilder({ seed: 2 });
    const a = parts.population("a", 7, IF_cond_exp());
    const b = parts.population("b", 5, IF_cond_exp());
    const split = parts.projection([a, b], [a, b], connector).run(1).build();
    const one = new NetworkBuilder({ seed: 2 });
    const all = one.population("all", 12, IF_cond_exp());
    const whole = one.projection(all, all, connector).run(1).build();
    const [aa, ab, ba, bb] = [0, 1, 2, 3].map((part) => rows(connect(split, 4 * edgeClass + part)));
    const join = (left: number[][], right: number[][]): number[][] =>
      left.map((row, pre) => [...row, ...right[pre]!.map((post) => post + 7)]);
    return [[...join(aa!, ab!), ...join(ba!, bb!)], rows(connect(whole, edgeClass))];
  }

  it.each([
    AllToAllConnector({ allowSelfConnections: false }),
    OneToOneConnector(),
    FixedProbabilityConnector(0.3),
    FixedNumberPostConnector(4, { allowSelfConnections: false }),
    FixedNumberPreConnector(4, { allowSelfConnections: false }),
    FixedTotalNumberConnector(50, { withReplacement: false }),
    DistanceDependentProbabilityConnector("0.3 + 0 * d"),
    FromListConnector([
      [11, 3],
      [0, 11],
      [0, 2],
      [6, 7],
      [7, 6],
      [0, 2],
    ]),
    ExcitatoryInhibitoryConnector({ excProb: 0.4 }),
  ])("$document.type", (connector) => {
    const [parts, whole] = bothWays(connector);
    expect(parts).toEqual(whole);
  });

  it("braintools' inhibitory edges, which numpy draws after all excitatory ones", () => {
    const [parts, whole] = bothWays(ExcitatoryInhibitoryConnector({ excRatio: 0.3, generator: "mt19937" }), 1);
    expect(parts).toEqual(whole);
  });
});

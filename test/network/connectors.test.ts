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
  OneToOneConnector,
  SmallWorldConnector,
} from "../../src/network/builder/index.ts";
import { connect } from "../../src/network/index.ts";
import { columnCounts, connectedRows, deviations, dispersion, projectionNetwork } from "./edges.ts";

/** Six standard deviations: with a fixed seed a right law passes for good, a law that is off by some per cent does not. */
const FAR = 6;

describe("every connector", () => {
  const connectors: readonly (readonly [string, (allowSelfConnections: boolean) => ConnectorDescription])[] = [
    ["AllToAll", (allow) => AllToAllConnector({ allowSelfConnections: allow })],
    ["FixedProbability", (allow) => FixedProbabilityConnector(0.3, { allowSelfConnections: allow })],
    ["FixedNumberPre", (allow) => FixedNumberPreConnector(4, { allowSelfConnections: allow })],
    ["FixedNumberPost", (allow) => FixedNumberPostConnector(4, { allowSelfConnections: allow })],
    ["FixedTotalNumber", (allow) => FixedTotalNumberConnector(90, { allowSelfConnections: allow })],
    [
      "DistanceDependentProbability",
      (allow) => DistanceDependentProbabilityConnector("exp(-d / 5)", { allowSelfConnections: allow }),
    ],
    ["SmallWorld", (allow) => SmallWorldConnector(3, 0.4, { allowSelfConnections: allow })],
  ];

  it.each(connectors)("%s connects no cell to itself unless it may", (_name, connector) => {
    const without = connectedRows({ connector: connector(false), pre: 30 });
    expect(without.filter((row, pre) => row.includes(pre))).toEqual([]);
    const within = connectedRows({ connector: connector(true), pre: 30 });
    expect(within.filter((row, pre) => row.includes(pre)).length).toBeGreaterThan(0);
  });

  it.each(connectors)(
    "%s may connect equal indices of different populations, whatever is said of self-connections",
    (_name, connector) => {
      const rows = connectedRows({ connector: connector(false), pre: 30, post: 30 });
      expect(rows.filter((row, pre) => row.includes(pre)).length).toBeGreaterThan(0);
    },
  );

  const all: readonly (readonly [string, ConnectorDescription])[] = [
    ...connectors.map(([name, make]) => [name, make(true)] as const),
    ["OneToOne", OneToOneConnector()],
    ["ExcitatoryInhibitory", ExcitatoryInhibitoryConnector({ excProb: 0.4, inhProb: 0.3 })],
  ];

  it.each(all)("%s gives the same synapses for the same seed, others for another", (name, connector) => {
    const first = connectedRows({ connector, pre: 40, seed: 5 });
    expect(connectedRows({ connector, pre: 40, seed: 5 })).toEqual(first);
    if (name === "AllToAll" || name === "OneToOne") return;
    expect(connectedRows({ connector, pre: 40, seed: 6 })).not.toEqual(first);
  });

  const rowWise = all.filter(
    ([name]) => !["FixedNumberPre", "FixedTotalNumber", "ExcitatoryInhibitory"].includes(name),
  );
  it.each(rowWise)("%s makes a row from its pre neuron alone: more neurons change no row", (_name, connector) => {
    const few = connectedRows({ connector, pre: 10, post: 40 });
    const many = connectedRows({ connector, pre: 25, post: 40 });
    expect(many.slice(0, 10)).toEqual(few);
  });
});

describe("AllToAll", () => {
  it("connects every pair once", () => {
    const everyPost = Array.from({ length: 7 }, (_, post) => post);
    expect(connectedRows({ connector: AllToAllConnector(), pre: 3, post: 7 })).toEqual([
      everyPost,
      everyPost,
      everyPost,
    ]);
  });
});

describe("OneToOne", () => {
  it("connects equal indices and leaves the rest of the larger side alone", () => {
    expect(connectedRows({ connector: OneToOneConnector(), pre: 2, post: 3 })).toEqual([[0], [1]]);
    expect(connectedRows({ connector: OneToOneConnector(), pre: 3, post: 2 })).toEqual([[0], [1], []]);
  });
});

describe("FixedProbability", () => {
  it.each([
    { p: 0, row: [] },
    { p: 1, row: [0, 1, 2] },
  ])("of $p is certain", ({ p, row }) => {
    expect(connectedRows({ connector: FixedProbabilityConnector(p), pre: 2, post: 3 })).toEqual([row, row]);
  });

  it.each([0.001, 0.02, 0.3, 0.5, 0.97])("connects a fraction %f of all pairs, each pair alike", (p) => {
    const pre = 500;
    const post = 400;
    const rows = connectedRows({ connector: FixedProbabilityConnector(p), pre, post });
    const total = rows.reduce((sum, row) => sum + row.length, 0);
    expect(deviations(total, pre * post, p)).toBeLessThan(FAR);
    for (const count of columnCounts(rows, post)) expect(deviations(count, pre, p)).toBeLessThan(FAR);
    for (const row of rows) expect(deviations(row.length, post, p)).toBeLessThan(FAR);
  });

  it("has rows whose lengths vary as the binomial law says, not more and not less", () => {
    const lengths = connectedRows({ connector: FixedProbabilityConnector(0.1), pre: 2000, post: 300 }).map(
      ({ length }) => length,
    );
    expect(Math.abs(dispersion(lengths) - 0.9)).toBeLessThan(FAR * 0.9 * Math.sqrt(2 / 2000));
  });

  it("connects neighbouring pairs independently", () => {
    const p = 0.2;
    const pre = 400;
    const post = 400;
    const rows = connectedRows({ connector: FixedProbabilityConnector(p), pre, post });
    let both = 0;
    for (const row of rows) both += row.filter((target, k) => row[k + 1] === target + 1).length;
    // Overlapping pairs: the variance is at most three times that of independent ones.
    expect(deviations(both, pre * (post - 1), p * p)).toBeLessThan(FAR * Math.sqrt(3));
  });

  it("draws each projection anew", () => {
    const network = projectionNetwork({ connector: FixedProbabilityConnector(0.5), pre: 20 });
    const twice = { ...network, projections: [network.projections[0]!, network.projections[0]!] };
    expect([...connect(twice, 0).post]).not.toEqual([...connect(twice, 1).post]);
  });
});

describe.each([
  { name: "FixedNumberPost", make: FixedNumberPostConnector, perPost: false },
  { name: "FixedNumberPre", make: FixedNumberPreConnector, perPost: true },
])("$name", ({ make, perPost }) => {
  /** Lists of chosen neurons, one for each choosing neuron, whichever side chooses. */
  function choices(connector: ConnectorDescription, choosers: number, size: number, self = false): number[][] {
    const [pre, post] = perPost ? [size, choosers] : [choosers, size];
    const rows = connectedRows({ connector, pre, ...(self ? {} : { post }) });
    if (!perPost) return rows;
    const columns: number[][] = Array.from({ length: choosers }, () => []);
    rows.forEach((row, from) => {
      for (const to of row) columns[to]!.push(from);
    });
    return columns;
  }

  it.each([0, 1, 7, 30, 31, 60])("chooses exactly %i different ones of 60", (n) => {
    for (const chosen of choices(make(n), 50, 60)) {
      expect(chosen.length).toBe(n);
      expect(new Set(chosen).size).toBe(n);
    }
  });

  it("chooses exactly n with replacement too, though there may be fewer to choose from", () => {
    for (const chosen of choices(make(80, { withReplacement: true }), 50, 20)) expect(chosen.length).toBe(80);
  });

  it.each([
    { n: 5, withReplacement: false },
    { n: 45, withReplacement: false },
    { n: 5, withReplacement: true },
  ])("chooses all alike ($n of 50, replacement $withReplacement)", ({ n, withReplacement }) => {
    const choosers = 4000;
    const counts = columnCounts(choices(make(n, { withReplacement }), choosers, 50), 50);
    for (const count of counts) {
      expect(
        deviations(count, withReplacement ? choosers * n : choosers, withReplacement ? 1 / 50 : n / 50),
      ).toBeLessThan(FAR);
    }
  });

  it("draws a pair again as often as independent draws would", () => {
    const choosers = 2000;
    const chosen = choices(make(10, { withReplacement: true }), choosers, 40);
    const different = chosen.reduce((sum, list) => sum + new Set(list).size, 0);
    const p = 1 - (1 - 1 / 40) ** 10;
    expect(deviations(different, choosers * 40, p)).toBeLessThan(FAR);
  });

  it("chooses all but itself when self-connections are not allowed", () => {
    const chosen = choices(make(9, { allowSelfConnections: false }), 10, 10, true);
    chosen.forEach((list, chooser) => {
      expect(list).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((other) => other !== chooser));
    });
  });
});

describe("FixedTotalNumber", () => {
  it.each([
    { n: 0, withReplacement: false },
    { n: 3, withReplacement: false },
    { n: 1000, withReplacement: false },
    { n: 2001, withReplacement: false },
    { n: 4000, withReplacement: false },
    { n: 5000, withReplacement: true },
  ])("makes exactly $n synapses (replacement $withReplacement)", ({ n, withReplacement }) => {
    const rows = connectedRows({ connector: FixedTotalNumberConnector(n, { withReplacement }), pre: 80, post: 50 });
    expect(rows.flat().length).toBe(n);
    if (!withReplacement) for (const row of rows) expect(new Set(row).size).toBe(row.length);
  });

  it("fills every pair but self-pairs", () => {
    const connector = FixedTotalNumberConnector(90, { withReplacement: false, allowSelfConnections: false });
    const rows = connectedRows({ connector, pre: 10 });
    const cells = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(rows).toEqual(cells.map((pre) => cells.filter((post) => post !== pre)));
  });

  it.each([
    { n: 20_000, withReplacement: true, because: "independent draws" },
    { n: 20_000, withReplacement: false, because: "a tenth of the pairs" },
    { n: 300, withReplacement: false, because: "a few" },
    { n: 90_000, withReplacement: false, because: "the pairs left out" },
  ])("treats rows and columns alike ($because)", ({ n, withReplacement }) => {
    const [pre, post] = [500, 200];
    const rows = connectedRows({ connector: FixedTotalNumberConnector(n, { withReplacement }), pre, post });
    for (const row of rows) expect(deviations(row.length, n, 1 / pre)).toBeLessThan(FAR + 1);
    for (const count of columnCounts(rows, post)) expect(deviations(count, n, 1 / post)).toBeLessThan(FAR + 1);
  });
});

describe("DistanceDependentProbability", () => {
  const line = { structure: { type: "Line", dx: 10 } };

  it("connects exactly where a condition on d holds", () => {
    const connector = DistanceDependentProbabilityConnector("d < 25");
    const rows = connectedRows({ connector, pre: 6, population: line });
    expect(rows).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
      [0, 1, 2, 3, 4],
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5],
      [3, 4, 5],
    ]);
  });

  it("takes cells without positions to lie on a line, one unit apart, as PyNN does", () => {
    const connector = DistanceDependentProbabilityConnector("d == 1");
    expect(connectedRows({ connector, pre: 4 })).toEqual([[1], [0, 2], [1, 3], [2]]);
  });

  it("connects pairs at each distance with that distance's probability", () => {
    const size = 1000;
    const rows = connectedRows({ connector: DistanceDependentProbabilityConnector("exp(-d / 4)"), pre: size });
    for (const d of [1, 2, 4, 8]) {
      const count = rows.reduce((sum, row, pre) => sum + row.filter((post) => post === pre + d).length, 0);
      expect(deviations(count, size - d, Math.exp(-d / 4))).toBeLessThan(FAR);
    }
  });

  it("says at which distance an expression is no probability", () => {
    const connector = DistanceDependentProbabilityConnector("2 - d");
    expect(() => connectedRows({ connector, pre: 3 })).toThrow(expect.objectContaining({ code: "EXPRESSION" }));
  });
});

describe("SmallWorld", () => {
  it("without rewiring joins the cells closer than the degree", () => {
    const connector = SmallWorldConnector(2, 0, { allowSelfConnections: false });
    expect(connectedRows({ connector, pre: 4 })).toEqual([[1], [0, 2], [1, 3], [2]]);
  });

  it("keeps each row's length and never joins a pair twice, whatever is rewired", () => {
    const before = connectedRows({ connector: SmallWorldConnector(4, 0), pre: 50 });
    const after = connectedRows({ connector: SmallWorldConnector(4, 0.7), pre: 50 });
    expect(after.map(({ length }) => length)).toEqual(before.map(({ length }) => length));
    for (const row of after) expect(new Set(row).size).toBe(row.length);
  });

  it("rewires the fraction of edges it is told", () => {
    const size = 2000;
    const rows = connectedRows({ connector: SmallWorldConnector(2, 0.25), pre: size });
    const edges = rows.flat().length;
    const local = rows.reduce((sum, row, pre) => sum + row.filter((post) => Math.abs(post - pre) < 2).length, 0);
    // A rewired edge falls back among the three local cells with a chance of at most 2 / 1997.
    expect(deviations(local, edges, 0.75)).toBeLessThan(FAR);
  });

  it("leaves a row that reaches every cell as it is", () => {
    expect(connectedRows({ connector: SmallWorldConnector(10, 1), pre: 3 })).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});

describe("weights and delays", () => {
  const connector = FixedProbabilityConnector(0.5);

  it("that are one number stay one number", () => {
    const synapses = connect(projectionNetwork({ connector, pre: 10, synapse: { weight: 0.5, delay: 3 } }), 0);
    expect(synapses.weight).toBe(0.5);
    expect(synapses.delayTicks).toBe(3);
  });

  it("of a list go to the synapses in row order", () => {
    const synapse = { weight: [0.25, 0.5, 0.75, 1], delay: [1, 2, 3, 4] };
    const synapses = connect(projectionNetwork({ connector: AllToAllConnector(), pre: 2, synapse }), 0);
    expect([...(synapses.weight as Float32Array)]).toEqual([0.25, 0.5, 0.75, 1]);
    expect([...(synapses.delayTicks as Uint16Array)]).toEqual([1, 2, 3, 4]);
  });

  it("of a list must be as many as there are synapses", () => {
    const network = projectionNetwork({ connector: AllToAllConnector(), pre: 2, synapse: { weight: [1, 2, 3] } });
    expect(() => connect(network, 0)).toThrow(expect.objectContaining({ code: "COUNT_MISMATCH" }));
  });

  it("of a distribution follow it and are a function of the pre neuron", () => {
    const synapse = {
      weight: { distribution: "uniform", low: 1, high: 3 },
      delay: { distribution: "uniform", low: 1, high: 4 },
    } as const;
    const few = connect(projectionNetwork({ connector, pre: 50, post: 200, synapse }), 0);
    const many = connect(projectionNetwork({ connector, pre: 80, post: 200, synapse }), 0);
    const weights = few.weight as Float32Array;
    const delays = few.delayTicks as Uint16Array;
    expect((many.weight as Float32Array).subarray(0, weights.length)).toEqual(weights);
    expect((many.delayTicks as Uint16Array).subarray(0, delays.length)).toEqual(delays);
    expect(weights.every((weight) => weight >= 1 && weight <= 3)).toBe(true);
    const heavy = weights.filter((weight) => weight > 2).length;
    expect(deviations(heavy, weights.length, 0.5)).toBeLessThan(FAR);
    // 1 to 1.5 rounds to 1, 1.5 to 2.5 to 2, 2.5 to 3.5 to 3, the rest to 4.
    [1 / 6, 1 / 3, 1 / 3, 1 / 6].forEach((p, i) => {
      const count = delays.filter((delay) => delay === i + 1).length;
      expect(deviations(count, delays.length, p)).toBeLessThan(FAR);
    });
  });

  it("are rejected when a distribution strays to the wrong sign or below a tick", () => {
    const weight = { distribution: "normal", mu: 0.1, sigma: 1 } as const;
    const delay = { distribution: "normal", mu: 1, sigma: 5 } as const;
    expect(() => connect(projectionNetwork({ connector, pre: 20, synapse: { weight } }), 0)).toThrow(
      expect.objectContaining({ code: "WEIGHT_SIGN" }),
    );
    expect(() => connect(projectionNetwork({ connector, pre: 20, synapse: { delay } }), 0)).toThrow(
      expect.objectContaining({ code: "DELAY_RANGE" }),
    );
  });
});

describe("the narrowest post type that holds the population", () => {
  it.each([
    { size: 65_536, type: Uint16Array },
    { size: 65_537, type: Uint32Array },
  ])("$size posts: $type.name", ({ size, type }) => {
    const network = projectionNetwork({ connector: FixedNumberPostConnector(3), pre: 4, post: size });
    expect(connect(network, 0).post).toBeInstanceOf(type);
  });
});

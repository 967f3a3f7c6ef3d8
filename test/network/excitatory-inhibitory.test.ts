import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  ExcitatoryInhibitoryConnector,
  type ExcitatoryInhibitoryOptions,
  IF_cond_exp,
  NetworkBuilder,
} from "../../src/network/builder/index.ts";
import { connect, type Network } from "../../src/network/index.ts";
import { deviations, rows } from "./edges.ts";

/** Edge lists that numpy's RandomState gives, made with Python: small cases whole, large ones by their sums. */
const vectors = JSON.parse(readFileSync(new URL("./excitatory-inhibitory-vectors.json", import.meta.url), "utf8")) as {
  readonly cases: readonly {
    readonly seed: number;
    readonly pre: number;
    readonly post: number;
    readonly exc_ratio: number;
    readonly exc_prob: number;
    readonly inh_prob: number;
    readonly n_excitatory: number;
    readonly n_exc_edges: number;
    readonly n_inh_edges: number;
    readonly edges?: readonly (readonly [number, number])[];
    readonly first_edges?: readonly (readonly [number, number])[];
    readonly sum_pre?: number;
    readonly sum_post?: number;
    readonly sum_pre_times_post?: number;
  }[];
};

function network(pre: number, post: number, options: ExcitatoryInhibitoryOptions): Network {
  const net = new NetworkBuilder({ seed: 3 });
  const from = net.population("pre", pre, IF_cond_exp());
  const to = net.population("post", post, IF_cond_exp());
  return net.projection(from, to, ExcitatoryInhibitoryConnector(options)).run(10).build();
}

/** [pre, post] of one class of edges, sorted. */
function edges(net: Network, index: number): (readonly [number, number])[] {
  return rows(connect(net, index)).flatMap((row, pre) => row.map((post) => [pre, post] as const));
}

describe("ExcitatoryInhibitory drawn by mt19937 gives braintools' edges", () => {
  it.each(vectors.cases)("$pre x $post cells, seed $seed, ratio $exc_ratio", (wanted) => {
    const net = network(wanted.pre, wanted.post, {
      excRatio: wanted.exc_ratio,
      excProb: wanted.exc_prob,
      inhProb: wanted.inh_prob,
      generator: "mt19937",
      generatorSeed: wanted.seed,
    });
    const excitatory = edges(net, 0);
    const inhibitory = edges(net, 1);
    const both = [...excitatory, ...inhibitory];
    expect([excitatory.length, inhibitory.length]).toEqual([wanted.n_exc_edges, wanted.n_inh_edges]);
    expect(excitatory.every(([pre]) => pre < wanted.n_excitatory)).toBe(true);
    expect(inhibitory.every(([pre]) => pre >= wanted.n_excitatory)).toBe(true);
    if (wanted.edges !== undefined) expect(both).toEqual(wanted.edges);
    if (wanted.first_edges !== undefined) {
      expect(both.slice(0, wanted.first_edges.length)).toEqual(wanted.first_edges);
      const sum = (of: (edge: readonly [number, number]) => number): number =>
        both.reduce((s, edge) => s + of(edge), 0);
      expect(sum(([pre]) => pre)).toBe(wanted.sum_pre);
      expect(sum(([, post]) => post)).toBe(wanted.sum_post);
      expect(sum(([pre, post]) => pre * post)).toBe(wanted.sum_pre_times_post);
    }
  });
});

describe("ExcitatoryInhibitory drawn by our counters", () => {
  it("connects 10 % of the excitatory and 20 % of the inhibitory pairs by default", () => {
    const net = network(1000, 1000, {});
    expect(deviations(edges(net, 0).length, 800_000, 0.1)).toBeLessThan(6);
    expect(deviations(edges(net, 1).length, 200_000, 0.2)).toBeLessThan(6);
  });

  it("may connect a cell to itself", () => {
    const net = new NetworkBuilder();
    const cells = net.population("cells", 20, IF_cond_exp());
    net.projection(cells, cells, ExcitatoryInhibitoryConnector({ excProb: 1 })).run(1);
    expect(edges(net.build(), 0)).toContainEqual([3, 3]);
  });
});

describe("the number of excitatory cells is the truncated product of doubles, as in Python", () => {
  it.each([
    { pre: 700, excRatio: 0.7, excitatory: 489 },
    { pre: 100, excRatio: 0.57, excitatory: 56 },
    { pre: 100, excRatio: 0.58, excitatory: 57 },
    { pre: 50, excRatio: 0.58, excitatory: 28 },
    { pre: 1500, excRatio: 0.29, excitatory: 434 },
    { pre: 10, excRatio: 1, excitatory: 10 },
    { pre: 10, excRatio: 0, excitatory: 0 },
  ])("$pre x $excRatio gives $excitatory", ({ pre, excRatio, excitatory }) => {
    const net = network(pre, 1, { excRatio, excProb: 1, inhProb: 1 });
    expect(edges(net, 0).map(([from]) => from)).toEqual(Array.from({ length: excitatory }, (_, i) => i));
    expect(edges(net, 1).length).toBe(pre - excitatory);
  });
});

describe("ExcitatoryInhibitory rejects what braintools rejects, in its words", () => {
  it.each([
    { options: { excRatio: -0.1 }, words: "exc_ratio must be between 0 and 1, got -0.1" },
    { options: { excRatio: 1.5, excProb: 2 }, words: "exc_ratio must be between 0 and 1, got 1.5" },
    { options: { excProb: 1.0001 }, words: "exc_prob must be between 0 and 1, got 1.0001" },
    { options: { inhProb: -1 }, words: "inh_prob must be between 0 and 1, got -1" },
    { options: { excWeight: 1 }, words: "exc_weight and inh_weight must be both None or both specified" },
    { options: { inhWeight: 1 }, words: "exc_weight and inh_weight must be both None or both specified" },
    { options: { excDelay: 1 }, words: "exc_delay and inh_delay must be both None or both specified" },
  ])("$words", ({ options, words }) => {
    expect(() => network(10, 10, options)).toThrow(words);
  });
});

describe("a half-given pair", () => {
  it("is not looked at when there can be no edge, as in braintools", () => {
    const options = { excProb: 0, inhProb: 0, excWeight: 1 };
    expect(edges(network(10, 10, options), 0)).toEqual([]);
    expect(() => network(10, 10, { ...options, excRatio: 1, inhProb: 1 })).not.toThrow();
    expect(() => network(10, 10, { ...options, inhProb: 1 })).toThrow(
      expect.objectContaining({ code: "HALF_GIVEN_PAIR" }),
    );
  });
});

describe("weights of the two classes", () => {
  it("go to the receptor of their class; a negative inhibitory conductance becomes its magnitude", () => {
    const [excitatory, inhibitory] = network(10, 10, { excWeight: 0.001, inhWeight: -0.0008 }).projections;
    expect([excitatory!.receptor, excitatory!.weight]).toEqual(["excitatory", 0.001]);
    expect([inhibitory!.receptor, inhibitory!.weight]).toEqual(["inhibitory", 0.0008]);
  });

  it("an excitatory conductance must not be negative", () => {
    expect(() => network(10, 10, { excWeight: -1, inhWeight: 1 })).toThrow(
      expect.objectContaining({ code: "WEIGHT_SIGN" }),
    );
  });
});

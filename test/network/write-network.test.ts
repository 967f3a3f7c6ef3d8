import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AllToAllConnector,
  type ConnectorDescription,
  DCSource,
  DistanceDependentProbabilityConnector,
  ExcitatoryInhibitoryConnector,
  FixedNumberPostConnector,
  FixedNumberPreConnector,
  FixedProbabilityConnector,
  FixedTotalNumberConnector,
  FromListConnector,
  HH_cond_exp,
  IF_cond_exp,
  NetworkBuilder,
  NoisyCurrentSource,
  OneToOneConnector,
  SmallWorldConnector,
  SpikeSourceArray,
  SpikeSourcePoisson,
  StepCurrentSource,
} from "../../src/network/builder/index.ts";
import { type Network, readNetwork, type Value, writeNetwork } from "../../src/network/index.ts";

const number = fc.double({ min: 0.5, max: 2, noNaN: true });

/** Values between 0.5 and 2, for `size` elements. */
function anyValue(size: number): fc.Arbitrary<Value> {
  return fc.oneof(
    number,
    fc.array(number, { minLength: size, maxLength: size }),
    fc.record({ distribution: fc.constant("uniform" as const), low: fc.constant(0.5), high: number }),
    fc.record({ distribution: fc.constant("normal" as const), mu: number, sigma: number }),
    fc.record({
      distribution: fc.constant("normal_clipped" as const),
      mu: number,
      sigma: number,
      low: fc.constant(0.25),
      high: fc.constant(3),
    }),
    fc.record({ distribution: fc.constant("lognormal" as const), mu: number, sigma: number }),
    fc.record({ distribution: fc.constant("exponential" as const), beta: number }),
  );
}

const anyConnector: fc.Arbitrary<ConnectorDescription> = fc.oneof(
  fc.boolean().map((allowSelfConnections) => AllToAllConnector({ allowSelfConnections })),
  fc.constant(OneToOneConnector()),
  fc
    .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean())
    .map(([p, allowSelfConnections]) => FixedProbabilityConnector(Math.abs(p), { allowSelfConnections })),
  fc
    .tuple(
      fc.constantFrom(FixedNumberPreConnector, FixedNumberPostConnector, FixedTotalNumberConnector),
      fc.nat(3),
      fc.boolean(),
    )
    .map(([make, n, withReplacement]) => make(n, { withReplacement })),
  fc.constant(DistanceDependentProbabilityConnector("exp(-d)")),
  fc.tuple(number, fc.constantFrom(0, 0.5, 1)).map(([degree, rewiring]) => SmallWorldConnector(degree, rewiring)),
  fc
    .constantFrom("counter" as const, "mt19937" as const)
    .map((generator) => ExcitatoryInhibitoryConnector({ generator })),
);

const anyNetwork: fc.Arbitrary<Network> = fc
  .record({
    seed: fc.nat(0xffff_ffff),
    timestepMs: fc.constantFrom(0.1, 0.5, 1),
    tau: anyValue(5),
    v: anyValue(5),
    parts: fc.array(fc.record({ connector: anyConnector, from: fc.nat(4), to: fc.nat(4), weight: anyValue(0) }), {
      maxLength: 6,
    }),
    durations: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ seed, timestepMs, tau, v, parts, durations }) => {
    const net = new NetworkBuilder({ name: "any", seed, timestepMs });
    const a = net.population("a", 5, IF_cond_exp({ tau_m: tau }), {
      initial: { v },
      structure: { type: "RandomBox", width: 10, height: 10 },
      label: "cells of a",
      maxNeuronsPerCore: 3,
      pinnedChip: { x: 0, y: 1 },
    });
    const b = net.population("b", 5, HH_cond_exp({}, { gates_first: true, spike_threshold: 0 }));
    const source = net.population("poisson", 5, SpikeSourcePoisson({ rate: 3 }));
    const times = net.population("times", 5, SpikeSourceArray([1, 2.5]));
    a.record(["spikes"]).record("v", { samplingIntervalMs: 3 * timestepMs, neurons: [0, 2, 4] });
    a.inject(DCSource({ amplitude: 0.5, start: 1 }), [1, 4]);
    b.inject(NoisyCurrentSource({ mean: 0, stdev: 1, dt: 2 * timestepMs })).inject(
      StepCurrentSource({ times: [1, 2], amplitudes: [1, -1] }),
    );
    const starts = [a, b, source, a.slice(1, 4), [a, b]];
    const targets = [a, b, b.view("three", [0, 1, 4]), a.neurons([0, 1, 3]), [b, a]];
    parts.forEach(({ connector, from, to, weight }) => {
      const pair = connector.document.type === "ExcitatoryInhibitory";
      // A list of weights would have to know how many synapses there are.
      net.projection(starts[from]!, targets[to]!, connector, pair || Array.isArray(weight) ? {} : { weight });
    });
    net.projection(times, a, FromListConnector([[0, 1, 0.5, 2]]));
    net.projection(
      times,
      b,
      FromListConnector([
        [4, 2],
        [0, 1],
      ]),
      { weight: tau, delay: 2 },
    );
    durations.forEach((ticks, phase) => {
      if (phase > 0) {
        source.set({ rate: phase });
        net.projection(source, b, OneToOneConnector());
      }
      net.run(ticks * timestepMs);
    });
    return net.build();
  });

describe("writeNetwork", () => {
  it.each(["json", "binary"] as const)("writes %s that reads back as the same network", (form) => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        expect(readNetwork(writeNetwork(network, form), "again")).toEqual(network);
      }),
      { numRuns: 60 },
    );
  });

  it("writes the same bytes for the same network, whichever form it came from", () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const bytes = writeNetwork(network, "binary");
        expect(writeNetwork(readNetwork(writeNetwork(network, "json"), "again"), "binary")).toEqual(bytes);
        expect(writeNetwork(readNetwork(bytes, "again"), "binary")).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
  });

  it("writes plain numbers, names and lists where JSON has a shorthand", () => {
    const net = new NetworkBuilder({ timestepMs: 0.1 });
    const cells = net.population("cells", 3, IF_cond_exp(), { initial: { v: [-60, -61, -62] }, record: ["v"] });
    net.projection(cells, cells, FromListConnector([[0, 1, 0.5, 2]]), { weight: 1 }).run(1);
    const json = JSON.parse(writeNetwork(net.build(), "json"));
    expect(json.populations[0].cell.parameters.v_rest).toBe(-65);
    expect(json.populations[0].cell.options.rule).toBe("exponential-euler");
    expect(json.populations[0].initial.v).toEqual([-60, -61, -62]);
    expect(json.populations[0].record).toEqual(["v"]);
    expect(json.projections[0]).toMatchObject({ pre: "cells", post: "cells", weight: 1, delay: 0.1 });
    expect(json.projections[0].connector.connections).toEqual([[0, 1, 0.5, 2]]);
  });
});

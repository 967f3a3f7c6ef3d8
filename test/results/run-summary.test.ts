import { describe, expect, it } from "vitest";
import { populationRoles } from "../../src/results/population-role.ts";
import { summariseRun } from "../../src/results/run-summary.ts";
import { decodeRunSummary, encodeRunSummary } from "../../src/results/summary-file.ts";
import { syntheticFacts, syntheticRun } from "./synthetic-run.ts";

describe("summary of a run", () => {
  const run = syntheticRun();
  const summary = summariseRun(run, syntheticFacts, new Map([["E", "excitatory"]]));

  it("has the run's identity and what the caller knows", () => {
    expect(summary).toMatchObject({ seed: 0xffff_ffff, duration_ms: 40, timestep_ms: 1, ...syntheticFacts });
  });

  it("has numbers for populations whose spikes were recorded and null for the others", () => {
    const [e, inner] = summary.populations;
    const spikes = run.populations[0]!.spikes!.tick.length;
    expect(e).toMatchObject({ name: "E", size: 5, role: "excitatory", spikes, rate_hz: spikes / 5 / 0.04 });
    expect(inner).toMatchObject({ size: 3, role: null, spikes: null, rate_hz: null, cv_isi: null, signals: {} });
  });

  it("has the range of every recorded variable", () => {
    const { v } = summary.populations[0]!.signals;
    const words = run.populations[0]!.signals[0]!.words;
    const values = [...words].map((word, i) => word * ((i % 5) + 1) * 2 ** -23);
    expect(v).toMatchObject({ unit: "mV", min: Math.min(...values), max: Math.max(...values) });
  });

  it("pools all recorded cells but the sources for the run as a whole", () => {
    expect(summary.activity!.spikes).toBe(run.populations[0]!.spikes!.tick.length);
    expect(summariseRun({ ...run, populations: run.populations.slice(1) }, syntheticFacts).activity).toBeNull();
  });
});

describe("summary.json", () => {
  const text = encodeRunSummary(summariseRun(syntheticRun(), syntheticFacts));

  it("comes back as it was", () => {
    expect(decodeRunSummary(text, "summary.json")).toEqual(summariseRun(syntheticRun(), syntheticFacts));
  });

  it.each([
    { broken: "no JSON", from: "{", to: "", place: "out/summary.json" },
    { broken: "a later format", from: '"format": 1', to: '"format": 2', place: "out/summary.json: format" },
    { broken: "a missing field", from: '"late": 0,', to: "", place: "out/summary.json: late" },
    {
      broken: "a wrong type deep inside",
      from: '"size": 3',
      to: '"size": "3"',
      place: "out/summary.json: populations[1].size",
    },
    {
      broken: "a list for an object",
      from: '"phases_ms": {',
      to: '"phases_ms": [], "x": {',
      place: "out/summary.json: phases_ms",
    },
  ])("is rejected at its place for $broken", ({ from, to, place }) => {
    expect(() => decodeRunSummary(text.replace(from, to), "out/summary.json")).toThrow(
      expect.objectContaining({ code: "SUMMARY_INVALID", place }),
    );
  });
});

describe("role of a population", () => {
  const roleOf = (type: string, ...receptors: readonly string[]) =>
    populationRoles({
      populations: [{ name: "p", cell: { type } }],
      projections: receptors.map((receptor) => ({ pre: { population: 0 }, receptor })),
    }).get("p");

  it.each([
    { type: "IF_cond_exp", receptors: ["excitatory", "excitatory"], role: "excitatory" },
    { type: "IF_cond_exp", receptors: ["inhibitory"], role: "inhibitory" },
    { type: "LIF", receptors: ["GABA"], role: "inhibitory" },
    { type: "IF_cond_exp", receptors: ["inhibitory", "excitatory", "inhibitory"], role: "mixed" },
    { type: "IF_cond_exp", receptors: [], role: "unconnected" },
    { type: "SpikeSourcePoisson", receptors: ["inhibitory"], role: "source" },
  ])("of $type projecting to $receptors is $role", ({ type, receptors, role }) => {
    expect(roleOf(type, ...receptors)).toBe(role);
  });
});

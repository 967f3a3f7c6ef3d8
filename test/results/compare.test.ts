import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareResults, describeDifference } from "../../src/results/compare.ts";
import type { RecordedPopulation, Results, Signal } from "../../src/results/results.ts";
import { spikesAt, syntheticRun } from "./synthetic-run.ts";

/** The run with its first population changed. */
function withE(run: Results, change: (population: RecordedPopulation) => RecordedPopulation): Results {
  return { ...run, populations: [change(run.populations[0]!), ...run.populations.slice(1)] };
}

function withSignal(run: Results, index: number, change: (signal: Signal) => Signal): Results {
  return withE(run, (e) => ({
    ...e,
    signals: e.signals.map((signal, i) => (i === index ? change(signal) : signal)),
  }));
}

/** Flips one bit of a recorded word. */
function flipped(run: Results, signal: number, at: number): Results {
  return withSignal(run, signal, (s) => {
    const words = s.words.slice();
    words[at]! ^= 0x100;
    return { ...s, words };
  });
}

describe("comparing two runs", () => {
  it("finds a run identical to its copy, and says how much was compared", () => {
    const run = syntheticRun();
    const comparison = compareResults(run, structuredClone(run));
    expect(comparison).toMatchObject({ identical: true, differences: 0, words: 5 * 40 + 2 * 6 });
    expect(comparison.spikes).toBe(run.populations[0]!.spikes!.tick.length + run.populations[2]!.spikes!.tick.length);
    expect(comparison.first).toBeUndefined();
  });

  it("does not care for the order of populations", () => {
    const run = syntheticRun();
    expect(compareResults(run, { ...run, populations: run.populations.toReversed() }).identical).toBe(true);
  });

  it("finds every single flipped bit, and where it is", () => {
    const run = syntheticRun();
    fc.assert(
      fc.property(fc.nat(199), (at) => {
        const comparison = compareResults(run, flipped(run, 0, at));
        const word = run.populations[0]!.signals[0]!.words[at]!;
        expect(comparison).toMatchObject({ identical: false, differences: 1 });
        expect(comparison.populations[0]!.wordDifferences).toEqual({ v: 1, gsyn_exc: 0 });
        expect(comparison.first).toMatchObject({
          kind: "word",
          population: "E",
          variable: "v",
          neuron: at % 5,
          tick: Math.floor(at / 5),
          words: [word, word ^ 0x100],
          values: [word * (1 + (at % 5)) * 2 ** -23, (word ^ 0x100) * (1 + (at % 5)) * 2 ** -23],
        });
      }),
    );
  });

  it("counts ticks, not samples, and real neurons, not columns, for a signal of some cells now and then", () => {
    expect(compareResults(syntheticRun(), flipped(syntheticRun(), 1, 5)).first).toMatchObject({
      variable: "gsyn_exc",
      neuron: 3,
      tick: 14,
    });
  });

  it("names the run that has a spike the other lacks", () => {
    const a = withE(syntheticRun(), (e) => ({ ...e, spikes: spikesAt([3, 1], [5, 0], [5, 2], [9, 4]) }));
    const b = withE(syntheticRun(), (e) => ({ ...e, spikes: spikesAt([3, 1], [5, 2], [9, 3]) }));
    const comparison = compareResults(a, b);
    expect(comparison.first).toEqual({
      kind: "spike",
      population: "E",
      neuron: 0,
      tick: 5,
      timeMs: 5,
      only: "a",
    });
    expect(comparison.populations[0]!.spikeDifferences).toBe(3);
    expect(compareResults(b, a).first).toMatchObject({ neuron: 0, tick: 5, only: "b" });
  });

  it("puts the earliest tick first, and in one tick the state before the spikes it causes", () => {
    const run = syntheticRun();
    const late = flipped(run, 0, 5 * 20);
    const spikeAt = (tick: number): Results => withE(late, (e) => ({ ...e, spikes: spikesAt([tick, 0]) }));
    const silent = withE(run, (e) => ({ ...e, spikes: spikesAt() }));
    expect(compareResults(silent, spikeAt(19)).first).toMatchObject({ kind: "spike", tick: 19 });
    expect(compareResults(silent, spikeAt(20)).first).toMatchObject({ kind: "word", tick: 20 });
  });

  it("puts differences of shape before all others", () => {
    const run = syntheticRun();
    const longer = compareResults(run, flipped(syntheticRun(41), 0, 0));
    expect(longer.first).toEqual({ kind: "shape", what: "ticks", a: "40", b: "41" });
    expect(longer.populations[0]!.wordDifferences.v).toBe(1);
  });

  const shapes: readonly { readonly what: string; readonly other: Results }[] = [
    { what: "timestep (us)", other: { ...syntheticRun(), timestepMicros: 100 } },
    { what: "population E", other: { ...syntheticRun(), populations: syntheticRun().populations.slice(1) } },
    { what: "population E size", other: withE(syntheticRun(), (e) => ({ ...e, size: 6 })) },
    {
      what: "population E spikes",
      other: withE(syntheticRun(), ({ spikes: _, ...e }) => e),
    },
    { what: "population E v", other: withE(syntheticRun(), (e) => ({ ...e, signals: e.signals.slice(1) })) },
    { what: "population E v unit", other: withSignal(syntheticRun(), 0, (s) => ({ ...s, unit: "V" })) },
    {
      what: "population E v interval (ticks)",
      other: withSignal(syntheticRun(), 0, (s) => ({ ...s, intervalTicks: 2 })),
    },
    {
      what: "population E gsyn_exc neuron of column 1",
      other: withSignal(syntheticRun(), 1, (s) => ({ ...s, neurons: Uint32Array.of(1, 4) })),
    },
    {
      what: "population E gsyn_exc scale of neuron 3",
      other: withSignal(syntheticRun(), 1, (s) => ({ ...s, scale: Float64Array.of(s.scale[0]!, 1) })),
    },
  ];
  it.each(shapes)("does not take runs for identical when $what differs, either way round", ({ what, other }) => {
    expect(compareResults(syntheticRun(), other)).toMatchObject({ identical: false, first: { what } });
    expect(compareResults(other, syntheticRun())).toMatchObject({ identical: false, first: { what } });
  });
});

describe("a difference in words", () => {
  it("says which run has the spike", () => {
    const difference = { kind: "spike", population: "E", neuron: 7, tick: 12, timeMs: 1.2, only: "b" } as const;
    expect(describeDifference(difference, "virtual board", "emulator")).toBe(
      "E[7] at tick 12 (1.2 ms): a spike in emulator, none in virtual board",
    );
  });

  it("shows both values and both words", () => {
    const first = compareResults(syntheticRun(), flipped(syntheticRun(), 0, 0)).first!;
    const word = syntheticRun().populations[0]!.signals[0]!.words[0]!;
    const text = describeDifference(first, "board", "emulator");
    for (const part of [word, word ^ 0x100]) {
      expect(text).toContain(`${part * 2 ** -23} mV`);
      expect(text).toContain((part >>> 0).toString(16).padStart(8, "0"));
    }
  });
});

import { describe, expect, it } from "vitest";
import type { PlannedSignal, RecordingPlan } from "../../src/results/recording-plan.ts";
import { ResultsAssembler } from "../../src/results/results-assembler.ts";

function planOf(neurons: number): RecordingPlan {
  const signal: PlannedSignal = {
    variable: "v",
    unit: "mV",
    intervalTicks: 2,
    neurons: Uint32Array.from({ length: neurons }, (_, n) => n),
    scale: new Float64Array(neurons).fill(0.5),
  };
  const population = { name: "E", size: neurons, cellType: "IF_cond_exp", spikesRecorded: true, signals: [signal] };
  return { networkName: "net", seed: 1, timestepMicros: 1000, populations: [population] };
}

const block = (firstSample: number, firstColumn: number, columns: number, ...words: readonly number[]) => ({
  population: 0,
  signal: 0,
  firstSample,
  firstColumn,
  columns,
  words: Int32Array.from(words),
});

describe("putting pieces of recordings together", () => {
  it("takes rectangles of a signal in any order", () => {
    const assembler = new ResultsAssembler(planOf(3));
    assembler.runTo(4);
    assembler.addSamples(block(1, 1, 2, 5, 6));
    assembler.addSamples(block(0, 0, 1, 1, 4));
    assembler.addSamples(block(0, 1, 2, 2, 3));
    expect([...assembler.finish().populations[0]!.signals[0]!.words]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("does not finish while a word is missing, and says how many are", () => {
    const assembler = new ResultsAssembler(planOf(3));
    assembler.runTo(3);
    assembler.addSamples(block(0, 0, 3, 1, 2, 3));
    assembler.addSamples(block(1, 0, 2, 4, 5));
    expect(() => assembler.finish()).toThrow(
      expect.objectContaining({ code: "RECORDING_INCOMPLETE", missingWords: 1 }),
    );
    expect([...assembler.soFar().populations[0]!.signals[0]!.words]).toEqual([1, 2, 3]);
  });

  it.each([
    { piece: block(2, 0, 3, 1, 2, 3), because: "a sample of ticks that were not run" },
    { piece: block(0, 2, 2, 1, 2), because: "a neuron that is not recorded" },
    { piece: block(0, 0, 2, 1), because: "a rectangle with a hole" },
  ])("rejects $because", ({ piece }) => {
    const assembler = new ResultsAssembler(planOf(3));
    assembler.runTo(4);
    expect(() => assembler.addSamples(piece)).toThrow(expect.objectContaining({ code: "RECORDING_OUT_OF_RANGE" }));
  });

  it("says so when a run is longer than memory", () => {
    const assembler = new ResultsAssembler(planOf(100_000));
    assembler.runTo(4_000_000_000);
    expect(() => assembler.addSamples(block(0, 0, 1, 1))).toThrow(
      expect.objectContaining({ code: "RECORDING_TOO_LARGE", place: "v of E" }),
    );
  });
});

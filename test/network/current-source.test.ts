import { describe, expect, it } from "vitest";
import { type CurrentSource, readNetwork } from "../../src/network/index.ts";

function injected(source: object): readonly CurrentSource[] | undefined {
  const text = JSON.stringify({
    timestep_ms: 0.5,
    duration_ms: 10,
    populations: [{ name: "cells", size: 4, cell: { type: "IF_curr_exp" }, inject: [source] }],
  });
  return readNetwork(text, "net.json").populations[0]!.currentSources;
}

describe("a current source", () => {
  it.each([
    {
      source: { type: "DCSource", amplitude: 0.5 },
      wanted: { type: "DCSource", amplitudeNa: 0.5, startMs: 0 },
    },
    {
      source: { type: "DCSource", amplitude: -1, start: 2, stop: 5, neurons: [1, 3] },
      wanted: { type: "DCSource", amplitudeNa: -1, startMs: 2, stopMs: 5, neurons: [1, 3] },
    },
    {
      source: { type: "StepCurrentSource", times: [0, 2.5], amplitudes: [1, 0] },
      wanted: { type: "StepCurrentSource", timesMs: [0, 2.5], amplitudesNa: [1, 0] },
    },
    {
      source: { type: "NoisyCurrentSource", mean: 0.1, stdev: 0.2, dt: 2, neurons: { start: 2 } },
      wanted: { type: "NoisyCurrentSource", meanNa: 0.1, stdevNa: 0.2, intervalTicks: 4, startMs: 0, neurons: [2, 3] },
    },
    {
      source: { type: "NoisyCurrentSource", stdev: 1 },
      wanted: { type: "NoisyCurrentSource", meanNa: 0, stdevNa: 1, intervalTicks: 1, startMs: 0 },
    },
  ])("$source.type reads $source", ({ source, wanted }) => {
    expect(injected(source)).toEqual([wanted]);
  });

  it.each([
    { source: { type: "ACSource" }, code: "UNKNOWN_NAME", field: "type" },
    { source: { type: "DCSource" }, code: "MISSING_FIELD", field: "amplitude" },
    { source: { type: "DCSource", amplitude: 1, mean: 1 }, code: "MISPLACED_FIELD", field: "mean" },
    { source: { type: "DCSource", amplitude: 1, start: -1 }, code: "VALUE_RANGE", field: "start" },
    { source: { type: "DCSource", amplitude: 1, start: 3, stop: 2 }, code: "VALUE_RANGE", field: "stop" },
    {
      source: { type: "StepCurrentSource", times: [1, 2], amplitudes: [1] },
      code: "COUNT_MISMATCH",
      field: "amplitudes",
    },
    {
      source: { type: "StepCurrentSource", times: [2, 1], amplitudes: [1, 1] },
      code: "VALUE_RANGE",
      field: "times[1]",
    },
    { source: { type: "NoisyCurrentSource", mean: 1 }, code: "MISSING_FIELD", field: "stdev" },
    { source: { type: "NoisyCurrentSource", stdev: -1 }, code: "VALUE_RANGE", field: "stdev" },
    { source: { type: "NoisyCurrentSource", stdev: 1, dt: 0.7 }, code: "VALUE_RANGE", field: "dt" },
    { source: { type: "DCSource", amplitude: 1, neurons: [4] }, code: "VALUE_RANGE", field: "neurons[0]" },
  ])("rejects $source", ({ source, code, field }) => {
    const place = `net.json: populations[0].inject[0].${field}`;
    expect(() => injected(source)).toThrow(expect.objectContaining({ code, place }));
  });
});

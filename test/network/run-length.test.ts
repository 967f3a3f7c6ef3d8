import { describe, expect, it } from "vitest";
import { readNetwork } from "../../src/network/read-network.ts";
import { MAX_RUN_TICKS, withDuration } from "../../src/network/run-length.ts";

const DOCUMENT = {
  timestep_ms: 0.1,
  populations: [
    { name: "input", size: 1, cell: { type: "SpikeSourcePoisson" } },
    { name: "cell", size: 1, cell: { type: "IF_curr_exp" } },
  ],
};
const network = (more: object) => readNetwork(JSON.stringify({ ...DOCUMENT, ...more }), "net.json");
const PHASES = [
  { duration_ms: 100 },
  { duration_ms: 50, set_parameters: [{ population: "input", parameters: { rate: 5 } }] },
];

describe("a run of another length", () => {
  it.each([
    { ms: 40, phases: [40], because: "phases after the end are left out" },
    { ms: 100, phases: [100], because: "a phase that would begin at the end is left out, too" },
    { ms: 120, phases: [100, 20], because: "the phase that the end lies in is cut short" },
    { ms: 500, phases: [100, 400], because: "the last phase goes on for longer" },
  ])("of $ms ms: $because", ({ ms, phases }) => {
    const changed = withDuration(network({ phases: PHASES }), ms, "--duration");
    expect(changed.phases.map(({ durationMs }) => durationMs)).toEqual(phases);
  });

  it.each([0.05, 10.07, 1e12])("of %d ms is refused: no whole ticks, or more than 32 bits count", (ms) => {
    expect(() => withDuration(network({ duration_ms: 1 }), ms, "--duration")).toThrow(
      expect.objectContaining({ code: "VALUE_RANGE", place: "--duration" }),
    );
  });
});

describe("ticks are counted in 32 bits", () => {
  const longestMs = MAX_RUN_TICKS / 10;

  it("so a run of that many is read, and one tick more is refused", () => {
    expect(network({ duration_ms: longestMs }).phases).toHaveLength(1);
    expect(() => network({ duration_ms: longestMs + 0.1 })).toThrow(
      expect.objectContaining({ code: "VALUE_RANGE", place: "net.json: duration_ms" }),
    );
  });

  it("for all phases together", () => {
    const half = { duration_ms: (MAX_RUN_TICKS + 1) / 20 };
    expect(() => network({ phases: [half, half] })).toThrow(
      expect.objectContaining({ code: "VALUE_RANGE", place: "net.json: phases" }),
    );
  });
});

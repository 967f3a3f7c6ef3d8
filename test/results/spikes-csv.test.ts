import { describe, expect, it } from "vitest";
import { SPIKES_CSV_HEADER, spikesCsvLines } from "../../src/results/spikes-csv.ts";
import { irregularSpikes, spikesAt, syntheticRun } from "./synthetic-run.ts";

const population = (name: string, spikes: ReturnType<typeof spikesAt>) => ({
  name,
  size: 10,
  cellType: "IF_cond_exp",
  spikes,
  signals: [],
});

describe("spikes.csv", () => {
  it("has one line a spike: population, neuron, tick, time in ms", () => {
    expect(SPIKES_CSV_HEADER).toBe("population,neuron,tick,time_ms\n");
    const run = { timestepMicros: 100, populations: [population("E", spikesAt([3, 7], [139, 0]))] };
    expect([...spikesCsvLines(run)].join("")).toBe("E,7,3,0.3\nE,0,139,13.9\n");
  });

  it("goes by time first, then by population", () => {
    const run = {
      timestepMicros: 1000,
      populations: [population("E", spikesAt([2, 0], [5, 1])), population("I", spikesAt([2, 3], [4, 0]))],
    };
    expect([...spikesCsvLines(run)].join("")).toBe("E,0,2,2\nI,3,2,2\nI,0,4,4\nE,1,5,5\n");
  });

  it("quotes names that would break the line", () => {
    const run = { timestepMicros: 1000, populations: [population('I, "inner"', spikesAt([0, 0]))] };
    expect([...spikesCsvLines(run)].join("")).toBe('"I, ""inner""",0,0,0\n');
  });

  it("is the same however the run is cut into stretches", () => {
    const spikes = irregularSpikes(10, 300, 1000, 100, 5);
    const whole = { timestepMicros: 1000, populations: [population("E", spikes), population("I", spikes)] };
    const stretch = (from: number, to: number) => {
      const kept = spikes.tick.map((tick, i) => (tick >= from && tick < to ? i : -1)).filter((i) => (i | 0) >= 0);
      const part = { tick: kept.map((i) => spikes.tick[i]!), neuron: kept.map((i) => spikes.neuron[i]!) };
      return [...spikesCsvLines({ ...whole, populations: [population("E", part), population("I", part)] })].join("");
    };
    const text = [...spikesCsvLines(whole)].join("");
    expect(text.split("\n").length - 1).toBe(2 * spikes.tick.length);
    expect(stretch(0, 100) + stretch(100, 101) + stretch(101, 300)).toBe(text);
  });

  it("has no lines for populations whose spikes were not recorded", () => {
    const run = syntheticRun();
    expect([...spikesCsvLines({ ...run, populations: run.populations.slice(1, 2) })]).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { phaseMarks } from "../../src/report/phase-marks.ts";
import { rasterSvg } from "../../src/report/raster.ts";
import type { Results } from "../../src/results/results.ts";
import { irregularSpikes, spikesAt, syntheticRun } from "../results/synthetic-run.ts";

function runOf(...populations: readonly Partial<Results["populations"][number]>[]): Results {
  return {
    networkName: "net",
    seed: 1,
    timestepMicros: 1000,
    ticks: 100,
    populations: populations.map((population, index) => ({
      name: `p${index}`,
      size: 10,
      cellType: "IF_cond_exp",
      spikes: spikesAt(),
      signals: [],
      ...population,
    })),
  };
}

interface DrawnPath {
  readonly colour: string;
  /** Points in the path's own units, 4 a pixel from the band's top left corner. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Follows each path's relative moves back to absolute points. */
function paths(svg: string): readonly DrawnPath[] {
  return [...svg.matchAll(/<path d="([^"]*)"[^>]* stroke="([^"]*)"/g)].map(([, d, colour]) => {
    let x = 0;
    let y = 0;
    const moves = [...d!.matchAll(/m(-?\d+) ?(-?\d+)h0/g)];
    expect(moves.map(([move]) => move).join("")).toBe(d);
    const points = moves.map(([, dx, dy]) => {
      x += Number(dx);
      y += Number(dy);
      return [x, y] as const;
    });
    return { colour: colour!, points };
  });
}

describe("raster.svg", () => {
  it("has one path a population that was recorded, and none for the others", () => {
    expect(paths(rasterSvg(syntheticRun()))).toHaveLength(2);
  });

  it("puts a spike at its time to the right and its neuron upwards", () => {
    const [path] = paths(rasterSvg(runOf({ spikes: spikesAt([0, 0], [50, 9], [75, 4]) }), { width: 422, height: 100 }));
    // 200 pixels of time and 100 of neurons, 4 steps each: neuron n of 10 has its middle at (n + 0.5) / 10.
    expect(path!.points).toEqual([
      [0, 380],
      [400, 20],
      [600, 220],
    ]);
  });

  it("draws every spike of a plot that is not overfull", () => {
    const spikes = irregularSpikes(50, 400, 1000, 20, 3);
    const [path] = paths(rasterSvg({ ...runOf({ size: 50, spikes }), ticks: 400 }));
    expect(path!.points).toHaveLength(spikes.tick.length);
  });

  it("draws spikes on the same point once", () => {
    const spikes = irregularSpikes(10, 100_000, 100, 300, 3);
    const [path] = paths(rasterSvg({ ...runOf({ spikes }), ticks: 100_000 }, { width: 322 }));
    expect(path!.points.length).toBeLessThan(spikes.tick.length / 2);
    expect(new Set(path!.points.map(String)).size).toBe(path!.points.length);
  });

  it("is the same bytes each time", () => {
    expect(rasterSvg(syntheticRun())).toBe(rasterSvg(structuredClone(syntheticRun())));
  });

  it("colours by role: given, or read from the name", () => {
    const run = runOf({ name: "E" }, { name: "I" }, { name: "input", cellType: "SpikeSourcePoisson" }, { name: "E2" });
    const colours = paths(rasterSvg(run)).map(({ colour }) => colour);
    expect(new Set(colours).size).toBe(4);
    const swapped = new Map([
      ["E", "inhibitory"],
      ["I", "excitatory"],
    ] as const);
    const others = paths(rasterSvg(run, { roles: swapped })).map(({ colour }) => colour);
    expect(others.slice(0, 2)).toEqual([colours[1], colours[0]]);
  });

  it("gives few cells beside many a band of their own that can be seen", () => {
    const svg = rasterSvg(runOf({ size: 100_000 }, { size: 2, spikes: spikesAt([1, 0], [1, 1]) }));
    expect(paths(svg)[1]!.points.map(([, y]) => y)).toEqual([72, 24]);
  });

  it("says so when nothing was recorded", () => {
    expect(rasterSvg(runOf())).toContain("no spikes were recorded");
  });

  it("escapes names and shows marks", () => {
    const svg = rasterSvg(runOf({ name: "<b>&" }), { marks: [{ timeMs: 50, text: "phase 2" }] });
    expect(svg).toContain("&lt;b&gt;&amp;");
    expect(svg).not.toContain("<b>");
    expect(svg).toContain("phase 2");
  });

  it("can mark where the phases of a run begin", () => {
    // The second phase is in two stretches, since a current changes within it.
    const phases = [
      { ticks: 2500, phase: 0 },
      { ticks: 400, phase: 1 },
      { ticks: 600, phase: 1 },
      { ticks: 1500, phase: 2 },
    ];
    expect(phaseMarks({ timestepMicros: 100, phases })).toEqual([
      { timeMs: 250, text: "phase 2" },
      { timeMs: 350, text: "phase 3" },
    ]);
    expect(phaseMarks({ timestepMicros: 100, phases: [{ ticks: 5, phase: 0 }] })).toEqual([]);
  });
});

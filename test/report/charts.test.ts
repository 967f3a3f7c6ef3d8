import { describe, expect, it } from "vitest";
import { heatMapSvg } from "../../src/report/heat-map.ts";
import { recordedVariables, signalHistogramSvg, spikeCountHistogramSvg } from "../../src/report/histogram-chart.ts";
import { rateBinMs, rateChartSvg } from "../../src/report/rate-chart.ts";
import type { Results, Signal } from "../../src/results/results.ts";
import { spikesAt, syntheticRun } from "../results/synthetic-run.ts";

/** The outlines of a chart: points of each stepped path, to the tenth of a pixel. */
function outlines(svg: string): readonly (readonly (readonly [x: number, y: number])[])[] {
  return [...svg.matchAll(/<path d="M([^Z"]*)Z?"/g)].map(([, d]) =>
    d!.split("L").map((point) => point.split(",").map(Number) as unknown as readonly [number, number]),
  );
}

function oneSignal(words: readonly number[]): Results {
  const signal: Signal = {
    variable: "v",
    unit: "mV",
    intervalTicks: 1,
    neurons: Uint32Array.of(0),
    words: Int32Array.from(words),
    scale: Float64Array.of(0.5),
  };
  return {
    networkName: "net",
    seed: 1,
    timestepMicros: 1000,
    ticks: words.length,
    populations: [{ name: "E", size: 1, cellType: "IF_cond_exp", spikes: spikesAt(), signals: [signal] }],
  };
}

describe("chart of rates", () => {
  it("has one outline a recorded population, and is the same bytes each time", () => {
    const svg = rateChartSvg(syntheticRun());
    expect(outlines(svg)).toHaveLength(2);
    expect(rateChartSvg(syntheticRun())).toBe(svg);
  });

  it("is higher where more spikes are", () => {
    const run = { ...syntheticRun(), ticks: 20 };
    const e = { ...run.populations[0]!, spikes: spikesAt([1, 0], [12, 0], [13, 1], [14, 2]) };
    const [outline] = outlines(rateChartSvg({ ...run, populations: [e] }, { binMs: 10 }));
    const heights = [...new Set(outline!.map(([, y]) => y))].toSorted((a, b) => b - a);
    // Pixels above the baseline: 20 Hz in the first bin, 60 Hz in the second.
    expect((heights[0]! - heights[2]!) / (heights[0]! - heights[1]!)).toBeCloseTo(3, 1);
  });

  it("takes wider bins for longer runs", () => {
    expect(rateBinMs({ ticks: 1000, timestepMicros: 1000 })).toBe(5);
    expect(rateBinMs({ ticks: 1_000_000, timestepMicros: 1000 })).toBe(2500);
  });
});

describe("histogram of a signal", () => {
  it("has one outline a population that recorded it", () => {
    expect(recordedVariables(syntheticRun())).toEqual(["v", "gsyn_exc"]);
    expect(outlines(signalHistogramSvg(syntheticRun(), "gsyn_exc"))).toHaveLength(1);
    expect(signalHistogramSvg(syntheticRun(), "u")).toContain("nothing recorded");
  });

  it("shows shares of the samples, in user units", () => {
    const svg = signalHistogramSvg(oneSignal([-120, -120, -120, -100]), "v", { domain: [-60, -50], bins: 2 });
    expect(svg).toContain("v (mV)");
    const [outline] = outlines(svg);
    const [low, high] = [...new Set(outline!.map(([, y]) => y))].toSorted((a, b) => a - b);
    const baseline = Math.max(...outline!.map(([, y]) => y));
    expect((baseline - low!) / (baseline - high!)).toBeCloseTo(3, 1);
  });

  it("leaves rare extremes beyond the axis, and says so", () => {
    const usual = Array.from({ length: 5000 }, (_, i) => i % 100);
    expect(signalHistogramSvg(oneSignal(usual), "v")).not.toContain("extremes");
    expect(signalHistogramSvg(oneSignal([...usual, 100_000]), "v")).toContain("extremes left out");
  });

  it("can show a signal that never changes", () => {
    expect(outlines(signalHistogramSvg(oneSignal([7, 7, 7]), "v"))).toHaveLength(1);
  });
});

describe("histogram of spike counts", () => {
  it("leaves out spike sources", () => {
    expect(outlines(spikeCountHistogramSvg(syntheticRun()))).toHaveLength(1);
  });
});

describe("heat map", () => {
  const map = {
    title: "Rate",
    quantity: "rate (Hz)",
    x: { title: "g_exc (nS)", values: ["4", "5", "6"] },
    y: { title: "g_inh (nS)", values: ["51", "67"] },
    values: Float64Array.of(0, 5, 10, 1, Number.NaN, 120),
  };

  it("has a square a value with its number, the first row at the bottom, and a cross where there is none", () => {
    const svg = heatMapSvg(map);
    const numbers = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*font-size="10"[^>]*>([\d.]+)</g)]
      .map(([, x, y, text]) => ({ x: Number(x), y: Number(y), text }))
      .filter(({ y }) => y > 84);
    expect(numbers.map(({ text }) => text)).toEqual(["0.00", "5.00", "10.0", "1.00", "120"]);
    expect(numbers[0]!.y).toBeGreaterThan(numbers[3]!.y);
    expect(numbers[0]!.x).toBe(numbers[3]!.x);
    expect(svg.match(/<line /g)).toHaveLength(2);
  });

  it("is darker for more", () => {
    const fills = [...heatMapSvg(map).matchAll(/<rect [^>]*fill="rgb\((\d+), (\d+), (\d+)\)"/g)].slice(-5);
    const brightness = fills.map(([, r, g, b]) => Number(r) + Number(g) + Number(b));
    expect(brightness[4]).toBe(Math.min(...brightness));
    expect(brightness[0]).toBe(Math.max(...brightness));
  });

  it("can be empty or all unknown", () => {
    expect(heatMapSvg({ ...map, values: new Float64Array(6).fill(Number.NaN) })).not.toContain("NaN");
    const nothing = { ...map, x: { title: "", values: [] }, values: new Float64Array(0) };
    expect(heatMapSvg(nothing)).not.toMatch(/NaN|Infinity/);
  });
});

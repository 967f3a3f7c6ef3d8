import { describe, expect, it } from "vitest";
import { sampleCount } from "../../src/results/pieces.ts";
import type { Signal } from "../../src/results/results.ts";
import { signalHistogram, signalRange } from "../../src/results/signal-statistics.ts";

/** Two cells whose words have different units, three samples. */
const signal: Signal = {
  variable: "gsyn_exc",
  unit: "uS",
  intervalTicks: 1,
  neurons: Uint32Array.of(4, 9),
  words: Int32Array.of(-8, 1, 0, 2, 4, 3),
  scale: Float64Array.of(0.5, 10),
};
const nothing: Signal = { ...signal, words: new Int32Array(0) };

describe("range of a signal", () => {
  it("is in user units, each cell by its own scale", () => {
    expect(signalRange(signal)).toEqual({ min: -4, max: 30, mean: (-4 + 0 + 2 + 10 + 20 + 30) / 6 });
    expect(sampleCount(signal)).toBe(3);
  });

  it("does not exist when nothing was recorded", () => {
    expect(signalRange(nothing)).toBeUndefined();
    expect(signalRange({ ...nothing, neurons: new Uint32Array(0), scale: new Float64Array(0) })).toBeUndefined();
  });
});

describe("histogram of a signal", () => {
  it("counts an inner edge upwards and the highest edge into the last bin", () => {
    expect(signalHistogram(signal, -10, 30, 4)).toEqual({
      low: -10,
      high: 30,
      count: Uint32Array.of(1, 2, 1, 2),
      outside: 0,
    });
  });

  it("says how many values lie outside", () => {
    expect(signalHistogram(signal, 0, 10, 2)).toMatchObject({ count: Uint32Array.of(2, 1), outside: 3 });
  });
});

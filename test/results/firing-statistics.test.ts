import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  activeFraction,
  firstSpikeMs,
  meanCvIsi,
  meanRateHz,
  spikeCounts,
} from "../../src/results/firing-statistics.ts";
import type { SpikeTrains } from "../../src/results/spike-trains.ts";
import { irregularSpikes, spikesAt } from "./synthetic-run.ts";

/** A group of two cells for 1000 ticks of 1 ms, unless said otherwise. */
function trains(pairs: readonly (readonly [number, number])[], overrides: Partial<SpikeTrains> = {}): SpikeTrains {
  return { size: 2, ticks: 1000, timestepMicros: 1000, ...spikesAt(...pairs), ...overrides };
}

describe("mean rate", () => {
  it("is spikes per cell and second", () => {
    expect(
      meanRateHz(
        trains([
          [1, 0],
          [2, 0],
          [3, 1],
        ]),
      ),
    ).toBe(1.5);
  });

  it("takes seconds from ticks and timestep", () => {
    expect(
      meanRateHz(
        trains(
          [
            [1, 0],
            [2, 0],
            [3, 1],
          ],
          { timestepMicros: 100 },
        ),
      ),
    ).toBe(15);
  });

  it("is 0 for silent cells, and does not exist without cells or without time", () => {
    expect(meanRateHz(trains([]))).toBe(0);
    expect(meanRateHz(trains([], { size: 0 }))).toBeUndefined();
    expect(meanRateHz(trains([], { ticks: 0 }))).toBeUndefined();
  });
});

describe("active fraction and first spike", () => {
  it("counts each cell once", () => {
    const group = trains(
      [
        [5, 1],
        [7, 1],
        [9, 1],
      ],
      { size: 4 },
    );
    expect([...spikeCounts(group)]).toEqual([0, 3, 0, 0]);
    expect(activeFraction(group)).toBe(0.25);
  });

  it("gives the first spike in ms, if there is one", () => {
    expect(firstSpikeMs(trains([[139, 1]], { timestepMicros: 100 }))).toBe(13.9);
    expect(firstSpikeMs(trains([]))).toBeUndefined();
  });
});

describe("CV of inter-spike intervals", () => {
  it("is 0 for a clock", () => {
    expect(
      meanCvIsi(
        trains([
          [0, 0],
          [10, 0],
          [20, 0],
          [30, 0],
          [40, 0],
        ]),
      ),
    ).toBe(0);
  });

  it("is standard deviation over mean: intervals 1, 3, 1, 3 have 1/2", () => {
    expect(
      meanCvIsi(
        trains([
          [0, 0],
          [1, 0],
          [4, 0],
          [5, 0],
          [8, 0],
        ]),
      ),
    ).toBe(0.5);
  });

  it("leaves out cells with fewer than 4 intervals", () => {
    const pairs: [number, number][] = [
      [0, 0],
      [0, 1],
      [1, 0],
      [4, 0],
      [5, 0],
      [6, 1],
      [8, 0],
      [700, 1],
      [701, 1],
    ];
    expect(meanCvIsi(trains(pairs))).toBe(0.5);
    expect(meanCvIsi(trains(pairs.filter(([, neuron]) => neuron === 1)))).toBeUndefined();
  });

  it("averages over cells, not over intervals", () => {
    const pairs: [number, number][] = [];
    for (let i = 0; i <= 100; i++) pairs.push([i, 0]);
    for (const tick of [0, 1, 4, 5, 8]) pairs.push([tick, 1]);
    pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(meanCvIsi(trains(pairs))).toBe(0.25);
  });

  it("is close to 1 for cells that fire at random", () => {
    const random = irregularSpikes(200, 10_000, 100, 50, 3);
    const cv = meanCvIsi({ size: 200, ticks: 10_000, timestepMicros: 100, ...random });
    expect(cv).toBeGreaterThan(0.93);
    expect(cv).toBeLessThan(1.02);
  });

  it("does not change when all intervals are stretched", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 4, maxLength: 50 }),
        fc.integer({ min: 2, max: 20 }),
        (intervals, factor) => {
          const at = (stretch: number): SpikeTrains => {
            let tick = 0;
            const ticks = [0, ...intervals.map((interval) => (tick += interval * stretch))];
            return trains(
              ticks.map((t) => [t, 0] as const),
              { ticks: tick + 1 },
            );
          };
          expect(meanCvIsi(at(factor))).toBeCloseTo(meanCvIsi(at(1))!, 12);
        },
      ),
    );
  });
});

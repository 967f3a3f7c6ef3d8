import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  binnedActivity,
  fanoFactor,
  meanPairCorrelation,
  rateOverTimeHz,
  survivalMs,
} from "../../src/results/population-activity.ts";
import { type SpikeTrains, sortedSpikes } from "../../src/results/spike-trains.ts";
import { irregularSpikes, spikesAt } from "./synthetic-run.ts";

function trains(pairs: readonly (readonly [number, number])[], overrides: Partial<SpikeTrains> = {}): SpikeTrains {
  return { size: 2, ticks: 100, timestepMicros: 1000, ...spikesAt(...pairs), ...overrides };
}

describe("activity in bins", () => {
  it("puts tick t into bin t / bin width and leaves out a bin the run's end cuts short", () => {
    const { binTicks, count } = binnedActivity(
      trains(
        [
          [0, 0],
          [9, 0],
          [10, 1],
          [24, 0],
        ],
        { ticks: 25 },
      ),
      10,
    );
    expect(binTicks).toBe(10);
    expect([...count]).toEqual([2, 1]);
  });

  it("is a rate per cell when divided by cells and bin width", () => {
    expect([
      ...rateOverTimeHz(
        trains(
          [
            [0, 0],
            [9, 0],
            [10, 1],
          ],
          { ticks: 20 },
        ),
        10,
      ),
    ]).toEqual([100, 50]);
  });

  it("uses bins of at least one tick", () => {
    expect(binnedActivity(trains([]), 0.01).binTicks).toBe(1);
  });
});

describe("Fano factor", () => {
  it("is 0 when every bin holds the same number", () => {
    expect(
      fanoFactor(
        trains(
          [
            [0, 0],
            [5, 0],
            [10, 1],
            [15, 1],
          ],
          { ticks: 20 },
        ),
      ),
    ).toBe(0);
  });

  it("is variance over mean: counts 0 and 4 have variance 4 and mean 2", () => {
    expect(
      fanoFactor(
        trains(
          [
            [5, 0],
            [6, 0],
            [7, 0],
            [8, 0],
          ],
          { ticks: 10 },
        ),
      ),
    ).toBe(2);
  });

  it("does not exist for silent cells", () => {
    expect(fanoFactor(trains([]))).toBeUndefined();
  });

  it("is close to 1 for cells that fire at random and independently", () => {
    const random = irregularSpikes(300, 10_000, 100, 20, 7);
    expect(fanoFactor({ size: 300, ticks: 10_000, timestepMicros: 100, ...random })).toBeCloseTo(1, 0);
  });
});

describe("mean pair correlation", () => {
  it("is 1 for cells that fire together", () => {
    const together = [
      [1, 0],
      [1, 1],
      [12, 0],
      [12, 1],
      [13, 0],
      [13, 1],
    ] as const;
    expect(meanPairCorrelation(trains(together))).toBeCloseTo(1, 12);
  });

  it("is -1 for two cells that fire in turn", () => {
    const inTurn = [
      [1, 0],
      [2, 0],
      [3, 0],
      [11, 1],
      [12, 1],
      [13, 1],
    ] as const;
    expect(meanPairCorrelation(trains(inTurn, { ticks: 20 }))).toBeCloseTo(-1, 12);
  });

  it("does not exist for a single cell, for cells with 2 spikes or for cells that fire once in every bin", () => {
    expect(
      meanPairCorrelation(
        trains([
          [1, 0],
          [12, 0],
          [13, 0],
        ]),
      ),
    ).toBeUndefined();
    expect(
      meanPairCorrelation(
        trains([
          [1, 0],
          [2, 1],
          [12, 0],
          [13, 1],
        ]),
      ),
    ).toBeUndefined();
    const everyBin = [
      [1, 0],
      [1, 1],
      [11, 0],
      [11, 1],
      [21, 0],
      [21, 1],
    ] as const;
    expect(meanPairCorrelation(trains(everyBin, { ticks: 30 }))).toBeUndefined();
  });

  it("is the mean of Pearson's coefficient over all pairs", () => {
    const spike = fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(fc.array(spike, { minLength: 3, maxLength: 120 }), (pairs) => {
        const raw = spikesAt(...pairs);
        const group = { size: 6, ticks: 100, timestepMicros: 1000, ...sortedSpikes(raw.tick, raw.neuron) };
        const expected = pairByPair(group);
        const measured = meanPairCorrelation(group);
        if (expected === undefined) expect(measured).toBeUndefined();
        else expect(measured).toBeCloseTo(expected, 9);
      }),
    );
  });
});

/** The definition, written down as it stands. */
function pairByPair(group: SpikeTrains): number | undefined {
  const cells = Array.from({ length: group.size }, () => new Array<number>(10).fill(0));
  for (let i = 0; i < group.tick.length; i++) cells[group.neuron[i]!]![Math.floor(group.tick[i]! / 10)]! += 1;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = (a: readonly number[], b: readonly number[]): number =>
    mean(a.map((value, bin) => (value - mean(a)) * (b[bin]! - mean(b))));
  const eligible = cells.filter((counts) => mean(counts) * 10 > 2.5 && new Set(counts).size > 1);
  const coefficients = eligible.flatMap((a, i) =>
    eligible.slice(i + 1).map((b) => covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b))),
  );
  return coefficients.length === 0 ? undefined : mean(coefficients);
}

describe("survival", () => {
  it.each([
    { ticks: [30, 60, 90, 120], survival: 150, because: "no silence of 50 ms: the whole run" },
    { ticks: [30, 60, 110, 120], survival: 60, because: "60 to 110 ms is a silence of 50 ms" },
    { ticks: [30, 60, 100], survival: 100, because: "the last 50 ms are silent" },
    { ticks: [30, 60, 101], survival: 150, because: "the last 49 ms are silent, which is not enough" },
    { ticks: [120], survival: 150, because: "silence before the first spike does not count" },
    { ticks: [], survival: 0, because: "cells that never fire never lived" },
  ])("is $survival ms: $because", ({ ticks, survival }) => {
    expect(
      survivalMs(
        trains(
          ticks.map((tick) => [tick, 0] as const),
          { ticks: 150 },
        ),
      ),
    ).toBe(survival);
  });
});

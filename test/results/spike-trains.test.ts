import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pooledSpikeTrains, sortedSpikes, spikeTrains } from "../../src/results/spike-trains.ts";
import { spikesAt, syntheticRun } from "./synthetic-run.ts";

const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 0xffff_ffff })));
const inOrder = (a: readonly [number, number], b: readonly [number, number]): number => a[0] - b[0] || a[1] - b[1];

describe("sorting spikes", () => {
  it("orders by tick, then neuron, for all 32-bit numbers", () => {
    fc.assert(
      fc.property(pairs, (some) => {
        const raw = spikesAt(...some);
        const sorted = sortedSpikes(raw.tick, raw.neuron);
        expect(sorted).toEqual(spikesAt(...some.toSorted(inOrder)));
        expect(raw).toEqual(spikesAt(...some));
      }),
    );
  });
});

describe("pooled spike trains", () => {
  it("number the cells on, in the order of the list, and stay in order of time", () => {
    const population = (size: number, ...spikes: readonly (readonly [number, number])[]) => ({
      name: "p",
      size,
      cellType: "IF_cond_exp",
      spikes: spikesAt(...spikes),
      signals: [],
    });
    const pooled = pooledSpikeTrains({ ticks: 10, timestepMicros: 1000 }, [
      population(3, [1, 2], [4, 0]),
      population(2, [0, 1], [1, 0], [4, 1]),
    ]);
    expect(pooled).toMatchObject({ size: 5, ticks: 10, ...spikesAt([0, 4], [1, 2], [1, 3], [4, 0], [4, 4]) });
  });

  it("leave out populations whose spikes were not recorded, cells and all", () => {
    const run = syntheticRun();
    expect(spikeTrains(run, run.populations[1]!)).toBeUndefined();
    expect(pooledSpikeTrains(run, run.populations).size).toBe(5 + 2);
  });
});

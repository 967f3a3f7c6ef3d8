import { describe, expect, it } from "vitest";
import { spikeArrayEvents } from "../../src/pipeline/spike-array.ts";

/** Ticks and neurons of the events of the first `size` sources. */
function events(timesMs: readonly (readonly number[])[], timestepMicros = 1000): number[] {
  return [...spikeArrayEvents(timesMs, timestepMicros).of({ population: 0, lo: 0, hi: timesMs.length })];
}

describe("spikes of a SpikeSourceArray", () => {
  it("belong to the tick their time is rounded to, half up", () => {
    expect(events([[0, 1.4, 1.5, 2.5]])).toEqual([0, 0, 1, 0, 2, 0, 3, 0]);
    expect(events([[0.25]], 100)).toEqual([3, 0]);
  });

  it("come in the order of ticks, then of sources", () => {
    expect(events([[5, 1], [1]])).toEqual([1, 0, 1, 1, 5, 0]);
  });

  it("are left out where no run gets, instead of coming round to small ticks", () => {
    expect(events([[7, 2 ** 32, 2 ** 32 + 3, 1e300]])).toEqual([7, 0]);
  });

  it("need a plane for each spike of one source in one tick", () => {
    expect(spikeArrayEvents([[]], 1000).planes).toBe(1);
    expect(spikeArrayEvents([[3, 3.1, 3.2], [3]], 1000).planes).toBe(3);
  });

  it("are cut into slices with neurons counted from the slice's first", () => {
    const all = spikeArrayEvents([[1], [2], [3]], 1000);
    const slice = { population: 0, lo: 1, hi: 3 };
    expect([...all.of(slice)]).toEqual([2, 0, 3, 1]);
    expect(all.count(slice)).toBe(2);
  });
});

import { describe, expect, it } from "vitest";
import { gridMachine, spin3 } from "../../src/machine/index.ts";
import { POISSON_PLANES, SPIKE_SOURCE_POISSON } from "../../src/models/spike-source-poisson.ts";
import {
  type CellDescription,
  NetworkBuilder,
  SpikeSourceArray,
  SpikeSourcePoisson,
} from "../../src/network/builder/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";

/** Spike counts of sources by tick: Uint16Array[size] each. */
async function counts(
  cell: CellDescription,
  size: number,
  ticks: number,
  options: { readonly timestepMs?: number; readonly seed?: number; readonly neuronsPerCore?: number } = {},
): Promise<Uint16Array[]> {
  const { timestepMs = 1, seed = 5, ...deployOptions } = options;
  const net = new NetworkBuilder({ timestepMs, seed });
  net.population("sources", size, cell, { record: ["spikes"] });
  const { results } = await emulate(deploy(net.run(ticks * timestepMs).build(), spin3(), deployOptions));
  const { tick, neuron } = results.populations[0]!.spikes!;
  const result = Array.from({ length: ticks }, () => new Uint16Array(size));
  tick.forEach((t, i) => {
    result[t]![neuron[i]!]!++;
  });
  return result;
}

const sum = (rows: readonly Uint16Array[]): number =>
  rows.reduce((all, row) => all + row.reduce((a, b) => a + b, 0), 0);

describe("SpikeSourcePoisson", () => {
  it.each([
    { rate: 7, timestepMs: 0.1 },
    { rate: 90, timestepMs: 0.1 },
    { rate: 100, timestepMs: 1 },
    { rate: 2500, timestepMs: 1 },
    { rate: 38_000, timestepMs: 1 },
  ])(
    "has its mean rate of $rate Hz and Poisson's variance, in ticks of $timestepMs ms",
    async ({ rate, timestepMs }) => {
      const [size, ticks] = [100, 1000];
      const rows = await counts(SpikeSourcePoisson({ rate }), size, ticks, { timestepMs });
      const lambda = (rate * timestepMs) / 1000;
      const n = size * ticks;
      expect(Math.abs(sum(rows) - n * lambda)).toBeLessThan(4 * Math.sqrt(n * lambda));
      let squares = 0;
      for (const row of rows) for (const k of row) squares += (k - lambda) ** 2;
      // Variance of the sample variance of Poisson counts: lambda + 2 lambda^2 a sample.
      expect(Math.abs(squares / n - lambda)).toBeLessThan(4 * Math.sqrt((lambda + 2 * lambda ** 2) / n));
    },
  );

  it("counts spikes a tick by Poisson's law", async () => {
    const [size, ticks, lambda] = [200, 500, 1.5];
    const rows = await counts(SpikeSourcePoisson({ rate: 1500 }), size, ticks);
    const histogram = new Array<number>(12).fill(0);
    for (const row of rows) for (const k of row) histogram[Math.min(k, 11)]!++;
    let [chiSquare, probability, rest] = [0, Math.exp(-lambda), 1];
    for (let k = 0; k < 8; k++) {
      const expected = size * ticks * probability;
      chiSquare += (histogram[k]! - expected) ** 2 / expected;
      rest -= probability;
      probability *= lambda / (k + 1);
    }
    const tail = histogram.slice(8).reduce((a, b) => a + b);
    chiSquare += (tail - size * ticks * rest) ** 2 / (size * ticks * rest);
    // 0.999 quantile with 8 degrees of freedom.
    expect(chiSquare).toBeLessThan(26.1);
  });

  it("fires from start on for duration, to the tick", async () => {
    const rows = await counts(SpikeSourcePoisson({ rate: 5000, start: 10, duration: 20 }), 50, 60);
    const active = rows.map((row) => row.some((k) => k > 0));
    expect(active).toEqual(Array.from({ length: 60 }, (_, t) => t >= 10 && t < 30));
  });

  it("takes rates, starts and durations one a source, and rate 0", async () => {
    const cell = SpikeSourcePoisson({ rate: [0, 3000, 3000], start: [0, 0, 20], duration: [100, 20, 100] });
    const rows = await counts(cell, 3, 40);
    expect(rows.map((row) => [...row].map((k) => k > 0)).every(([silent]) => silent === false)).toBe(true);
    expect(sum(rows.slice(20).map((row) => row.subarray(1, 2)))).toBe(0);
    expect(sum(rows.slice(0, 20).map((row) => row.subarray(2, 3)))).toBe(0);
    expect(sum(rows.slice(20).map((row) => row.subarray(2, 3)))).toBeGreaterThan(20);
  });

  it("draws the same spikes however the population is cut, others for another seed", async () => {
    const cell = SpikeSourcePoisson({ rate: 200 });
    const whole = await counts(cell, 100, 100);
    expect(await counts(cell, 100, 100, { neuronsPerCore: 7 })).toEqual(whole);
    expect(await counts(cell, 100, 100, { seed: 6 })).not.toEqual(whole);
  });

  it("correlates neither neighbouring sources nor neighbouring ticks", async () => {
    const [size, ticks] = [100, 1000];
    const rows = await counts(SpikeSourcePoisson({ rate: 500 }), size, ticks);
    let [sources, time] = [0, 0];
    for (let t = 0; t < ticks; t++) {
      for (let n = 0; n < size; n++) {
        const here = rows[t]![n]! - 0.5;
        if (n > 0) sources += here * (rows[t]![n - 1]! - 0.5);
        if (t > 0) time += here * (rows[t - 1]![n]! - 0.5);
      }
    }
    // Each sum of n products of independent counts has the variance n lambda^2.
    const deviation = 0.5 * Math.sqrt(size * ticks);
    expect(Math.abs(sources)).toBeLessThan(4 * deviation);
    expect(Math.abs(time)).toBeLessThan(4 * deviation);
  });

  it("refuses more than 40 spikes a tick, saying how many Hz that is", async () => {
    await expect(counts(SpikeSourcePoisson({ rate: 41_000 }), 1, 1)).rejects.toMatchObject({
      code: "PARAMETER_RANGE",
      parameter: "rate",
    });
  });

  it("takes the variant that serves every phase", () => {
    const context = { size: 1, timestepMs: 1, initial: {}, options: {}, weightUnits: {}, streamKey: 0 };
    const parameters = { rate: 1, start: 0, duration: 1e10 };
    const alone = SPIKE_SOURCE_POISSON.encode({ ...context, parameters });
    const withLater = SPIKE_SOURCE_POISSON.encode({
      ...context,
      parameters,
      parametersOfPhases: [parameters, { ...parameters, rate: 5000 }],
    });
    expect(alone.model.receive.spikes).toHaveLength(POISSON_PLANES[0]!);
    expect(withLater.model.receive.spikes).toHaveLength(POISSON_PLANES[1]!);
  });
});

describe("SpikeSourceArray", () => {
  async function spikes(times: number[][], timestepMs: number, ticks: number): Promise<[number, number][]> {
    const rows = await counts(SpikeSourceArray(times), times.length, ticks, { timestepMs });
    return rows.flatMap((row, tick) =>
      [...row].flatMap((count, n) => Array.from({ length: count }, (): [number, number] => [tick, n])),
    );
  }

  it("fires each source in the ticks it is told, in any order", async () => {
    expect(await spikes([[3, 1], [], [1, 9]], 1, 10)).toEqual([
      [1, 0],
      [1, 2],
      [3, 0],
      [9, 2],
    ]);
  });

  it("sends a packet for each of several spikes in one tick", async () => {
    expect(await spikes([[2, 2, 2], [2]], 1, 4)).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 1],
    ]);
  });

  it("rounds times off the grid to the nearest tick, halves up", async () => {
    expect(await spikes([[0.04, 0.05, 0.14, 0.26]], 0.1, 5)).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
      [3, 0],
    ]);
  });

  it("keeps times after the end of the run to itself", async () => {
    expect(await spikes([[4, 5, 1000]], 1, 5)).toEqual([[4, 0]]);
  });

  it("gives the same spikes on another machine", async () => {
    const net = new NetworkBuilder({ timestepMs: 1 });
    net.population("array", 40, SpikeSourceArray(Array.from({ length: 40 }, (_, n) => [n, 2 * n])), {
      record: ["spikes"],
      maxNeuronsPerCore: 3,
    });
    const network = net.run(100).build();
    const [one, other] = await Promise.all(
      [spin3(), gridMachine("3x3", { width: 3, height: 3, wrapX: false, wrapY: false })].map((machine) =>
        emulate(deploy(network, machine)),
      ),
    );
    expect(other!.results).toEqual(one!.results);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStream, stream } from "../../src/random/index.ts";

const anyStream = stream("weight", 3);

function sample(draw: (random: RandomStream) => number, n = 20_000, seed = 1): number[] {
  const random = new RandomStream(seed, anyStream);
  return Array.from({ length: n }, () => draw(random));
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

describe("a random stream", () => {
  it("is a function of seed, stream and element, whatever was drawn before", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(2 ** 40), fc.nat(200), fc.nat(200), (seed, element, before, draws) => {
        const visited = new RandomStream(seed, anyStream, 9);
        for (let i = 0; i < before; i++) visited.word();
        visited.at(element);
        const fresh = new RandomStream(seed, anyStream, element);
        for (let i = 0; i < draws; i++) expect(visited.word()).toBe(fresh.word());
      }),
    );
  });

  it("draws the same whatever it was told to make ahead", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(600), (guess, draws) => {
        const guessed = new RandomStream(1, anyStream).at(4, guess);
        const plain = new RandomStream(1, anyStream, 4);
        for (let i = 0; i < draws; i++) expect(guessed.word()).toBe(plain.word());
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    { what: "seeds", a: new RandomStream(1, anyStream), b: new RandomStream(2, anyStream) },
    { what: "elements", a: new RandomStream(1, anyStream, 0), b: new RandomStream(1, anyStream, 1) },
    {
      what: "elements 2^32 apart",
      a: new RandomStream(1, anyStream, 5),
      b: new RandomStream(1, anyStream, 5 + 2 ** 32),
    },
    {
      what: "purposes",
      a: new RandomStream(1, stream("weight", 3)),
      b: new RandomStream(1, stream("delay", 3)),
    },
    {
      what: "projections",
      a: new RandomStream(1, stream("weight", 3)),
      b: new RandomStream(1, stream("weight", 4)),
    },
    {
      what: "variables",
      a: new RandomStream(1, stream("initial", 3, "v")),
      b: new RandomStream(1, stream("initial", 3, "u")),
    },
  ])("shares no word with one of other $what", ({ a, b }) => {
    const words = new Set(Array.from({ length: 500 }, () => a.word()));
    expect(Array.from({ length: 500 }, () => b.word()).filter((word) => words.has(word))).toEqual([]);
  });
});

describe("below", () => {
  it.each([1, 2, 3, 1000, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 3_000_000_000, 2 ** 32])("stays below %i", (n) => {
    for (const x of sample((random) => random.below(n), 200)) {
      expect(Number.isInteger(x) && x >= 0 && x < n).toBe(true);
    }
  });

  it.each([7, 3 * 2 ** 14, 2 ** 16, 3_000_000_000])("favours no part of 0 .. %i: thirds are equally likely", (n) => {
    const counts = [0, 0, 0];
    for (const x of sample((random) => random.below(n), 21_000)) counts[Math.floor((3 * x) / n)]!++;
    // 7 integers fall 3, 2, 2 into thirds.
    const share = n === 7 ? [3 / 7, 2 / 7, 2 / 7] : [1 / 3, 1 / 3, 1 / 3];
    counts.forEach((count, third) => {
      const p = share[third]!;
      expect(Math.abs(count - 21_000 * p)).toBeLessThan(4.5 * Math.sqrt(21_000 * p * (1 - p)));
    });
  });
});

describe("distributions have the moments of their law (4.5 standard errors, fixed seed)", () => {
  it.each([
    { name: "uniform", draw: (r: RandomStream) => r.uniform(), mean: 0.5, variance: 1 / 12, fourth: 1 / 80 },
    { name: "normal", draw: (r: RandomStream) => r.normal(), mean: 0, variance: 1, fourth: 3 },
    { name: "exponential", draw: (r: RandomStream) => r.exponential(), mean: 1, variance: 1, fourth: 9 },
  ])("$name", ({ draw, mean, variance, fourth }) => {
    const n = 20_000;
    const found = moments(sample(draw, n));
    expect(Math.abs(found.mean - mean)).toBeLessThan(4.5 * Math.sqrt(variance / n));
    expect(Math.abs(found.variance - variance)).toBeLessThan(4.5 * Math.sqrt((fourth - variance ** 2) / n));
  });

  it("normal numbers fall within 1, 2 and 3 standard deviations as often as the normal law says", () => {
    const n = 20_000;
    const values = sample((random) => random.normal(), n);
    for (const [sd, p] of [
      [1, 0.6826894921],
      [2, 0.9544997361],
      [3, 0.9973002039],
    ] as const) {
      const inside = values.filter((x) => Math.abs(x) < sd).length;
      expect(Math.abs(inside - n * p)).toBeLessThan(4.5 * Math.sqrt(n * p * (1 - p)));
    }
  });
});

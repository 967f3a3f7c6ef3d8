import { describe, expect, it } from "vitest";
import { Mt19937 } from "../../src/random/index.ts";

describe("Mt19937", () => {
  it("gives the authors' first and 10 000th word for their default seed", () => {
    const generator = new Mt19937(5489);
    expect(generator.word()).toBe(3499211612);
    for (let i = 2; i < 10_000; i++) generator.word();
    expect(generator.word()).toBe(4123659995); // also the value the C++ standard prescribes for std::mt19937
  });

  it.each([
    { seed: 0, first: 0.5488135039273248 },
    { seed: 1, first: 0.417022004702574 },
    { seed: 42, first: 0.3745401188473625 },
  ])("samples what numpy.random.RandomState($seed).random_sample() gives", ({ seed, first }) => {
    expect(new Mt19937(seed).randomSample()).toBe(first);
  });

  it.each([0, 1, 311, 312, 313, 5000])("skips %i samples as if they had been drawn", (samples) => {
    const drawn = new Mt19937(7);
    for (let i = 0; i < samples; i++) drawn.randomSample();
    const skipped = new Mt19937(7);
    skipped.skip(samples);
    expect(skipped.randomSample()).toBe(drawn.randomSample());
  });
});

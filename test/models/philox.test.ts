import { describe, expect, it } from "vitest";
import { philox2x32 } from "../../src/models/philox.ts";

describe("philox2x32", () => {
  // Known answers published with Random123 (kat_vectors), 10 rounds.
  it.each([
    { low: 0, high: 0, key: 0, words: [0xff1dae59, 0x6cd10df2] },
    { low: 0xffffffff, high: 0xffffffff, key: 0xffffffff, words: [0x2c3f628b, 0xab4fd7ad] },
    { low: 0x243f6a88, high: 0x85a308d3, key: 0x13198a2e, words: [0xdd7ce038, 0xf62a4c12] },
  ])("gives the published words for counter ($low, $high) and key $key", ({ low, high, key, words }) => {
    expect(philox2x32(low, high, key)).toEqual(words);
  });
});

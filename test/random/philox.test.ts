import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { philoxBlocks, philoxBlocksSimd } from "../../src/random/index.ts";

function block(counter: readonly number[], key: readonly number[]): number[] {
  const out = new Uint32Array(4);
  philoxBlocks(out, 1, counter[0]!, counter[1]!, counter[2]!, counter[3]!, key[0]!, key[1]!);
  return [...out];
}

/** philox4x32 with 10 rounds in `kat_vectors` of Random123, the authors' own library. */
describe("philoxBlocks gives the known answers of Random123", () => {
  it.each([
    {
      because: "all zeros",
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      because: "all ones",
      counter: [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
      key: [0xffff_ffff, 0xffff_ffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      because: "the digits of pi",
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])("$because", ({ counter, key, words }) => {
    expect(block(counter, key)).toEqual(words);
  });
});

describe("philoxBlocks", () => {
  it("makes consecutive blocks as if each were made alone", () => {
    const many = new Uint32Array(12);
    philoxBlocks(many, 3, 0xffff_ffff, 1, 2, 3, 4, 5);
    const alone = [0xffff_ffff, 0, 1].flatMap((counter0) => block([counter0, 1, 2, 3], [4, 5]));
    expect([...many]).toEqual(alone);
  });
});

describe("philoxBlocksSimd", () => {
  const word = fc.nat(0xffff_ffff);

  it("makes the blocks of philoxBlocks, however many", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), fc.array(word, { minLength: 6, maxLength: 6 }), (blocks, words) => {
        const [c0, c1, c2, c3, k0, k1] = words as [number, number, number, number, number, number];
        const plain = new Uint32Array(blocks * 4 + 4);
        const vectors = new Uint32Array(blocks * 4 + 4);
        philoxBlocks(plain, blocks, c0, c1, c2, c3, k0, k1);
        philoxBlocksSimd(vectors, blocks, c0, c1, c2, c3, k0, k1);
        expect(vectors).toEqual(plain);
      }),
    );
  });

  it("carries on where the counter's first word wraps, and beyond a page", () => {
    for (const blocks of [4096, 4097]) {
      const plain = new Uint32Array(blocks * 4);
      const vectors = new Uint32Array(blocks * 4);
      philoxBlocks(plain, blocks, 0xffff_fffe, 1, 2, 3, 4, 5);
      philoxBlocksSimd(vectors, blocks, 0xffff_fffe, 1, 2, 3, 4, 5);
      expect(vectors).toEqual(plain);
    }
  });
});

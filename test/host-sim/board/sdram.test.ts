import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sdram } from "../../../src/host-sim/board/sdram.ts";

/** A stretch of three pages of 16 KiB. */
const START = 0x1_0000 - 0x4000;
const BYTES = 3 * 0x4000;

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const offset = fc.oneof(
  fc.integer({ min: 0, max: BYTES - 4 }),
  fc.constantFrom(0, 0x3ffc, 0x4000, 0x7ffe, 0x8000, BYTES - 4),
);
const action = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), offset, bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  fc.record({ kind: fc.constant("fill" as const), offset, word, words: fc.integer({ min: 0, max: BYTES / 4 }) }),
  fc.record({ kind: fc.constant("word" as const), offset, word }),
  fc.record({ kind: fc.constant("page" as const), offset }),
);

describe("SDRAM", () => {
  it("is 128 MiB of bytes, however little of it takes memory", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const sdram = new Sdram();
        const plain = new Uint8Array(BYTES);
        const words = new DataView(plain.buffer);
        for (const step of actions) {
          const aligned = step.offset & ~3;
          if (step.kind === "write") {
            const bytes = step.bytes.subarray(0, BYTES - step.offset);
            sdram.write(START + step.offset, bytes);
            plain.set(bytes, step.offset);
          } else if (step.kind === "fill") {
            const count = Math.min(step.words, (BYTES - aligned) / 4);
            sdram.fill(START + aligned, step.word, 4 * count);
            for (let i = 0; i < count; i++) words.setUint32(aligned + 4 * i, step.word, true);
          } else if (step.kind === "word") {
            sdram.writeWord(START + aligned, step.word);
            words.setUint32(aligned, step.word, true);
          } else {
            expect(sdram.page(START + step.offset)).toHaveLength(0x4000);
          }
          expect(sdram.readWord(START + aligned)).toBe(words.getUint32(aligned, true));
        }
        const all = new Uint8Array(BYTES);
        sdram.read(START, all);
        expect(Buffer.compare(all, plain)).toBe(0);
      }),
    );
  });

  it("hands out the same live page again and again", () => {
    const sdram = new Sdram();
    sdram.page(5)[5] = 7;
    expect(sdram.page(0x3fff)).toBe(sdram.page(0));
    expect(sdram.readWord(4)).toBe(0x0700);
  });
});

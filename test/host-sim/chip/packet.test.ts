import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasParityError, hasPayload, packet, withControl } from "../../../src/host-sim/chip/packet.ts";

const word = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const control = fc.integer({ min: 0, max: 0xff });

function ones(value: number): number {
  return (value >>> 0).toString(2).replaceAll("0", "").length;
}

describe("packet (datasheet §8.2)", () => {
  it("has odd parity over all its bits", () => {
    fc.assert(
      fc.property(control, word, fc.option(word, { nil: undefined }), (bits, key, payload) => {
        const made = packet(bits, key, payload);
        expect((ones(made.control) + ones(made.key) + ones(made.payload)) % 2).toBe(1);
        expect(hasParityError(made)).toBe(false);
      }),
    );
  });

  it("says by control bit 1 whether it carries a payload, whatever software wrote there", () => {
    fc.assert(
      fc.property(control, word, (bits, key) => {
        expect(hasPayload(packet(bits, key))).toBe(false);
        expect(hasPayload(packet(bits, key, 0))).toBe(true);
      }),
    );
  });

  it("is damaged by any single wrong bit", () => {
    fc.assert(
      fc.property(control, word, word, fc.integer({ min: 0, max: 31 }), (bits, key, payload, bit) => {
        const made = packet(bits, key, payload);
        expect(hasParityError({ ...made, key: made.key ^ (1 << bit) })).toBe(true);
      }),
    );
  });

  it("keeps key and payload under a new control byte", () => {
    const made = withControl(packet(0x00, 5, 6), 0x30);
    expect(made).toMatchObject({ key: 5, payload: 6 });
    expect(made.control & 0xf2).toBe(0x32);
  });
});

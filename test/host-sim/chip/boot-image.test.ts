import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BootImage, crc32, IMAGE_BYTES, nnCheckSum } from "../../../src/host-sim/chip/boot-image.ts";

function datagram(op: number, a1: number, a3: number, words: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(18 + 4 * words.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 1);
  view.setUint32(2, op);
  view.setUint32(6, a1);
  view.setUint32(14, a3);
  for (const [i, word] of words.entries()) view.setUint32(18 + 4 * i, word);
  return bytes;
}

const START = 1;
const BLOCK = 3;
const CONTROL = 5;

function image() {
  const bytes = new Uint8Array(IMAGE_BYTES);
  return { tested: new BootImage(bytes), bytes };
}

describe("boot over Ethernet (bootROM flood_fill.c)", () => {
  it("is executed when every block has come, in any order, at the address that the control datagram gives", () => {
    const { tested, bytes } = image();
    tested.datagram(datagram(START, 0, 1));
    tested.datagram(datagram(BLOCK, (1 << 8) | 1, 0, [3, 4]));
    expect(tested.datagram(datagram(CONTROL, 1, 0x40))).toBeUndefined();
    tested.datagram(datagram(BLOCK, (1 << 8) | 0, 0, [0x01020304, 2]));
    expect(tested.datagram(datagram(CONTROL, 1, 0x40))).toEqual({ bytes: 16, address: 0x40 });
    expect([...bytes.subarray(0, 12)]).toEqual([4, 3, 2, 1, 2, 0, 0, 0, 3, 0, 0, 0]);
  });

  it("keeps the first copy of a block", () => {
    const { tested, bytes } = image();
    tested.datagram(datagram(START, 0, 0));
    tested.datagram(datagram(BLOCK, 0, 0, [1]));
    tested.datagram(datagram(BLOCK, 0, 0, [2]));
    expect(bytes[0]).toBe(1);
  });

  it("ignores blocks before a start, other versions, and starts for others than the monitor", () => {
    const { tested, bytes } = image();
    const other = datagram(START, 0, 0);
    other[1] = 2;
    tested.datagram(other);
    tested.datagram(datagram(START, 5, 0));
    tested.datagram(datagram(BLOCK, 0, 0, [1]));
    expect(tested.datagram(datagram(CONTROL, 1, 0))).toBeUndefined();
    expect(bytes[0]).toBe(0);
  });

  it("survives any datagram", () => {
    const { tested } = image();
    tested.datagram(datagram(START, 0, 255));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), fc.constantFrom(1, 3, 5), (bytes, op) => {
        if (bytes.length > 6) bytes.set([0, 1, 0, 0, 0, op]);
        tested.datagram(bytes);
      }),
    );
  });
});

describe("boot by nearest-neighbour packets", () => {
  const checked = (key: number, data: number): [number, number] => [key | (nnCheckSum(key, data) << 28), data];
  const words = [0x1111_1111, 0x2222_2222];
  const crc = crc32(new Uint8Array(Uint32Array.from(words).buffer));

  function block(tested: BootImage, number: number, sum: number = crc): void {
    tested.packet(...checked(0x0200_0103 | (number << 16), 0));
    words.forEach((word, i) => {
      tested.packet(...checked(0x0300_0003 | (number << 16) | (i << 8), word));
    });
    tested.packet(...checked(0x0400_0003 | (number << 16), sum));
  }

  const start = checked(0x0100_0003, 1 << 16);
  const execute = checked(0x0500_0103, 0);

  it("takes blocks whose CRC is right and is executed when all are there", () => {
    const { tested, bytes } = image();
    tested.packet(...start);
    block(tested, 0);
    expect(tested.packet(...execute)).toBeUndefined();
    block(tested, 1);
    expect(tested.packet(...execute)).toEqual({ bytes: 16, address: 0 });
    expect([...bytes.subarray(8, 16)]).toEqual([0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22]);
  });

  it("takes a block with a wrong CRC from the next neighbour", () => {
    const { tested } = image();
    tested.packet(...start);
    block(tested, 0, crc ^ 1);
    block(tested, 1);
    expect(tested.packet(...execute)).toBeUndefined();
    block(tested, 0);
    expect(tested.packet(...execute)).toBeDefined();
  });

  it("fills a gap in a block with words of another copy", () => {
    const { tested } = image();
    tested.packet(...checked(0x0100_0003, 0));
    tested.packet(...checked(0x0200_0103, 0));
    tested.packet(...checked(0x0300_0103, words[1]!));
    tested.packet(...checked(0x0400_0003, crc));
    expect(tested.packet(...execute)).toBeUndefined();
    tested.packet(...checked(0x0300_0003, words[0]!));
    tested.packet(...checked(0x0400_0003, crc));
    expect(tested.packet(...execute)).toBeDefined();
  });

  it("ignores packets whose check sum is wrong, and Ethernet once links have started", () => {
    const { tested } = image();
    tested.packet(0x0100_0003 ^ (1 << 28), 1 << 16);
    tested.packet(...start);
    tested.datagram(datagram(START, 0, 0));
    tested.datagram(datagram(BLOCK, 0, 0, [1]));
    expect(tested.datagram(datagram(CONTROL, 1, 0))).toBeUndefined();
  });
});

describe("check sums", () => {
  it.each([
    { key: 0x0602_0102, data: 0, sum: 0x4 },
    { key: 0x0700_0006, data: 0x0003_0001, sum: 0xd },
    { key: 0x0c00_0702, data: 0x6780_0000, sum: 0x3 },
    { key: 0x003f_0002, data: 0x5002_ff42, sum: 0xc },
  ])("of nearest-neighbour packet $key / $data is $sum", ({ key, data, sum }) => {
    expect(nnCheckSum(key, data)).toBe(sum);
  });

  it("of a packet that carries it is 0", () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(word, word, (key, data) => {
        const bare = key & 0x0fff_ffff;
        expect(nnCheckSum(bare | (nnCheckSum(bare, data) << 28), data)).toBe(0);
      }),
    );
  });

  it("CRC-32 of '123456789' is 0xcbf43926", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf4_3926);
  });
});

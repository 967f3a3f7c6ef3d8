import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arpFrame,
  pingReply,
  readArpFrame,
  readUdpFrame,
  udpFrame,
} from "../../../src/host-sim/chip/internet-frames.ts";

const HOST = { mac: Uint8Array.of(2, 0, 192, 168, 240, 254), ip: Uint8Array.of(192, 168, 240, 254) };
const BOARD = { mac: Uint8Array.of(2, 0x5b, 192, 168, 240, 1), ip: Uint8Array.of(192, 168, 240, 1) };

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** Ones' complement sum of big-endian half-words; 0xffff over a header with a right check sum (RFC 1071). */
function halfWordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return sum;
}

describe("UDP frames", () => {
  it("have the header of RFC 791 with a right check sum", () => {
    const frame = udpFrame(HOST, BOARD, 40_000, 17_893, Uint8Array.of(1, 2, 3));
    expect(Buffer.from(frame.subarray(0, 14)).toString("hex")).toBe("025bc0a8f0010200c0a8f0fe0800");
    expect(halfWordSum(frame.subarray(14, 34))).toBe(0xffff);
    expect(frame).toHaveLength(60);
  });

  it("are read as they were written", () => {
    const port = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(port, port, fc.uint8Array({ maxLength: 1400 }), (from, to, payload) => {
        expect(readUdpFrame(udpFrame(HOST, BOARD, from, to, payload))).toEqual({
          sourceMac: HOST.mac,
          sourceIp: HOST.ip,
          destinationIp: BOARD.ip,
          sourcePort: from,
          destinationPort: to,
          payload,
        });
      }),
    );
  });

  it("that are cut or say a wrong length are not read", () => {
    const frame = udpFrame(HOST, BOARD, 1, 2, new Uint8Array(100));
    for (const length of [0, 14, 33, 40, 100]) expect(readUdpFrame(frame.subarray(0, length))).toBeUndefined();
    const lying = frame.slice();
    lying[38] = 0xff;
    expect(readUdpFrame(lying)).toBeUndefined();
  });

  it("any bytes are a frame or none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        if (bytes.length > 14) bytes.set([0x08, 0x00, 0x45], 12);
        readUdpFrame(bytes);
        readArpFrame(bytes);
        pingReply(bytes, BOARD);
      }),
    );
  });
});

describe("ARP frames (RFC 826)", () => {
  it("ask everybody, and answer the one who asked", () => {
    const request = arpFrame({ request: true, sender: BOARD, targetIp: HOST.ip }, new Uint8Array(6).fill(0xff));
    expect(Buffer.from(request.subarray(0, 42)).toString("hex")).toBe(
      "ffffffffffff025bc0a8f0010806000108000604000" + "1025bc0a8f001c0a8f001000000000000c0a8f0fe",
    );
    expect(readArpFrame(request)).toEqual({ request: true, sender: BOARD, targetIp: HOST.ip });
    const reply = arpFrame({ request: false, sender: HOST, targetIp: BOARD.ip }, BOARD.mac);
    expect(readArpFrame(reply)).toEqual({ request: false, sender: HOST, targetIp: BOARD.ip });
  });
});

describe("ping (RFC 792)", () => {
  const request = fromHex(
    "025bc0a8f0010200c0a8f0fe0800" + // Ethernet
      "4500001e000000004001d887c0a8f0fec0a8f001" + // IP, 30 bytes, ICMP
      "0800f7fd0001000161", // echo request; one more byte follows
  );

  it("is answered by whom it is addressed to, with what it carried", () => {
    const whole = new Uint8Array(60);
    whole.set(request);
    const reply = pingReply(whole, BOARD)!;
    expect(reply[34]).toBe(0);
    expect(halfWordSum(reply.subarray(34, 44))).toBe(0xffff);
    expect([...reply.subarray(38, 43)]).toEqual([0, 1, 0, 1, 0x61]);
    expect(pingReply(whole, HOST)).toBeUndefined();
  });
});

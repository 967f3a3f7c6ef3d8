import { describe, expect, it } from "vitest";
import { pcapFileHeader, pcapRecord, type TracedDatagram } from "../../../src/host-sim/board/index.ts";
import { spin3 } from "../../../src/machine/index.ts";
import { serveBoard } from "./served-board.ts";

describe("the trace", () => {
  it("has every datagram, in and out, with both ends", async () => {
    const traced: TracedDatagram[] = [];
    await using served = await serveBoard({ machine: spin3(), trace: (datagram) => traced.push(datagram) });
    await served.client.scp({ command: 0 });
    const board = served.board.address();
    const host = { address: "127.0.0.1", port: served.client.port };
    expect(traced.map(({ direction, payload }) => [direction, payload.length])).toEqual([
      ["in", 26],
      ["out", 48],
    ]);
    for (const datagram of traced) expect(datagram).toMatchObject({ board, host });
  });
});

describe("a capture file", () => {
  const DATAGRAM: TracedDatagram = {
    direction: "in",
    millis: 1234.567,
    board: { address: "127.0.0.2", port: 17893 },
    host: { address: "127.0.0.1", port: 50000 },
    payload: Uint8Array.of(1, 2, 3),
  };

  it("starts with the header of classic pcap, microseconds, raw IP", () => {
    expect(Buffer.from(pcapFileHeader()).toString("hex")).toBe("d4c3b2a1020004000000000000000000ffff000065000000");
  });

  it("has a record of time, lengths, IPv4 and UDP headers, and the payload", () => {
    const record = Buffer.from(pcapRecord(DATAGRAM));
    expect([record.readUInt32LE(0), record.readUInt32LE(4)]).toEqual([1, 234_567]);
    expect([record.readUInt32LE(8), record.readUInt32LE(12)]).toEqual([31, 31]);
    const ip = record.subarray(16, 36);
    expect([ip[0], ip.readUInt16BE(2), ip[9]]).toEqual([0x45, 31, 17]);
    expect([[...ip.subarray(12, 16)], [...ip.subarray(16, 20)]]).toEqual([
      [127, 0, 0, 1],
      [127, 0, 0, 2],
    ]);
    const udp = record.subarray(36);
    expect([udp.readUInt16BE(0), udp.readUInt16BE(2), udp.readUInt16BE(4)]).toEqual([50000, 17893, 11]);
    expect([...udp.subarray(8)]).toEqual([1, 2, 3]);
  });

  it("has an IP header whose checksum comes out right", () => {
    const ip = Buffer.from(pcapRecord(DATAGRAM)).subarray(16, 36);
    let sum = 0;
    for (let at = 0; at < 20; at += 2) sum += ip.readUInt16BE(at);
    expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff);
  });

  it("turns the ends round for what leaves the board", () => {
    const record = Buffer.from(pcapRecord({ ...DATAGRAM, direction: "out" }));
    expect([record.readUInt16BE(36), record.readUInt16BE(38)]).toEqual([17893, 50000]);
  });
});

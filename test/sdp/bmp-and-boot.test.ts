import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bmpTarget,
  bmpVersion,
  boardStatus,
  powerBoards,
  readBmpVersion,
  readBoardStatus,
  readFpga,
  writeBmpVersion,
} from "../../src/sdp/bmp-commands.ts";
import { BOOT_OPCODE, bootPackets, decodeBootPacket, encodeBootPacket } from "../../src/sdp/boot-packets.ts";
import { endpointOf } from "../../src/sdp/exchange.ts";
import {
  endFloodFill,
  floodFillBlock,
  regionOfChips,
  selectFloodFillCores,
  startFloodFill,
  stopByNearestNeighbour,
} from "../../src/sdp/flood-fill.ts";
import { decodeScpReply, encodeScpDatagram } from "../../src/sdp/scp.ts";
import type { ScpCommand } from "../../src/sdp/scp-command.ts";
import { decodeSdp, HOST_ENDPOINT, ROOT_CHIP, type SdpEndpoint } from "../../src/sdp/sdp.ts";
import { bytesOf, hexOf } from "./hex.ts";

function datagram(destination: SdpEndpoint, sequence: number, command: ScpCommand<unknown>): string {
  return hexOf(
    encodeScpDatagram({ flags: 0x87, tag: 0xff, destination, source: HOST_ENDPOINT }, { ...command, sequence }),
  );
}

describe("board management, as SpiNNMan sends it", () => {
  it.each<[string, number, number, ScpCommand<unknown>, string]>([
    ["VER of board 1", 1, 0x28, bmpVersion(), "000087ff01ff0000000000002800000000000000000000000000"],
    [
      "power on boards 0 and 1",
      0,
      0x29,
      powerBoards(true, [0, 1]),
      "000087ff00ff0000000039002900010000000300000000000000",
    ],
    ["status of board 1", 1, 0x2a, boardStatus(), "000087ff01ff0000000030002a00030000000000000000000000"],
    [
      "FPGA 1 register 0x40004",
      1,
      0x2b,
      readFpga(1, 0x4_0004, 4),
      "000087ff01ff0000000011002b00040004000400000001000000",
    ],
  ])("%s", (_name, board, sequence, command, expected) => {
    expect(datagram(endpointOf(bmpTarget(board)), sequence, command)).toBe(expected);
  });

  it("VER names frame and board", () => {
    const message = decodeSdp(
      bytesOf("00000708e0010000000080002800010100000001ffff0000005a4243264d502f5370696e352d424d5000322e312e3200"),
    );
    expect(message.source).toMatchObject({ core: 1 });
    const { body } = decodeScpReply(message.payload);
    const value = {
      codeBlock: 0,
      frame: 0,
      canId: 1,
      board: 1,
      bufferBytes: 256,
      buildTime: 0x5a00_0000,
      name: "BC&MP",
      hardware: "Spin5-BMP",
      version: [2, 1, 2] as const,
      label: "",
    };
    expect(readBmpVersion(body)).toEqual(value);
    expect(writeBmpVersion(value)).toEqual(body);
  });

  it("sensors are volts, degrees and revolutions; what is not fitted is undefined", () => {
    const body = new Uint8Array(48);
    const view = new DataView(body.buffer);
    view.setUint16(2, 1966, true);
    view.setUint16(14, 3277, true);
    view.setInt16(16, 25 * 256, true);
    view.setInt16(18, -0x8000, true);
    view.setInt16(32, -1, true);
    view.setInt16(34, 1200, true);
    view.setUint32(40, 5, true);
    const status = readBoardStatus(body);
    expect(status.core12[2]).toBeCloseTo(1.2, 3);
    expect(status.supply).toBeCloseTo(12, 2);
    expect(status.internalTemperatures.slice(0, 2)).toEqual([25, undefined]);
    expect(status.fans.slice(0, 2)).toEqual([undefined, 1200]);
    expect(status.warning).toBe(5);
  });
});

describe("boot packets", () => {
  it.each([
    {
      because: "start of 30 blocks",
      opcode: 1,
      operands: [0, 0, 29] as const,
      hex: "00010000000100000000000000000000001d",
    },
    { because: "execute", opcode: 5, operands: [1, 0, 0] as const, hex: "000100000005000000010000000000000000" },
    {
      because: "HELLO of ROM 2.1",
      opcode: BOOT_OPCODE.hello,
      operands: [0x0201_0000, 0, 0x4350_5453] as const,
      hex: "000100000041020100000000000043505453",
    },
  ])("$because", ({ opcode, operands, hex }) => {
    const packet = { opcode, operands, data: new Uint8Array(0) };
    expect(hexOf(encodeBootPacket(packet))).toBe(hex);
    expect(decodeBootPacket(bytesOf(hex))).toEqual(packet);
  });

  it("carry the image with the bytes of every word swapped", () => {
    const image = Uint8Array.from({ length: 1024 }, (_, byte) => byte & 0xff);
    const [start, block, execute] = bootPackets(image);
    expect([start!.length, block!.length, execute!.length]).toEqual([18, 1042, 18]);
    expect(hexOf(block!.subarray(0, 34))).toBe(
      "0001000000030000ff0000000000000000000302010007060504" + "0b0a09080f0e0d0c",
    );
  });

  it("give the image back, whatever its length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), (image) => {
        const packets = bootPackets(image).map(decodeBootPacket);
        const blocks = packets.filter(({ opcode }) => opcode === BOOT_OPCODE.block);
        expect(packets[0]!.operands[2]).toBe(blocks.length - 1);
        expect(blocks.map(({ operands }) => operands[0])).toEqual(blocks.map((_, n) => 0xff00 | n));
        const bytes = Buffer.concat(blocks.map(({ data }) => data));
        expect(bytes.length - image.length).toBeLessThan(4);
        expect(new Uint8Array(bytes.subarray(0, image.length))).toEqual(image);
      }),
    );
  });

  it("do not carry more than the ROM can hold", () => {
    expect(() => bootPackets(new Uint8Array(32 * 1024 + 1))).toThrow(
      expect.objectContaining({ code: "FIELD_OUT_OF_RANGE" }),
    );
  });

  it("other protocol versions and half words are refused", () => {
    for (const hex of ["0002000000010000000000000000000000", "00010000000100000000000000000000001d00"])
      expect(() => decodeBootPacket(bytesOf(hex))).toThrow(expect.objectContaining({ code: "BAD_DATAGRAM" }));
  });
});

describe("flood fill of 32 bytes to cores 1, 2 of chip (0, 0), as rig does it", () => {
  const root: SdpEndpoint = { ...ROOT_CHIP, core: 0, port: 0 };
  const image = Uint8Array.from({ length: 32 }, (_, byte) => byte);

  it.each<[string, number, ScpCommand<unknown>, string]>([
    ["start", 0x1f, startFloodFill(1, 1), "000087ff00ffffff000014001f000001020600000000183f0080"],
    ["select", 0x20, selectFloodFillCores(0x0003_0001, 6), "000087ff00ffffff0000140020000600000701000300183f0000"],
    [
      "block",
      0x21,
      floodFillBlock(1, 0, 0x6780_0000, image),
      "000087ff00ffffff0000170021000200183f0007000000008067000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    ],
    [
      "STOP of application 66",
      0x14,
      stopByNearestNeighbour(66),
      "000087ff00ffffff00001400140000003f0042ff0250003f0080",
    ],
  ])("%s", (_name, sequence, command, expected) => {
    expect(datagram(root, sequence, command)).toBe(expected);
  });

  it("end, with the wait flag; the cores come from the selection", () => {
    const expected = "000087ff00ffffff0000140022000200000f00000442183f0000";
    expect(datagram(root, 0x22, endFloodFill(1, 66, true))).toBe(expected);
  });

  it.each([
    { chips: [{ x: 0, y: 0 }], region: 0x0003_0001 },
    { chips: [{ x: 1, y: 2 }], region: 0x0003_0200 },
    { chips: [{ x: 5, y: 6 }], region: 0x0407_0200 },
    {
      chips: [
        { x: 4, y: 4 },
        { x: 7, y: 7 },
      ],
      region: 0x0407_8001,
    },
  ])("region 0x$region.toString(16)", ({ chips, region }) => {
    expect(regionOfChips(chips)).toBe(region);
  });

  it("a region lies in one block of 4x4 chips", () => {
    expect(() =>
      regionOfChips([
        { x: 3, y: 0 },
        { x: 4, y: 0 },
      ]),
    ).toThrow(expect.objectContaining({ code: "FIELD_OUT_OF_RANGE" }));
  });
});

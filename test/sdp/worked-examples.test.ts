import { describe, expect, it } from "vitest";
import {
  allocateRouterEntries,
  allocateSdram,
  decodeRouterRows,
  encodeRouterRows,
  fixedRoute,
  loadRouterEntries,
} from "../../src/sdp/allocation-commands.ts";
import {
  copyAndStartApplication,
  countCores,
  countCoresBySignal,
  imageChecksum,
  sendSignal,
  startApplication,
  startStagedApplication,
} from "../../src/sdp/application-commands.ts";
import {
  chipInfo,
  LED_ACTION,
  readChipInfo,
  readVersion,
  setLeds,
  version,
  writeChipInfo,
  writeVersion,
} from "../../src/sdp/chip-commands.ts";
import { CORE_STATE } from "../../src/sdp/core-state.ts";
import {
  clearIpTag,
  getIpTags,
  setIpTag,
  setIpTagToSender,
  setReverseIpTag,
  transientTagTimeout,
  writeIpTagEntry,
} from "../../src/sdp/ip-tag-commands.ts";
import { fillMemory, readLink, readMemory, writeMemory } from "../../src/sdp/memory-commands.ts";
import { decodeScpReply, encodeScpDatagram } from "../../src/sdp/scp.ts";
import { SCP_CODE } from "../../src/sdp/scp-codes.ts";
import type { ScpCommand } from "../../src/sdp/scp-command.ts";
import { decodeSdp, HOST_ENDPOINT, ROOT_CHIP, type SdpEndpoint } from "../../src/sdp/sdp.ts";
import { bytesOf, hexOf } from "./hex.ts";

// Datagrams that SpiNNMan's encoders make, or that SpiNNMan and rig understand, byte for byte.

const ROOT: SdpEndpoint = { ...ROOT_CHIP, core: 0, port: 0 };
const CHIP_0_0: SdpEndpoint = { x: 0, y: 0, core: 0, port: 0 };
const CHIP_1_0: SdpEndpoint = { x: 1, y: 0, core: 0, port: 0 };
const CHIP_1_2: SdpEndpoint = { x: 1, y: 2, core: 0, port: 0 };

function datagram(destination: SdpEndpoint, sequence: number, command: ScpCommand<unknown>): string {
  return hexOf(
    encodeScpDatagram({ flags: 0x87, tag: 0xff, destination, source: HOST_ENDPOINT }, { ...command, sequence }),
  );
}

const countTo32 = Uint8Array.from({ length: 32 }, (_, byte) => byte);

describe("requests", () => {
  it.each<[string, SdpEndpoint, number, ScpCommand<unknown>, string]>([
    ["VER", ROOT, 0, version(), "000087ff00ffffff0000 00000000 000000000000000000000000"],
    [
      "READ 16 bytes, word",
      CHIP_1_2,
      5,
      readMemory(0xf500_7f00, 16),
      "000087ff00ff0201000002000500007f00f51000000002000000",
    ],
    [
      "WRITE 8 bytes, word",
      CHIP_1_2,
      6,
      writeMemory(0x6024_0018, bytesOf("0123456789abcdef")),
      "000087ff00ff02010000030006001800246008000000020000000123456789abcdef",
    ],
    ["FILL", ROOT, 7, fillMemory(0x6024_0018, 0xdead_beef, 64), "000087ff00ffffff00000500070018002460efbeadde40000000"],
    ["LINK_READ", CHIP_0_0, 0x1d, readLink(2, 0xf500_7f00, 4), "000087ff00ff0000000011001d00007f00f50400000002000000"],
    ["INFO", CHIP_0_0, 0x13, chipInfo(), "000087ff00ff000000001f001300000000000000000000000000"],
    [
      "LED 0 toggle",
      CHIP_0_0,
      0x1c,
      setLeds([LED_ACTION.toggle]),
      "000087ff00ff0000000019001c00010000000000000000000000",
    ],
    [
      "IPTAG set",
      ROOT,
      8,
      setIpTag(1, { address: "192.168.240.1", port: 17895 }, true),
      "000087ff00ffffff00001a00080001000110e7450000c0a8f001",
    ],
    ["IPTAG set to sender", ROOT, 8, setIpTagToSender(1, true), "000087ff00ffffff00001a000800010001500000000000000000"],
    [
      "IPTAG reverse",
      ROOT,
      9,
      setReverseIpTag(2, 12345, { ...CHIP_1_2, core: 3, port: 1 }),
      "000087ff00ffffff00001a000900022301303930020100000000",
    ],
    ["IPTAG get", ROOT, 0xa, getIpTags(1), "000087ff00ffffff00001a000a00010002000100000000000000"],
    ["IPTAG clear", ROOT, 0xb, clearIpTag(1), "000087ff00ffffff00001a000b00010003000000000000000000"],
    ["IPTAG time-out 9", ROOT, 0xc, transientTagTimeout(9), "000087ff00ffffff00001a000c00000004000900000000000000"],
    [
      "ALLOC 1024, tag 1",
      CHIP_0_0,
      0xd,
      allocateSdram(66, 1024, 1, false),
      "000087ff00ff000000001c000d00004200000004000001000000",
    ],
    [
      "ALLOC with tag retry",
      CHIP_0_0,
      0xe,
      allocateSdram(66, 1024, 1, true),
      "000087ff00ff000000001c000e00004204000004000001000000",
    ],
    [
      "ALLOC 2 router entries",
      CHIP_0_0,
      0xf,
      allocateRouterEntries(66, 2),
      "000087ff00ff000000001c000f00034200000200000000000000",
    ],
    [
      "RTR load 2 rows at 1",
      CHIP_0_0,
      0x11,
      loadRouterEntries(66, 0x6780_0000, 2, 1),
      "000087ff00ff000000001d001100024202000000806701000000",
    ],
    ["RTR fixed route", CHIP_0_0, 0x12, fixedRoute(), "000087ff00ff000000001d001200030000000000008000000000"],
    [
      "AS cores 1, 2, wait",
      CHIP_0_0,
      0x1a,
      startApplication(0x6780_0000, { appId: 66, coreMask: 6, wait: true }),
      "000087ff00ff0000000018001a00000080670600044200000000",
    ],
    [
      "AR same cores",
      CHIP_0_0,
      0x1b,
      startStagedApplication({ appId: 66, coreMask: 6, wait: true }),
      "000087ff00ff0000000013001b00060004420000000000000000",
    ],
    [
      "APP_COPY_RUN",
      CHIP_1_0,
      0x1e,
      copyAndStartApplication(3, 32, imageChecksum(countTo32), { appId: 66, coreMask: 6, wait: true }),
      "000087ff00ff0001000015001e0083c303442000000006000442",
    ],
    ["SIG START", ROOT, 0x15, sendSignal("START", 66), "000087ff00ffffff0000160015000000000042ff0300ffff0000"],
    ["SIG SYNC0", ROOT, 0x16, sendSignal("SYNC0", 66), "000087ff00ffffff0000160016000000000042ff0400ffff0000"],
    ["SIG STOP", ROOT, 0x17, sendSignal("STOP", 66), "000087ff00ffffff0000160017000200000042ff0200ffff0000"],
    [
      "COUNT in WAIT",
      CHIP_0_0,
      0x18,
      countCores(66, CORE_STATE.WAIT),
      "000087ff00ff000000000f001800420000000500000000000000",
    ],
    [
      "SIG count in WAIT (3.4.1)",
      ROOT,
      0x19,
      countCoresBySignal(66, CORE_STATE.WAIT),
      "000087ff00ffffff0000160019000100000042ff6500ffff0000",
    ],
  ])("%s", (_name, destination, sequence, command, expected) => {
    expect(datagram(destination, sequence, command)).toBe(expected.replaceAll(" ", ""));
  });

  it("stages routing rows behind a WRITE", () => {
    const rows = {
      key: Uint32Array.of(0x0001_0000, 0x0002_0000),
      mask: Uint32Array.of(0xffff_0000, 0xfffe_0000),
      route: Uint32Array.of(0x81, 0x04),
    };
    const expected =
      "000087ff00ff00000000030010000000806720000000020000000000000081000000000001000000ffff0100000004000000000002000000feff";
    expect(datagram(CHIP_0_0, 0x10, writeMemory(0x6780_0000, encodeRouterRows(rows)))).toBe(expected);
    expect(decodeRouterRows(bytesOf(expected).subarray(26))).toEqual({ ...rows, index: Uint16Array.of(0, 1) });
  });
});

describe("replies", () => {
  function bodyOf(hex: string, sequence: number, code: number = SCP_CODE.OK): Uint8Array {
    const reply = decodeScpReply(decodeSdp(bytesOf(hex)).payload);
    expect(reply).toMatchObject({ sequence, code });
    return reply.body;
  }

  const scampVersion = {
    chip: { x: 0, y: 0 },
    physicalCore: 17,
    virtualCore: 0,
    bufferBytes: 256,
    buildTime: 0x6500_0000,
    name: "SC&MP",
    hardware: "SpiNNaker",
    version: [4, 0, 0] as const,
    label: "",
  };

  it("VER of a booted board", () => {
    const body = bodyOf(
      "00000708ff0000000000 8000 0000 00110000 0001ffff 00000065 5343264d502f5370694e4e616b657200342e302e3000",
      0,
    );
    expect(readVersion(body)).toEqual(scampVersion);
    expect(writeVersion(scampVersion)).toEqual(body);
  });

  it("VER while booting has no address yet", () => {
    const body = bodyOf(
      "00000708ff0000000000800001000011ffff0001ffff000000655343264d502f5370694e4e616b657200342e302e3000",
      1,
    );
    expect(readVersion(body)).toEqual({ ...scampVersion, chip: undefined });
    expect(writeVersion({ ...scampVersion, chip: undefined })).toEqual(body);
  });

  it("VER of SCAMP 1.33 carries the version as a number", () => {
    const body = bodyOf("00000708ff0000000000800000000001000000018500000000555343264d502f5370694e4e616b657200", 0);
    expect(readVersion(body)).toMatchObject({ name: "SC&MP", hardware: "SpiNNaker", version: [1, 33, 0] });
  });

  it("VER of SARK on chip (1, 2) core 3 keeps the request's flags", () => {
    const hex = "00008708ff030000020180000200030502010001ffff000000655341524b2f5370694e4e616b657200342e302e3000";
    expect(decodeSdp(bytesOf(hex))).toMatchObject({ flags: 0x87, source: { x: 1, y: 2, core: 3, port: 0 } });
    expect(readVersion(bodyOf(hex, 2))).toMatchObject({ name: "SARK", chip: { x: 1, y: 2 }, virtualCore: 3 });
  });

  it("READ of 16 bytes", () => {
    const body = bodyOf("00000708ff000000020180000500000102030405060708090a0b0c0d0e0f", 5);
    expect(readMemory(0xf500_7f00, 16).readReply(body)).toEqual(countTo32.subarray(0, 16));
  });

  it("a plain OK and RC_CPU have no body", () => {
    expect(bodyOf("00000708ff000000020180000600", 6)).toHaveLength(0);
    expect(bodyOf("00000708ff120000020188000700", 7, SCP_CODE.CPU)).toHaveLength(0);
  });

  it("INFO of a fresh Ethernet chip", () => {
    const body = bodyOf(
      "00000708ff00000000008000130012ffff02e0ff5b07dc560000070f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0000c0a8f0020700",
      0x13,
    );
    const info = {
      workingCores: 18,
      links: 0x3f,
      freeRouterEntries: 1023,
      ethernetUp: true,
      freeSdram: 123_469_792,
      freeSysRam: 22_236,
      coreStates: Uint8Array.of(CORE_STATE.RUN, ...new Array<number>(17).fill(CORE_STATE.IDLE)),
      ethernetChip: { x: 0, y: 0 },
      ipAddress: "192.168.240.2",
      parentLink: 7,
    };
    expect(readChipInfo(body)).toEqual(info);
    expect(writeChipInfo(info)).toEqual(body);
  });

  it("INFO before SCAMP 3.4.1 has no parent link", () => {
    expect(readChipInfo(new Uint8Array(36)).parentLink).toBeUndefined();
  });

  it("IPTAG set answers the tag", () => {
    expect(setIpTagToSender(1, true).readReply(bodyOf("00000708ff00000000008000080001000000", 8))).toBe(1);
  });

  it("IPTAG get answers the entry", () => {
    const body = bodyOf(
      "00000708ff000000000080000a00c0a8f001020000aabbcce7450000008100000000000000000000000000000000",
      0xa,
    );
    const [entry] = getIpTags(1).readReply(body);
    expect(entry).toEqual({
      ipAddress: "192.168.240.1",
      mac: bytesOf("020000aabbcc"),
      txPort: 17895,
      timeout: 0,
      flags: 0x8100,
      count: 0,
      rxPort: 0,
      destination: CHIP_0_0,
    });
    expect(writeIpTagEntry(entry!)).toEqual(body);
  });

  it("IPTAG time-out answers the pool", () => {
    expect(transientTagTimeout(9).readReply(bodyOf("00000708ff000000000080000c0009200808", 0xc))).toEqual({
      timeout: 9,
      entryBytes: 32,
      fixedTags: 8,
      transientTags: 8,
    });
  });

  it("ALLOC answers an address, or an entry, or 0 for none", () => {
    const sdram = allocateSdram(66, 1024, 1, true);
    expect(sdram.readReply(bodyOf("00000708ff000000000080000d0018002460", 0xd))).toBe(0x6024_0018);
    expect(sdram.readReply(new Uint8Array(4))).toBeUndefined();
    expect(allocateRouterEntries(66, 2).readReply(bodyOf("00000708ff000000000080000f0001000000", 0xf))).toBe(1);
  });

  it("COUNT answers 26 bytes, the older SIG 18", () => {
    const count = bodyOf("00000708ff000000000080001800100000000500000000000000", 0x18);
    expect(countCores(66, 5)).toMatchObject({ minBody: count.length, maxBody: count.length });
    expect(countCores(66, 5).readReply(count)).toBe(16);
    expect(countCoresBySignal(66, 5).readReply(bodyOf("00000708ff00000000008000190010000000", 0x19))).toBe(16);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeRouterRows,
  encodeRouterRows,
  packAllocation,
  packRouter,
  unpackAllocation,
  unpackRouter,
} from "../../src/sdp/allocation-commands.ts";
import {
  imageChecksum,
  packApplicationStart,
  packSignal,
  unpackApplicationStart,
  unpackSignal,
} from "../../src/sdp/application-commands.ts";
import { readChipInfo, readVersion, writeChipInfo, writeVersion } from "../../src/sdp/chip-commands.ts";
import {
  ipText,
  ipWord,
  packIpTag,
  readIpTagEntry,
  unpackIpTag,
  writeIpTagEntry,
} from "../../src/sdp/ip-tag-commands.ts";
import { memoryUnit } from "../../src/sdp/memory-commands.ts";
import { decodeScpReply, decodeScpRequest, encodeScpReply, encodeScpRequest } from "../../src/sdp/scp.ts";
import { decodeSdp, encodeSdp } from "../../src/sdp/sdp.ts";

const byte = fc.nat(255);
const half = fc.nat(0xffff);
const word = fc.nat(0xffff_ffff);
const bytes = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max });
const endpoint = fc.record({ x: byte, y: byte, core: fc.nat(31), port: fc.nat(7) });
const ipAddress = fc.tuple(byte, byte, byte, byte).map((octets) => octets.join("."));
const text = fc.stringMatching(/^[A-Za-z&0-9]{0,12}$/);

/** Reading gives back what was written, for every value a field can hold. */
function roundTrip<Value>(name: string, values: fc.Arbitrary<Value>, there: (value: Value) => unknown): void {
  it(name, () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(there(value)).toEqual(value);
      }),
    );
  });
}

describe("what is written is read back", () => {
  roundTrip(
    "SDP message",
    fc.record({ flags: byte, tag: byte, destination: endpoint, source: endpoint, payload: bytes(272) }),
    (message) => decodeSdp(encodeSdp(message)),
  );
  roundTrip(
    "SCP request",
    fc.record({ command: half, sequence: half, arg1: word, arg2: word, arg3: word, data: bytes(256) }),
    (request) => decodeScpRequest(encodeScpRequest(request)),
  );
  roundTrip("SCP reply", fc.record({ code: half, sequence: half, body: bytes(268) }), (reply) =>
    decodeScpReply(encodeScpReply(reply)),
  );
  roundTrip(
    "VER reply",
    fc.record({
      // (255, 255) is how a monitor says that it has no address yet.
      chip: fc.option(fc.record({ x: fc.nat(254), y: byte }), { nil: undefined }),
      physicalCore: byte,
      virtualCore: byte,
      bufferBytes: half,
      buildTime: word,
      name: text,
      hardware: text,
      version: fc.tuple(byte, byte, byte),
      label: text,
    }),
    (value) => readVersion(writeVersion(value)),
  );
  roundTrip(
    "INFO reply",
    fc.record({
      workingCores: fc.nat(18),
      links: fc.nat(63),
      freeRouterEntries: fc.nat(1023),
      ethernetUp: fc.boolean(),
      freeSdram: word,
      freeSysRam: word,
      coreStates: fc.uint8Array({ minLength: 18, maxLength: 18 }),
      ethernetChip: fc.record({ x: byte, y: byte }),
      ipAddress,
      parentLink: fc.option(fc.nat(7), { nil: undefined }),
    }),
    (info) => readChipInfo(writeChipInfo(info)),
  );
  roundTrip(
    "application start word",
    fc.record({ appId: byte, coreMask: fc.nat(0x1ffff).map((mask) => mask << 1), wait: fc.boolean() }),
    (start) => unpackApplicationStart(packApplicationStart(start)),
  );
  roundTrip("signal word", fc.record({ signal: fc.nat(15), appId: byte, appMask: byte }), (signal) =>
    unpackSignal(packSignal(signal.signal, signal)),
  );
  roundTrip("ALLOC argument", fc.record({ operation: byte, appId: byte, flags: byte }), (argument) =>
    unpackAllocation(packAllocation(argument)),
  );
  roundTrip("RTR argument", fc.record({ operation: byte, appId: byte, count: fc.nat(1024) }), (argument) =>
    unpackRouter(packRouter(argument)),
  );
  roundTrip(
    "IPTAG argument",
    fc.record({ flags: fc.nat(7), operation: byte, portAndCore: byte, tag: byte }),
    (argument) => unpackIpTag(packIpTag(argument)),
  );
  roundTrip(
    "IP tag entry",
    fc.record({
      ipAddress,
      mac: fc.uint8Array({ minLength: 6, maxLength: 6 }),
      txPort: half,
      timeout: half,
      flags: half,
      count: word,
      rxPort: half,
      destination: endpoint,
    }),
    (entry) => readIpTagEntry(writeIpTagEntry(entry)),
  );
  roundTrip("IPv4 address", ipAddress, (address) => ipText(ipWord(address)));
  roundTrip(
    "routing rows",
    fc.array(fc.tuple(word, word, word), { maxLength: 50 }).map((rows) => ({
      index: Uint16Array.from(rows, (_, row) => row),
      key: Uint32Array.from(rows, ([key]) => key),
      mask: Uint32Array.from(rows, ([, mask]) => mask),
      route: Uint32Array.from(rows, ([, , route]) => route),
    })),
    (rows) => decodeRouterRows(encodeRouterRows(rows)),
  );
});

describe("laws", () => {
  it("the transfer unit divides address and length", () => {
    fc.assert(
      fc.property(word, fc.integer({ min: 1, max: 256 }), (address, length) => {
        const unitBytes = 2 ** memoryUnit(address, length);
        expect([address % unitBytes, length % unitBytes]).toEqual([0, 0]);
      }),
    );
  });

  it("an image's checksum is the sum of its words, 29 bits of it", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 100 }), (words) => {
        const image = new Uint8Array(Uint32Array.from(words).buffer);
        const sum = words.reduce((total, next) => total + BigInt(next), 0n);
        expect(imageChecksum(image)).toBe(Number(sum & 0x1fff_ffffn));
      }),
    );
  });

  it("no datagram makes a decoder throw anything but its own error", () => {
    fc.assert(
      fc.property(bytes(300), (datagram) => {
        for (const decode of [decodeSdp, decodeScpRequest, decodeScpReply]) {
          try {
            decode(datagram);
          } catch (error) {
            expect(error).toMatchObject({ code: "BAD_DATAGRAM" });
          }
        }
      }),
    );
  });

  it.each([
    { what: "a port of 8", make: () => packIpTag({ flags: 8, operation: 0, portAndCore: 0, tag: 0 }) },
    { what: "the monitor's core", make: () => packApplicationStart({ appId: 66, coreMask: 3, wait: false }) },
    {
      what: "257 bytes of data",
      make: () => encodeScpRequest({ command: 3, sequence: 0, arg1: 0, arg2: 0, arg3: 0, data: new Uint8Array(257) }),
    },
    { what: "a fifth octet", make: () => ipWord("1.2.3.4.5") },
  ])("$what is refused where it is written", ({ make }) => {
    expect(make).toThrow(expect.objectContaining({ code: "FIELD_OUT_OF_RANGE" }));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  databaseNotice,
  decodeBufferRequest,
  decodeEieioCommand,
  decodeReadReport,
  decodeReadRequest,
  decodeSequencedData,
  EIEIO_COMMAND,
  encodeBufferRequest,
  encodeEieioCommand,
  encodeReadReport,
  encodeReadRequest,
  encodeSequencedData,
  isEieioCommand,
} from "../../src/sdp/eieio-command.ts";
import {
  decodeEieioData,
  type EieioData,
  eieioKeyMessages,
  eieioKeys,
  eieioPayloads,
  encodeEieioData,
} from "../../src/sdp/eieio-data.ts";
import { encodeSdp } from "../../src/sdp/sdp.ts";
import { bytesOf, hexOf } from "./hex.ts";

const NONE = new Uint32Array(0);
const plain = { tag: 0, payloadIsTime: false, payloads: NONE };

describe("data messages, as SpiNNMan makes and reads them", () => {
  it.each<{ because: string; message: EieioData; hex: string; keys: number[]; payloads: number[] | undefined }>([
    {
      because: "two 32-bit keys",
      message: { ...plain, type: "key32", keys: Uint32Array.of(0x0001_0005, 0x0001_0006) },
      hex: "0208 05000100 06000100",
      keys: [0x0001_0005, 0x0001_0006],
      payloads: undefined,
    },
    {
      because: "three 16-bit keys with an upper prefix",
      message: {
        ...plain,
        type: "key16",
        keyPrefix: { value: 1, half: "upper" },
        keys: Uint32Array.of(5, 6, 7),
      },
      hex: "03c0 0100 0500 0600 0700",
      keys: [0x0001_0005, 0x0001_0006, 0x0001_0007],
      payloads: undefined,
    },
    {
      because: "one 32-bit key at time 1234",
      message: { ...plain, type: "key32", payloadIsTime: true, payloadPrefix: 1234, keys: Uint32Array.of(0x0001_0005) },
      hex: "0138 d2040000 05000100",
      keys: [0x0001_0005],
      payloads: [1234],
    },
    {
      because: "a 32-bit key with a payload",
      message: { ...plain, type: "key32Payload", keys: Uint32Array.of(0x0001_0005), payloads: Uint32Array.of(99) },
      hex: "010c 05000100 63000000",
      keys: [0x0001_0005],
      payloads: [99],
    },
  ])("$because", ({ message, hex, keys, payloads }) => {
    const bytes = bytesOf(hex);
    expect(encodeEieioData(message)).toEqual(bytes);
    expect(decodeEieioData(bytes)).toEqual(message);
    expect([...eieioKeys(message)]).toEqual(keys);
    expect(eieioPayloads(message)).toEqual(payloads === undefined ? undefined : Uint32Array.from(payloads));
  });

  it("reach a core as SDP: key 0x00070000 to chip (1, 2) core 3 port 1", () => {
    const [payload] = eieioKeyMessages(Uint32Array.of(0x0007_0000));
    const header = {
      flags: 0x07,
      tag: 0,
      destination: { x: 1, y: 2, core: 3, port: 1 },
      source: { x: 0, y: 0, core: 0, port: 0 },
    };
    expect(hexOf(encodeSdp({ ...header, payload: payload! }))).toBe("00000700230002010000010800000700");
  });

  it("carry at most 63 32-bit keys", () => {
    const keys = Uint32Array.from({ length: 130 }, (_, key) => key);
    const messages = eieioKeyMessages(keys);
    expect(messages.map(({ length }) => length)).toEqual([254, 254, 18]);
    expect(messages.flatMap((message) => [...decodeEieioData(message).keys])).toEqual([...keys]);
  });

  const word = fc.nat(0xffff_ffff);
  const message = fc
    .record({
      wide: fc.boolean(),
      withPayload: fc.boolean(),
      tag: fc.nat(3),
      payloadIsTime: fc.boolean(),
      keyPrefix: fc.option(
        fc.record({ value: fc.nat(0xffff), half: fc.constantFrom("upper" as const, "lower" as const) }),
      ),
      payloadPrefix: fc.option(word),
      elements: fc.array(fc.tuple(word, word), { maxLength: 255 }),
    })
    .map(({ wide, withPayload, tag, payloadIsTime, keyPrefix, payloadPrefix, elements }): EieioData => {
      const narrow = (value: number): number => (wide ? value : value & 0xffff);
      return {
        type: wide ? (withPayload ? "key32Payload" : "key32") : withPayload ? "key16Payload" : "key16",
        tag,
        payloadIsTime,
        ...(keyPrefix === null ? {} : { keyPrefix }),
        ...(payloadPrefix === null ? {} : { payloadPrefix: narrow(payloadPrefix) }),
        keys: Uint32Array.from(elements, ([key]) => narrow(key)),
        payloads: withPayload ? Uint32Array.from(elements, ([, payload]) => narrow(payload)) : NONE,
      };
    });

  it("are read back as they were written, and never look like commands", () => {
    fc.assert(
      fc.property(message, (data) => {
        const bytes = encodeEieioData(data);
        expect(decodeEieioData(bytes)).toEqual(data);
        expect(isEieioCommand(bytes)).toBe(false);
      }),
    );
  });

  it("cut short or scrambled are refused, never misread past their end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          expect(decodeEieioData(bytes).keys.length * 2).toBeLessThan(bytes.length);
        } catch (error) {
          expect(error).toMatchObject({ code: "BAD_DATAGRAM" });
        }
      }),
    );
  });
});

describe("commands", () => {
  it.each([
    { command: EIEIO_COMMAND.startResume, hex: "0b40" },
    { command: EIEIO_COMMAND.stopPause, hex: "0a40" },
  ])("$hex", ({ command, hex }) => {
    const bytes = encodeEieioCommand({ command, body: new Uint8Array(0) });
    expect(hexOf(bytes)).toBe(hex);
    expect(decodeEieioCommand(bytes)).toEqual({ command, body: new Uint8Array(0) });
  });

  it("a database notice carries a path", () => {
    const { command, body } = decodeEieioCommand(databaseNotice("reports/input.sqlite3"));
    expect([command, Buffer.from(body).toString()]).toEqual([1, "reports/input.sqlite3"]);
  });

  it("a second piece of a read request has padding before it, the first has none", () => {
    const piece = { channel: 1, region: 2, address: 0x6000_0000, length: 256 };
    const bytes = encodeReadRequest({ x: 1, y: 2, core: 3, sequence: 9, pieces: [piece, piece] });
    expect(hexOf(bytes)).toBe("0840" + "02011a09" + "01020000006000010000" + "0000" + "01020000006000010000");
  });

  const byte = fc.nat(255);
  const word = fc.nat(0xffff_ffff);
  const place = { x: byte, y: byte, core: fc.nat(31), sequence: byte };
  const piece = { channel: byte, region: byte };

  it("are read back as they were written", () => {
    fc.assert(
      fc.property(
        fc.record({ ...place, region: byte, space: word }),
        fc.record({ region: byte, sequence: byte, message: fc.uint8Array({ maxLength: 200 }) }),
        fc.record({
          ...place,
          pieces: fc.array(fc.record({ ...piece, address: word, length: word }), { maxLength: 7 }),
        }),
        fc.record({ sequence: byte, pieces: fc.array(fc.record({ ...piece, space: word }), { maxLength: 7 }) }),
        (bufferRequest, sequenced, readRequest, readReport) => {
          expect(decodeBufferRequest(encodeBufferRequest(bufferRequest))).toEqual(bufferRequest);
          expect(decodeSequencedData(encodeSequencedData(sequenced))).toEqual(sequenced);
          expect(decodeReadRequest(encodeReadRequest(readRequest))).toEqual(readRequest);
          expect(decodeReadReport(encodeReadReport(readReport))).toEqual(readReport);
        },
      ),
    );
  });

  it("cut short are refused", () => {
    const whole = encodeReadReport({ sequence: 1, pieces: [{ channel: 1, region: 2, space: 3 }] });
    expect(() => decodeReadReport(whole.subarray(0, whole.length - 1))).toThrow(
      expect.objectContaining({ code: "BAD_DATAGRAM" }),
    );
    expect(() => decodeBufferRequest(whole)).toThrow(expect.objectContaining({ code: "BAD_DATAGRAM" }));
  });
});

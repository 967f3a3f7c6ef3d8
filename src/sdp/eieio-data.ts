/**
 * EIEIO data messages: lists of keys (spikes), with or without payloads, as live input and output carry them.
 *
 * Header u16, then [u16 key prefix], [payload prefix: u16 or u32 as the element type], then the elements. Little-endian.
 *
 *     15 P key prefix | 14 F prefix is the upper half | 13 D payload prefix | 12 T payload is a time
 *     11:10 element type | 9:8 tag | 7:0 elements
 *
 * Bits 15:14 = 01 mark a command instead: see `eieio-command.ts`.
 *
 * @see SpiNNakerManchester/SpiNNMan `spinnman/messages/eieio/data_messages`, SpiNNakerManchester/SpiNNFrontEndCommon
 *   `c_common/models/src/reverse_iptag_multicast_source.c`
 */
import { DatagramError, inRange } from "./errors.ts";

/** Element types by name, as the header numbers them. */
export const EIEIO_TYPE = { key16: 0, key16Payload: 1, key32: 2, key32Payload: 3 } as const;
export type EieioType = keyof typeof EIEIO_TYPE;
const TYPE_NAMES = Object.keys(EIEIO_TYPE) as EieioType[];

const BIT = { keyPrefix: 1 << 15, prefixUpper: 1 << 14, payloadPrefix: 1 << 13, time: 1 << 12 } as const;
const HEADER_BYTES = 2;

/** Most bytes of a message that senders and receivers agree on. */
export const EIEIO_MESSAGE_MAX = 256;

export interface EieioData {
  readonly type: EieioType;
  /** 0 to 3. */
  readonly tag: number;
  /** Payloads (or the payload prefix) are times in ticks. */
  readonly payloadIsTime: boolean;
  readonly keyPrefix?: { readonly value: number; readonly half: "upper" | "lower" };
  readonly payloadPrefix?: number;
  /** As they stand in the message: 16 or 32 bits each, at most 255. */
  readonly keys: Uint32Array;
  /** One a key, for types with payload; empty otherwise. */
  readonly payloads: Uint32Array;
}

export function encodeEieioData(message: EieioData): Uint8Array {
  const { keys, payloads, keyPrefix, payloadPrefix } = message;
  const { wide, withPayload, elementBytes } = shapeOf(message.type);
  inRange("EIEIO elements", keys.length, 0, 255);
  inRange("EIEIO payloads", payloads.length, withPayload ? keys.length : 0, withPayload ? keys.length : 0);
  const wordMax = wide ? 0xffff_ffff : 0xffff;
  const prefixBytes = (keyPrefix === undefined ? 0 : 2) + (payloadPrefix === undefined ? 0 : wide ? 4 : 2);
  const bytes = new Uint8Array(HEADER_BYTES + prefixBytes + elementBytes * keys.length);
  const view = new DataView(bytes.buffer);
  let at = HEADER_BYTES;
  const put = (value: number, width: 2 | 4): void => {
    if (width === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
    at += width;
  };

  view.setUint16(0, headerOf(message), true);
  if (keyPrefix !== undefined) put(inRange("EIEIO key prefix", keyPrefix.value, 0, 0xffff), 2);
  if (payloadPrefix !== undefined) put(inRange("EIEIO payload prefix", payloadPrefix, 0, wordMax), wide ? 4 : 2);
  for (let element = 0; element < keys.length; element++) {
    put(inRange("EIEIO key", keys[element]!, 0, wordMax), wide ? 4 : 2);
    if (withPayload) put(inRange("EIEIO payload", payloads[element]!, 0, wordMax), wide ? 4 : 2);
  }
  return bytes;
}

/** @throws {DatagramError} a command, or shorter than its header says; what follows the elements is ignored */
export function decodeEieioData(bytes: Uint8Array): EieioData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES)
    throw new DatagramError("EIEIO message", `${bytes.length} bytes`, "A header has two.");
  const header = view.getUint16(0, true);
  const hasKeyPrefix = (header & BIT.keyPrefix) !== 0;
  if (!hasKeyPrefix && (header & BIT.prefixUpper) !== 0)
    throw new DatagramError("EIEIO message", "a command", "Data was expected here.");
  const type = TYPE_NAMES[(header >>> 10) & 3]!;
  const { wide, withPayload, elementBytes } = shapeOf(type);
  const count = header & 0xff;
  const hasPayloadPrefix = (header & BIT.payloadPrefix) !== 0;
  const needed = HEADER_BYTES + (hasKeyPrefix ? 2 : 0) + (hasPayloadPrefix ? (wide ? 4 : 2) : 0) + elementBytes * count;
  if (bytes.length < needed)
    throw new DatagramError("EIEIO message", `${bytes.length} bytes`, `Its header announces ${needed}.`);
  let at = HEADER_BYTES;
  const take = (width: 2 | 4): number => {
    const value = width === 4 ? view.getUint32(at, true) : view.getUint16(at, true);
    at += width;
    return value;
  };

  const half = (header & BIT.prefixUpper) === 0 ? "lower" : "upper";
  const keyPrefix = hasKeyPrefix ? { keyPrefix: { value: take(2), half } as const } : {};
  const payloadPrefix = hasPayloadPrefix ? { payloadPrefix: take(wide ? 4 : 2) } : {};
  const keys = new Uint32Array(count);
  const payloads = new Uint32Array(withPayload ? count : 0);
  for (let element = 0; element < count; element++) {
    keys[element] = take(wide ? 4 : 2);
    if (withPayload) payloads[element] = take(wide ? 4 : 2);
  }
  const payloadIsTime = (header & BIT.time) !== 0;
  return { type, tag: (header >>> 8) & 3, payloadIsTime, ...keyPrefix, ...payloadPrefix, keys, payloads };
}

/** Keys with the prefix put in: what the spikes' routing keys are. */
export function eieioKeys(message: EieioData): Uint32Array {
  const { keyPrefix } = message;
  if (keyPrefix === undefined) return message.keys;
  const prefix = keyPrefix.half === "upper" ? keyPrefix.value << 16 : keyPrefix.value;
  return message.keys.map((key) => (key | prefix) >>> 0);
}

/** Payload of each key with the prefix put in; undefined when the message has neither payloads nor a prefix. */
export function eieioPayloads(message: EieioData): Uint32Array | undefined {
  const { payloads, payloadPrefix = 0 } = message;
  if (shapeOf(message.type).withPayload) return payloads.map((payload) => (payload | payloadPrefix) >>> 0);
  return message.payloadPrefix === undefined ? undefined : new Uint32Array(message.keys.length).fill(payloadPrefix);
}

/** Messages that carry 32-bit keys, in order, each short enough for every receiver. */
export function eieioKeyMessages(keys: Uint32Array): Uint8Array[] {
  const most = Math.floor((EIEIO_MESSAGE_MAX - HEADER_BYTES) / shapeOf("key32").elementBytes);
  const messages: Uint8Array[] = [];
  for (let first = 0; first < keys.length; first += most)
    messages.push(
      encodeEieioData({
        type: "key32",
        tag: 0,
        payloadIsTime: false,
        keys: keys.subarray(first, first + most),
        payloads: new Uint32Array(0),
      }),
    );
  return messages;
}

function headerOf(message: EieioData): number {
  const { keyPrefix, payloadPrefix } = message;
  return (
    (keyPrefix === undefined ? 0 : BIT.keyPrefix | (keyPrefix.half === "upper" ? BIT.prefixUpper : 0)) |
    (payloadPrefix === undefined ? 0 : BIT.payloadPrefix) |
    (message.payloadIsTime ? BIT.time : 0) |
    (EIEIO_TYPE[message.type] << 10) |
    (inRange("EIEIO tag", message.tag, 0, 3) << 8) |
    message.keys.length
  );
}

function shapeOf(type: EieioType): {
  readonly wide: boolean;
  readonly withPayload: boolean;
  readonly elementBytes: number;
} {
  const wide = type === "key32" || type === "key32Payload";
  const withPayload = type === "key16Payload" || type === "key32Payload";
  return { wide, withPayload, elementBytes: (wide ? 4 : 2) * (withPayload ? 2 : 1) };
}

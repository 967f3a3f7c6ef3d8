/**
 * SDP messages as UDP carries them: two bytes of padding, an eight-byte header, up to 272 bytes of payload.
 *
 * Byte offsets in the datagram:
 *
 *     0 pad u16 | 2 flags | 3 tag | 4 destination port<<5|core | 5 source port<<5|core
 *     6 destination y | 7 destination x | 8 source y | 9 source x | 10 payload
 *
 * @see SpiNNakerManchester/spinnaker_tools `include/spinnaker.h` (sdp_hdr_t), `scamp/scamp-3.c` (udp_pkt)
 */
import { DatagramError, inRange } from "./errors.ts";

/** Offset of the SDP payload in a datagram: padding and header. */
export const SDP_HEADER_BYTES = 10;
/** Largest SDP payload: 16 bytes of SCP header and 256 of data. */
export const SDP_PAYLOAD_MAX = 272;
/** Longest datagram SCAMP accepts; a longer one is dropped in silence. */
export const SDP_DATAGRAM_MAX: number = SDP_HEADER_BYTES + SDP_PAYLOAD_MAX;

/** Flags: bit 7 asks for a reply, bit 5 keeps the message on the chip that received it. */
export const SDP_FLAGS = { reply: 0x80, local: 0x20, plain: 0x07, replyExpected: 0x87 } as const;

/** Tag of a host request: SCAMP lends a transient tag from its pool of eight for the reply. */
export const TRANSIENT_TAG = 0xff;

/** One end of an SDP message. A core is the virtual number; 0 is the monitor. */
export interface SdpEndpoint {
  readonly x: number;
  readonly y: number;
  /** 0 to 31; 31 with port 7 is "out of the Ethernet". */
  readonly core: number;
  /** SDP port 0 to 7. Port 0 of a core is its SCP interpreter. */
  readonly port: number;
}

/** The chip the machine was booted from, whatever its coordinates. */
export const ROOT_CHIP: { readonly x: 255; readonly y: 255 } = { x: 255, y: 255 };

/** Source of what a host sends; SCAMP writes its own address over it. */
export const HOST_ENDPOINT: SdpEndpoint = { x: 0, y: 0, core: 31, port: 7 };

export interface SdpHeader {
  readonly flags: number;
  readonly tag: number;
  readonly destination: SdpEndpoint;
  readonly source: SdpEndpoint;
}

export interface SdpMessage extends SdpHeader {
  /** 0 to 272 bytes; a view into the datagram when read from one. */
  readonly payload: Uint8Array;
}

/** Writes padding and header into the first {@link SDP_HEADER_BYTES} bytes of `datagram`. */
export function writeSdpHeader(datagram: Uint8Array, header: SdpHeader): void {
  datagram[0] = 0;
  datagram[1] = 0;
  datagram[2] = header.flags;
  datagram[3] = header.tag;
  datagram[4] = portAndCore(header.destination);
  datagram[5] = portAndCore(header.source);
  datagram[6] = header.destination.y;
  datagram[7] = header.destination.x;
  datagram[8] = header.source.y;
  datagram[9] = header.source.x;
}

/** @throws {DatagramError} shorter than padding and header */
export function readSdpHeader(datagram: Uint8Array): SdpHeader {
  if (datagram.length < SDP_HEADER_BYTES)
    throw new DatagramError("SDP datagram", `${datagram.length} bytes`, `At least ${SDP_HEADER_BYTES} make a header.`);
  return {
    flags: datagram[2]!,
    tag: datagram[3]!,
    destination: endpoint(datagram[4]!, datagram[6]!, datagram[7]!),
    source: endpoint(datagram[5]!, datagram[8]!, datagram[9]!),
  };
}

/** The whole datagram of a message. */
export function encodeSdp(message: SdpMessage): Uint8Array {
  inRange("SDP flags", message.flags, 0, 255);
  inRange("SDP tag", message.tag, 0, 255);
  checkEndpoint("SDP destination", message.destination);
  checkEndpoint("SDP source", message.source);
  inRange("SDP payload bytes", message.payload.length, 0, SDP_PAYLOAD_MAX);
  const datagram = new Uint8Array(SDP_HEADER_BYTES + message.payload.length);
  writeSdpHeader(datagram, message);
  datagram.set(message.payload, SDP_HEADER_BYTES);
  return datagram;
}

/** @throws {DatagramError} too short for a header, or longer than any SDP message */
export function decodeSdp(datagram: Uint8Array): SdpMessage {
  if (datagram.length > SDP_DATAGRAM_MAX)
    throw new DatagramError("SDP datagram", `${datagram.length} bytes`, `At most ${SDP_DATAGRAM_MAX} are allowed.`);
  return { ...readSdpHeader(datagram), payload: datagram.subarray(SDP_HEADER_BYTES) };
}

/** Checks the fields of an endpoint once, so that hot paths can write it without. */
export function checkEndpoint(field: string, end: SdpEndpoint): SdpEndpoint {
  inRange(`${field} x`, end.x, 0, 255);
  inRange(`${field} y`, end.y, 0, 255);
  inRange(`${field} core`, end.core, 0, 31);
  inRange(`${field} port`, end.port, 0, 7);
  return end;
}

function portAndCore(end: SdpEndpoint): number {
  return (end.port << 5) | end.core;
}

function endpoint(portCore: number, y: number, x: number): SdpEndpoint {
  return { x, y, core: portCore & 0x1f, port: portCore >>> 5 };
}

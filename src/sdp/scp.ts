/**
 * SCP messages: what the monitor, SARK and the BMP understand, carried as SDP payload.
 *
 * Request, by offset in the SDP payload: 0 u16 command, 2 u16 sequence, 4/8/12 u32 arguments, 16 data.
 * Reply: 0 u16 return code, 2 u16 sequence (echoed), 4 body. Everything little-endian.
 *
 * @see SpiNNakerManchester/spinnaker_tools `include/sark.h` (sdp_msg_t), `scamp/scamp-cmd.c`
 */
import { DatagramError, inRange } from "./errors.ts";
import { encodeSdp, SDP_HEADER_BYTES, type SdpHeader } from "./sdp.ts";

export { SCP_CODE, SCP_COMMAND, scpCodeMeaning, scpCommandName } from "./scp-codes.ts";

/** UDP port of SCAMP and of the BMP. */
export const SCP_PORT = 17893;

/** Bytes of a request before its data. A shorter request is refused with RC_LEN, so arguments are always sent. */
export const SCP_REQUEST_BYTES = 16;
/** Bytes of a reply before its body. */
export const SCP_REPLY_BYTES = 4;
/** Most data one SCP message carries (SCAMP says so in its VER reply). */
export const SCP_DATA_MAX = 256;

export interface ScpRequest {
  readonly command: number;
  /** 0 to 65535. */
  readonly sequence: number;
  /** Unsigned words. */
  readonly arg1: number;
  readonly arg2: number;
  readonly arg3: number;
  /** At most 256 bytes. */
  readonly data: Uint8Array;
}

export interface ScpReply {
  readonly code: number;
  readonly sequence: number;
  /** What follows the sequence number: arguments and data without a boundary. */
  readonly body: Uint8Array;
}

export const NO_DATA: Uint8Array = new Uint8Array(0);

/** SDP payload of a request. */
export function encodeScpRequest(request: ScpRequest): Uint8Array {
  inRange("SCP command", request.command, 0, 0xffff);
  inRange("SCP sequence", request.sequence, 0, 0xffff);
  inRange("SCP arg1", request.arg1, 0, 0xffff_ffff);
  inRange("SCP arg2", request.arg2, 0, 0xffff_ffff);
  inRange("SCP arg3", request.arg3, 0, 0xffff_ffff);
  inRange("SCP data bytes", request.data.length, 0, SCP_DATA_MAX);
  const payload = new Uint8Array(SCP_REQUEST_BYTES + request.data.length);
  writeScpRequest(payload, 0, request, request.sequence);
  return payload;
}

/** Writes a request whose fields are known to fit into a buffer, from byte `at` on. */
export function writeScpRequest(
  bytes: Uint8Array,
  at: number,
  request: Omit<ScpRequest, "sequence">,
  sequence: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  view.setUint16(0, request.command, true);
  view.setUint16(2, sequence, true);
  view.setUint32(4, request.arg1, true);
  view.setUint32(8, request.arg2, true);
  view.setUint32(12, request.arg3, true);
  bytes.set(request.data, at + SCP_REQUEST_BYTES);
}

/** @throws {DatagramError} too short to hold command, sequence and three arguments */
export function decodeScpRequest(payload: Uint8Array): ScpRequest {
  if (payload.length < SCP_REQUEST_BYTES)
    throw new DatagramError("SCP request", `${payload.length} bytes`, `At least ${SCP_REQUEST_BYTES} are needed.`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return {
    command: view.getUint16(0, true),
    sequence: view.getUint16(2, true),
    arg1: view.getUint32(4, true),
    arg2: view.getUint32(8, true),
    arg3: view.getUint32(12, true),
    data: payload.subarray(SCP_REQUEST_BYTES),
  };
}

/** SDP payload of a reply. */
export function encodeScpReply(reply: ScpReply): Uint8Array {
  inRange("SCP return code", reply.code, 0, 0xffff);
  inRange("SCP sequence", reply.sequence, 0, 0xffff);
  const payload = new Uint8Array(SCP_REPLY_BYTES + reply.body.length);
  const view = new DataView(payload.buffer);
  view.setUint16(0, reply.code, true);
  view.setUint16(2, reply.sequence, true);
  payload.set(reply.body, SCP_REPLY_BYTES);
  return payload;
}

/** @throws {DatagramError} too short to hold return code and sequence */
export function decodeScpReply(payload: Uint8Array): ScpReply {
  if (payload.length < SCP_REPLY_BYTES)
    throw new DatagramError("SCP reply", `${payload.length} bytes`, `At least ${SCP_REPLY_BYTES} are needed.`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return {
    code: view.getUint16(0, true),
    sequence: view.getUint16(2, true),
    body: payload.subarray(SCP_REPLY_BYTES),
  };
}

/** Whole datagram of a request or reply. */
export function encodeScpDatagram(header: SdpHeader, message: ScpRequest | ScpReply): Uint8Array {
  const payload = "command" in message ? encodeScpRequest(message) : encodeScpReply(message);
  return encodeSdp({ ...header, payload });
}

/** Offset in a datagram of a reply's return code and of the sequence number. */
export const SCP_CODE_OFFSET: number = SDP_HEADER_BYTES;
export const SCP_SEQUENCE_OFFSET: number = SDP_HEADER_BYTES + 2;
/** Offset in a datagram where a reply's body starts. */
export const SCP_BODY_OFFSET: number = SDP_HEADER_BYTES + SCP_REPLY_BYTES;

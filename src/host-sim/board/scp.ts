/** SCP as the board sees it: a request taken out of an SDP payload, and what a command answers. */

import { decodeScpRequest, encodeScpReply, SCP_CODE, SCP_DATA_MAX, SCP_REQUEST_BYTES } from "../../sdp/scp.ts";
import type { RoutedMessage } from "./routed-message.ts";

export interface MonitorRequest {
  readonly command: number;
  readonly arg1: number;
  readonly arg2: number;
  readonly arg3: number;
  /** 256 bytes, zero after what was sent: SCAMP's message buffer. Only read. */
  readonly data: Uint8Array;
  readonly message: RoutedMessage;
}

/** What a command returns: a code, and the bytes that stand where the arguments were. */
export interface Outcome {
  readonly code: number;
  readonly body: Uint8Array;
}

const NO_BODY = new Uint8Array(0);
export const OK: Outcome = { code: SCP_CODE.OK, body: NO_BODY };

export function failure(code: number): Outcome {
  return { code, body: NO_BODY };
}

export function okWords(...words: readonly number[]): Outcome {
  return { code: SCP_CODE.OK, body: wordBytes(words) };
}

export function wordBytes(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  return bytes;
}

/** @returns undefined if the payload is too short for three arguments */
export function readMonitorRequest(message: RoutedMessage): MonitorRequest | undefined {
  if (message.payload.length < SCP_REQUEST_BYTES) return undefined;
  const request = decodeScpRequest(message.payload);
  return { ...request, data: wholeBuffer(request.data), message };
}

const EMPTY_BUFFER = new Uint8Array(SCP_DATA_MAX);

function wholeBuffer(sent: Uint8Array): Uint8Array {
  if (sent.length === SCP_DATA_MAX) return sent;
  if (sent.length === 0) return EMPTY_BUFFER;
  const data = new Uint8Array(SCP_DATA_MAX);
  data.set(sent);
  return data;
}

/** Payload of the reply to a message: code, its sequence number (zero if it had none), body. */
export function replyPayload(message: RoutedMessage, outcome: Outcome): Uint8Array {
  const { payload } = message;
  const sequence = (payload[2] ?? 0) | ((payload[3] ?? 0) << 8);
  return encodeScpReply({ code: outcome.code, sequence, body: outcome.body });
}

/** What a reply of `length` bytes holds before anything is stored: the request's own arguments and data. */
export function staleBody(request: MonitorRequest, length: number): Uint8Array {
  const body = new Uint8Array(length);
  body.set(request.message.payload.subarray(4, 4 + length));
  return body;
}

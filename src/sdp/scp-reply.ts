/** What a datagram says in reply to a request. */
import { SCP_BODY_OFFSET, SCP_CODE_OFFSET, SCP_SEQUENCE_OFFSET } from "./scp.ts";
import { SCP_CODE, scpCodeMeaning } from "./scp-codes.ts";
import type { ScpCommand } from "./scp-command.ts";
import type { StrayReason } from "./stray-datagrams.ts";

export interface ScpReply {
  readonly sequence: number;
  readonly code: number;
  /** View into the datagram. */
  readonly body: Uint8Array;
}

/** The reply in a datagram, or why it is none. */
export function readReply(bytes: Uint8Array): ScpReply | StrayReason {
  if (bytes.length < SCP_BODY_OFFSET) return "too short";
  const code = halfAt(bytes, SCP_CODE_OFFSET);
  if (scpCodeMeaning(code) === undefined) return "unknown code";
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset + SCP_BODY_OFFSET, bytes.length - SCP_BODY_OFFSET);
  return { sequence: halfAt(bytes, SCP_SEQUENCE_OFFSET), code, body };
}

/** What a reply means for the request; `again` tells that a repetition may cure it. */
export type Verdict =
  | { readonly kind: "done" }
  /** An OK that does not fit the command; `wanted` are its bytes. */
  | { readonly kind: "unfit"; readonly again: boolean; readonly wanted: string }
  | { readonly kind: "refused"; readonly again: boolean };

export function judgeReply({ code, body }: ScpReply, command: ScpCommand<unknown>): Verdict {
  const { minBody, maxBody, unfitMeansBusy, repeat } = command;
  if (code === SCP_CODE.OK) {
    if (body.length >= minBody && body.length <= maxBody) return { kind: "done" };
    const wanted = minBody === maxBody ? `${minBody}` : `${minBody} to ${maxBody}`;
    return { kind: "unfit", again: unfitMeansBusy === true, wanted };
  }
  // The far chip may have carried the command out and its answer got lost.
  const ambiguous = code === SCP_CODE.P2P_TIMEOUT && repeat === "never";
  return { kind: "refused", again: BUSY_CODES.has(code) && !ambiguous };
}

/** Return codes that a repetition may cure. */
const BUSY_CODES = new Set<number>([
  SCP_CODE.LEN,
  SCP_CODE.SUM,
  SCP_CODE.TIMEOUT,
  SCP_CODE.P2P_NOREPLY,
  SCP_CODE.P2P_BUSY,
  SCP_CODE.P2P_TIMEOUT,
]);

function halfAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8);
}

/** A request on its way: what is sent, what has happened to it, and which datagrams answer it. */
import { SCP_REQUEST_BYTES, writeScpRequest } from "./scp.ts";
import type { ScpCommand } from "./scp-command.ts";
import {
  checkEndpoint,
  HOST_ENDPOINT,
  SDP_FLAGS,
  SDP_HEADER_BYTES,
  type SdpEndpoint,
  TRANSIENT_TAG,
  writeSdpHeader,
} from "./sdp.ts";

/** A core to talk to: the monitor unless said otherwise. */
export interface ScpTarget {
  readonly x: number;
  readonly y: number;
  readonly core?: number;
  readonly port?: number;
}

/** Told once how an exchange ended: an error, or the body of a fitting length (a view into a datagram of its own). */
export type Settle = (error: unknown, body: Uint8Array) => void;

/** A request on its way. */
export interface Exchange {
  readonly target: SdpEndpoint;
  readonly command: ScpCommand<unknown>;
  readonly datagram: Buffer;
  readonly settle: Settle;
  readonly tries: number;
  readonly timeoutMillis: number;
  sequence: number;
  sends: number;
  timeouts: number;
  busyReplies: number;
  waitedMillis: number;
  /** Place of the latest send among all sends of the connection. */
  sendOrder: number;
  sentAt: number;
  /** Replies of the same core to later requests since then. */
  overtakenBy: number;
  timer: NodeJS.Timeout | undefined;
  state: "queued" | "outstanding" | "abandoned" | "done";
}

/** A request that has not been sent. */
export function newExchange(
  target: SdpEndpoint,
  command: ScpCommand<unknown>,
  settle: Settle,
  limits: { readonly tries: number; readonly timeoutMillis: number },
): Exchange {
  return {
    target,
    command,
    datagram: encodeDatagram(target, command),
    settle,
    tries: limits.tries,
    timeoutMillis: limits.timeoutMillis,
    sequence: -1,
    sends: 0,
    timeouts: 0,
    busyReplies: 0,
    waitedMillis: 0,
    sendOrder: 0,
    sentAt: 0,
    overtakenBy: 0,
    timer: undefined,
    state: "queued",
  };
}

/** A target with its defaults, checked. */
export function endpointOf(target: ScpTarget): SdpEndpoint {
  return checkEndpoint("SDP destination", { x: target.x, y: target.y, core: target.core ?? 0, port: target.port ?? 0 });
}

/** Is a reply's source the core that was asked? The root chip answers under its own coordinates. */
export function comesFrom(bytes: Uint8Array, target: SdpEndpoint): boolean {
  if (bytes[5] !== ((target.port << 5) | target.core)) return false;
  return isRoot(target) || (bytes[8] === target.y && bytes[9] === target.x);
}

export function sameCore(a: SdpEndpoint, b: SdpEndpoint): boolean {
  return a.x === b.x && a.y === b.y && a.core === b.core && a.port === b.port;
}

export function destinationText(target: SdpEndpoint): string {
  const chip = isRoot(target) ? "root chip" : `chip (${target.x}, ${target.y})`;
  return target.core === 0 ? chip : `${chip} core ${target.core}`;
}

/** The request's datagram with sequence number 0, in a buffer of its own. */
function encodeDatagram(target: SdpEndpoint, command: ScpCommand<unknown>): Buffer {
  const datagram = Buffer.allocUnsafe(SDP_HEADER_BYTES + SCP_REQUEST_BYTES + command.data.length);
  writeSdpHeader(datagram, {
    flags: SDP_FLAGS.replyExpected,
    tag: TRANSIENT_TAG,
    destination: target,
    source: HOST_ENDPOINT,
  });
  writeScpRequest(datagram, SDP_HEADER_BYTES, command, 0);
  return datagram;
}

function isRoot(target: SdpEndpoint): boolean {
  return target.x === 255 && target.y === 255;
}

/** So many later replies prove a loss: two could be a reordering in the network. */
const OVERTAKEN_LIMIT = 3;

/**
 * Notes that a request was answered, and gives the outstanding ones that are proved lost by it: a core answers in the
 * order it was asked.
 */
export function overtakenBy(answered: Exchange, outstanding: Iterable<Exchange>): readonly Exchange[] {
  // An answer to a repetition may be that to the first datagram.
  if (answered.sends > 1) return [];
  const lost: Exchange[] = [];
  for (const other of outstanding) {
    if (
      other.sendOrder < answered.sendOrder &&
      other.command.repeat === "again" &&
      other.state === "outstanding" &&
      other.busyReplies === 0 &&
      sameCore(other.target, answered.target) &&
      ++other.overtakenBy === OVERTAKEN_LIMIT
    )
      lost.push(other);
  }
  return lost;
}

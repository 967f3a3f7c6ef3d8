/**
 * IP tags of an Ethernet chip: where it sends SDP messages for the outside, and which UDP ports it listens to.
 *
 * Tags 0 to 7 are the host's to set; 8 to 15 are the pool SCAMP answers requests through.
 *
 * @see SpiNNakerManchester/spinnaker_tools `scamp/scamp.h` (iptag_t), `scamp/scamp-cmd.c` (cmd_iptag)
 */
import { inRange } from "./errors.ts";
import { NO_DATA } from "./scp.ts";
import { SCP_COMMAND } from "./scp-codes.ts";
import { commandWithoutReply, commandWithWord, type ScpCommand, wordAt } from "./scp-command.ts";
import type { SdpEndpoint } from "./sdp.ts";

export const IP_TAG_OPERATION = { new: 0, set: 1, get: 2, clear: 3, timeout: 4 } as const;

/** Bits 28 to 30 of the first argument, as bits 0 to 2. */
export const IP_TAG_FLAG = { strip: 1, reverse: 2, useSender: 4 } as const;

export interface IpTagArgument {
  /** Sum of {@link IP_TAG_FLAG}. */
  readonly flags: number;
  readonly operation: number;
  /** port << 5 | core, for reverse tags. */
  readonly portAndCore: number;
  readonly tag: number;
}

/**
 * `flags << 28 | operation << 16 | port and core << 8 | tag`.
 *
 * The time-out field (bits 24-27) stays 0: SCAMP ORs the converted time-out into the tag's flags.
 */
export function packIpTag(argument: IpTagArgument): number {
  inRange("IP tag flags", argument.flags, 0, 7);
  inRange("IP tag operation", argument.operation, 0, 255);
  inRange("IP tag port and core", argument.portAndCore, 0, 255);
  inRange("IP tag", argument.tag, 0, 255);
  return ((argument.flags << 28) | (argument.operation << 16) | (argument.portAndCore << 8) | argument.tag) >>> 0;
}

export function unpackIpTag(word: number): IpTagArgument {
  return {
    flags: (word >>> 28) & 7,
    operation: (word >>> 16) & 0xff,
    portAndCore: (word >>> 8) & 0xff,
    tag: word & 0xff,
  };
}

const LAST_HOST_TAG = 7;
const LAST_TAG = 15;

/** Sends what comes for `tag` to a host; `strip` leaves out padding and SDP header. */
export function setIpTag(
  tag: number,
  target: { readonly address: string; readonly port: number },
  strip: boolean,
): ScpCommand<number> {
  inRange("host UDP port", target.port, 1, 65535);
  return tagCommand(
    [
      packIpTag({ flags: strip ? IP_TAG_FLAG.strip : 0, operation: IP_TAG_OPERATION.set, portAndCore: 0, tag }),
      target.port,
      ipWord(target.address),
    ],
    () => `IPTAG set ${tag} to ${target.address}:${target.port}`,
  );
}

/** Sends what comes for `tag` to the socket this very request is sent from, as the board sees it. */
export function setIpTagToSender(tag: number, strip: boolean): ScpCommand<number> {
  const flags = IP_TAG_FLAG.useSender | (strip ? IP_TAG_FLAG.strip : 0);
  return tagCommand(
    [packIpTag({ flags, operation: IP_TAG_OPERATION.set, portAndCore: 0, tag }), 0, 0],
    () => `IPTAG set ${tag} to the sender`,
  );
}

/** Turns datagrams that arrive on the board's UDP `port` into SDP messages to a core. */
export function setReverseIpTag(tag: number, port: number, destination: SdpEndpoint): ScpCommand<number> {
  inRange("board UDP port", port, 1, 65535);
  return tagCommand(
    [
      packIpTag({
        flags: IP_TAG_FLAG.reverse | IP_TAG_FLAG.strip,
        operation: IP_TAG_OPERATION.set,
        portAndCore: (destination.port << 5) | destination.core,
        tag,
      }),
      ((destination.x << 24) | (destination.y << 16) | port) >>> 0,
      0,
    ],
    () => `IPTAG set reverse ${tag} from port ${port}`,
  );
}

export function clearIpTag(tag: number): ScpCommand<void> {
  inRange("IP tag", tag, 0, LAST_TAG);
  return commandWithoutReply(
    SCP_COMMAND.IPTAG,
    [packIpTag({ flags: 0, operation: IP_TAG_OPERATION.clear, portAndCore: 0, tag }), 0, 0],
    "again",
    () => `IPTAG clear ${tag}`,
  );
}

export interface TagPool {
  /** Life of a transient tag before the command, as SCAMP's logarithm: n ≥ 1 means 10 ms · 2^(n-1), 0 means for ever. */
  readonly timeout: number;
  readonly entryBytes: number;
  readonly fixedTags: number;
  readonly transientTags: number;
}

/** Sets the life of transient tags (1 to 15: 10 ms · 2^(n-1); 0: for ever), or only asks when undefined. */
export function transientTagTimeout(timeout?: number): ScpCommand<TagPool> {
  const askOnly = 0x10;
  const value = timeout === undefined ? askOnly : inRange("transient tag time-out", timeout, 0, 15);
  return commandWithWord(
    SCP_COMMAND.IPTAG,
    [packIpTag({ flags: 0, operation: IP_TAG_OPERATION.timeout, portAndCore: 0, tag: 0 }), value, 0],
    "again",
    () => "IPTAG transient time-out",
    (word) => ({
      timeout: word & 0xff,
      entryBytes: (word >>> 8) & 0xff,
      fixedTags: (word >>> 16) & 0xff,
      transientTags: word >>> 24,
    }),
  );
}

/** Life of a transient tag in ms for a logarithmic time-out of 1 to 15. */
export function tagTimeoutMillis(timeout: number): number {
  return 10 * 2 ** (inRange("transient tag time-out", timeout, 1, 15) - 1);
}

export const IP_TAG_ENTRY_BYTES = 32;

/** State bits of an entry. */
export const IP_TAG_STATE = {
  valid: 0x8000,
  transient: 0x4000,
  waitingForArp: 0x2000,
  useSender: 0x0400,
  reverse: 0x0200,
  strip: 0x0100,
} as const;

export interface IpTagEntry {
  readonly ipAddress: string;
  /** Six bytes. */
  readonly mac: Uint8Array;
  /** UDP port of the host. */
  readonly txPort: number;
  /** 10 ms ticks, 0 for ever. */
  readonly timeout: number;
  /** Sum of {@link IP_TAG_STATE}. */
  readonly flags: number;
  /** Packets sent through the tag. */
  readonly count: number;
  /** UDP port of the board, for reverse tags. */
  readonly rxPort: number;
  readonly destination: SdpEndpoint;
}

/** Reads one to eight entries from `tag` on. */
export function getIpTags(tag: number, count = 1): ScpCommand<readonly IpTagEntry[]> {
  inRange("IP tag", tag, 0, LAST_TAG);
  const bytes = inRange("IP tag entries", count, 1, 8) * IP_TAG_ENTRY_BYTES;
  return {
    command: SCP_COMMAND.IPTAG,
    arg1: packIpTag({ flags: 0, operation: IP_TAG_OPERATION.get, portAndCore: 0, tag }),
    arg2: count,
    arg3: 0,
    data: NO_DATA,
    repeat: "again",
    minBody: bytes,
    maxBody: bytes,
    describe: () => `IPTAG get ${count} from ${tag}`,
    readReply: (body) =>
      Array.from({ length: count }, (_, entry) => readIpTagEntry(body.subarray(entry * IP_TAG_ENTRY_BYTES))),
  };
}

export function readIpTagEntry(bytes: Uint8Array): IpTagEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, IP_TAG_ENTRY_BYTES);
  const portAndCore = bytes[24]!;
  return {
    ipAddress: bytes.subarray(0, 4).join("."),
    mac: bytes.slice(4, 10),
    txPort: view.getUint16(10, true),
    timeout: view.getUint16(12, true),
    flags: view.getUint16(14, true),
    count: view.getUint32(16, true),
    rxPort: view.getUint16(20, true),
    destination: { y: bytes[22]!, x: bytes[23]!, core: portAndCore & 0x1f, port: portAndCore >>> 5 },
  };
}

export function writeIpTagEntry(entry: IpTagEntry): Uint8Array {
  const bytes = new Uint8Array(IP_TAG_ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ipWord(entry.ipAddress), true);
  bytes.set(entry.mac, 4);
  view.setUint16(10, entry.txPort, true);
  view.setUint16(12, entry.timeout, true);
  view.setUint16(14, entry.flags, true);
  view.setUint32(16, entry.count, true);
  view.setUint16(20, entry.rxPort, true);
  bytes[22] = entry.destination.y;
  bytes[23] = entry.destination.x;
  bytes[24] = (entry.destination.port << 5) | entry.destination.core;
  return bytes;
}

/** IPv4 address as SCAMP's word: first octet in the lowest byte. */
export function ipWord(address: string): number {
  const octets = address.split(".").map(Number);
  inRange("octets of an IPv4 address", octets.length, 4, 4);
  for (const octet of octets) inRange("octet of an IPv4 address", octet, 0, 255);
  return wordAt(Uint8Array.from(octets), 0);
}

/** Dotted address of SCAMP's word. */
export function ipText(word: number): string {
  return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24].join(".");
}

function tagCommand(args: readonly [number, number, number], describe: () => string): ScpCommand<number> {
  inRange("IP tag", args[0] & 0xff, 0, LAST_HOST_TAG);
  return commandWithWord(SCP_COMMAND.IPTAG, args, "again", describe, (tag) => tag);
}

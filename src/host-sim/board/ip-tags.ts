/**
 * IP tags of one Ethernet chip: where messages to port 255 go. Tags 0-7 are the hosts' own, 8-15 a pool from which every
 * request that wants a reply takes one until it is answered: eight requests at a time, over all hosts.
 *
 * Source: spinnaker_tools `scamp/scamp.h`, `scamp/scamp-3.c`, `scamp/scamp-cmd.c`.
 */

import type { BoardClock } from "./board-clock.ts";

/** Number that stands for no tag. */
export const NO_TAG = 255;
export const FIXED_TAGS = 8;
export const POOL_TAGS = 8;
const TAGS = FIXED_TAGS + POOL_TAGS;
export const TAG_ENTRY_BYTES = 32;
/** Time-outs count ticks of 10 ms. */
const TICK_MILLIS = 10;
/** Default log time-out of pool tags: 2^(9-1) ticks, 2.56 s. */
const DEFAULT_LOG_TIMEOUT = 9;

export const TAG_FLAG = {
  valid: 0x8000,
  transient: 0x4000,
  useSender: 0x0400,
  reverse: 0x0200,
  strip: 0x0100,
} as const;

/** Where a datagram came from. */
export interface UdpSender {
  /** Four octets. */
  readonly ip: readonly number[];
  readonly port: number;
}

export interface IpTag {
  ip: readonly number[];
  /** UDP port of the host. */
  port: number;
  flags: number;
  /** When it ends, by the board's clock; undefined never. */
  expiresAt: number | undefined;
  /** Messages sent through it. */
  count: number;
  /** UDP port of the board, for reverse tags. */
  receivePort: number;
  destination: number;
  destinationPort: number;
}

const UNUSED: IpTag = {
  ip: [0, 0, 0, 0],
  port: 0,
  flags: 0,
  expiresAt: undefined,
  count: 0,
  receivePort: 0,
  destination: 0,
  destinationPort: 0,
};

export class IpTags {
  /** Log time-out of pool tags, 0 is for ever; IPTAG TTO sets it. */
  logTimeout: number = DEFAULT_LOG_TIMEOUT;
  readonly #tags: IpTag[] = Array.from({ length: TAGS }, () => ({ ...UNUSED }));
  readonly #clock: BoardClock;

  constructor(clock: BoardClock) {
    this.#clock = clock;
  }

  /** The tag if it is one and in use (any flag set). */
  get(tag: number): IpTag | undefined {
    const entry = this.#tags[tag];
    if (entry === undefined) return undefined;
    if (entry.expiresAt !== undefined && this.#clock.now() >= entry.expiresAt) this.clear(tag);
    return this.#tags[tag]!.flags === 0 ? undefined : this.#tags[tag]!;
  }

  set(tag: number, entry: Partial<IpTag>, timeoutTicks: number): void {
    this.#tags[tag] = { ...UNUSED, ...entry, expiresAt: this.#expiry(timeoutTicks) };
  }

  clear(tag: number): void {
    if (tag < TAGS) this.#tags[tag]!.flags = 0;
  }

  /** Lowest pool tag that is free, or 255. */
  freePoolTag(): number {
    for (let tag = FIXED_TAGS; tag < TAGS; tag++) if (this.get(tag) === undefined) return tag;
    return NO_TAG;
  }

  /** Take a pool tag for one reply to this sender. @returns 255 if there is none */
  takeTransient(sender: UdpSender): number {
    const tag = this.freePoolTag();
    if (tag !== NO_TAG) {
      const flags = TAG_FLAG.valid | TAG_FLAG.transient | this.logTimeout;
      this.set(tag, { ip: sender.ip, port: sender.port, flags }, ticksOf(this.logTimeout));
    }
    return tag;
  }

  /** The host's tag that listens on a UDP port of the board. */
  reverseTag(port: number): number | undefined {
    for (let tag = 0; tag < FIXED_TAGS; tag++) if (this.get(tag)?.receivePort === port) return tag;
    return undefined;
  }

  /** UDP ports on which reverse tags listen. */
  reversePorts(): number[] {
    return this.#tags.slice(0, FIXED_TAGS).flatMap((entry, tag) => {
      const used = this.get(tag) !== undefined && (entry.flags & TAG_FLAG.reverse) !== 0;
      return used ? [entry.receivePort] : [];
    });
  }

  /** Entries as IPTAG GET returns them, `count` × 32 bytes; beyond the table is zero. */
  entryBytes(first: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * TAG_ENTRY_BYTES);
    for (let i = 0; i < count; i++) {
      this.get(first + i);
      const entry = this.#tags[first + i];
      if (entry !== undefined)
        this.#writeEntry(entry, new DataView(bytes.buffer, i * TAG_ENTRY_BYTES, TAG_ENTRY_BYTES));
    }
    return bytes;
  }

  #writeEntry(entry: IpTag, view: DataView): void {
    entry.ip.forEach((octet, i) => {
      view.setUint8(i, octet);
    });
    macOf(entry.ip).forEach((octet, i) => {
      view.setUint8(4 + i, octet);
    });
    view.setUint16(10, entry.port, true);
    view.setUint16(12, this.#remainingTicks(entry), true);
    view.setUint16(14, entry.flags, true);
    view.setUint32(16, entry.count, true);
    view.setUint16(20, entry.receivePort, true);
    view.setUint16(22, entry.destination, true);
    view.setUint8(24, entry.destinationPort);
  }

  #remainingTicks(entry: IpTag): number {
    if (entry.expiresAt === undefined) return 0;
    return Math.max(0, Math.ceil((entry.expiresAt - this.#clock.now()) / TICK_MILLIS));
  }

  #expiry(ticks: number): number | undefined {
    return ticks === 0 ? undefined : this.#clock.now() + ticks * TICK_MILLIS;
  }
}

/** Ticks of a logarithmic time-out: 2^(n - 1), 0 for ever. */
export function ticksOf(logTimeout: number): number {
  return logTimeout === 0 ? 0 : 1 << (logTimeout - 1);
}

/** There is no Ethernet below loopback: a locally administered address made from the IP. Zero while there is no IP. */
function macOf(ip: readonly number[]): number[] {
  return ip.every((octet) => octet === 0) ? [0, 0, 0, 0, 0, 0] : [2, 0, ...ip];
}

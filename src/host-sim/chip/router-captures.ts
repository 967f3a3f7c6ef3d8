/**
 * The registers in which the router shows a packet that it could not deliver, or that arrived damaged: the first since
 * the status was read, and that there were more (SpiNNaker datasheet §10.11, r2 to r10).
 */

import type { Packet } from "./packet.ts";

const SEEN = 1 << 31;
const MORE = 1 << 30;
const COUNT_MASK = 0xffff;

export const PACKET_ERROR: { readonly PARITY: 0x2000_0000; readonly TIME_STAMP: 0x0800_0000 } = {
  PARITY: 0x2000_0000,
  TIME_STAMP: 0x0800_0000,
};

/** What both kinds of captures have. */
class Capture {
  #packet: Packet | undefined;
  #header = 0;
  protected status = 0;

  /** Flags, route in [26:24], control byte in [23:16], time phase in [7:6]. */
  get header(): number {
    return this.#header;
  }

  get key(): number {
    return this.#packet?.key ?? 0;
  }

  get payload(): number {
    return this.#packet?.payload ?? 0;
  }

  get seen(): boolean {
    return (this.status & SEEN) !== 0;
  }

  /** Reading the status clears it, and the next packet is captured. */
  readStatus(): number {
    const { status } = this;
    this.status = 0;
    return status;
  }

  reset(): void {
    this.#packet = undefined;
    this.#header = 0;
    this.status = 0;
  }

  /** @returns true if this packet is the one that is shown */
  protected take(packet: Packet, route: number, timePhase: number, flags: number): boolean {
    if (this.seen) {
      this.status |= MORE;
      return false;
    }
    this.#packet = packet;
    this.#header = flags | (route << 24) | (packet.control << 16) | (timePhase << 6);
    this.status |= SEEN;
    return true;
  }
}

export class ErrorCapture extends Capture {
  /** @param kind sum of {@link PACKET_ERROR}. @param counted whether such errors are counted */
  capture(packet: Packet, route: number, timePhase: number, kind: number, counted: boolean): void {
    this.take(packet, route, timePhase, kind);
    this.status |= kind;
    if (counted && (this.status & COUNT_MASK) !== COUNT_MASK) this.status++;
  }
}

export class DumpCapture extends Capture {
  /** Links in bits 0-5 and cores in bits 6-23 that the packet shown could not get to. */
  outputs = 0;

  capture(packet: Packet, route: number, timePhase: number, outputs: number): void {
    if (this.take(packet, route, timePhase, 0)) this.outputs = outputs;
    this.status |= outputs;
  }

  override reset(): void {
    super.reset();
    this.outputs = 0;
  }
}

/**
 * One direction of a link between two chips: transmitter, wire and the input buffer at the far side.
 *
 * A link carries packets at the rate of its symbols; a few fit into wire and buffers before the sender is blocked.
 * Depth and latency are estimates: SCAMP itself plans with 500 ns a hop.
 */

import { hasPayload, LONG_PACKET_CYCLES, type Packet, SHORT_PACKET_CYCLES } from "./packet.ts";
import type { Scheduler } from "./peripheral.ts";

/** Core clock cycles from the last symbol sent until the router of the other chip has the packet. */
export const LINK_LATENCY_CYCLES = 60;
/** Packets between the two routers at most. */
export const LINK_DEPTH = 4;

export interface LinkPorts {
  /** A packet has arrived at the other end. */
  deliver(packet: Packet): void;
  /** A packet may be sent again, after {@link Link.ready} was false. */
  unblocked(): void;
}

export class Link {
  readonly #scheduler: Scheduler;
  readonly #ports: LinkPorts;
  readonly #connected: boolean;
  #off = false;
  #freeAt = 0;
  #underway = 0;
  #senderWaits = false;

  /** @param connected false for a link that is dead or leads nowhere: it takes no packet, ever */
  constructor(scheduler: Scheduler, connected: boolean, ports: LinkPorts) {
    this.#scheduler = scheduler;
    this.#connected = connected;
    this.#ports = ports;
  }

  /** Disabled by the System Controller: takes no packet meanwhile. */
  set transmitterOff(off: boolean) {
    const enabled = this.#off && !off;
    this.#off = off;
    if (enabled) this.#ports.unblocked();
  }

  /** May a packet be sent at this time? If not, the sender is told when to try again. */
  ready(time: number): boolean {
    if (!this.#connected || this.#off) return false;
    if (this.#underway >= LINK_DEPTH) {
      this.#senderWaits = true;
      return false;
    }
    const bufferFree = this.#freeAt - LONG_PACKET_CYCLES;
    if (time >= bufferFree) return true;
    this.#scheduler.at(bufferFree, () => this.#ports.unblocked());
    return false;
  }

  send(sent: Packet, time: number): void {
    const start = Math.max(time, this.#freeAt);
    this.#freeAt = start + (hasPayload(sent) ? LONG_PACKET_CYCLES : SHORT_PACKET_CYCLES);
    this.#underway++;
    this.#scheduler.at(this.#freeAt + LINK_LATENCY_CYCLES, () => this.#ports.deliver(sent));
  }

  /** The router at the far side has taken a packet out of its input buffer. */
  taken(): void {
    this.#underway--;
    if (!this.#senderWaits) return;
    this.#senderWaits = false;
    this.#ports.unblocked();
  }
}

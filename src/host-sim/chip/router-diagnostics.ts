/**
 * The router's sixteen diagnostic counters: each counts the packets that have a 1 in every field of its filter
 * (SpiNNaker datasheet §10.11, rFN and rCN).
 */

import { emergencyField, hasPayload, type Packet, packetType } from "./packet.ts";

export const DIAGNOSTIC_COUNTERS = 16;

/** Destinations as filter bits 24:16 name them. */
export const DESTINATION = { DUMP: 0x01, LOCAL: 0x02, MONITOR: 0x04, LINK_0: 0x08 } as const;

const OUTGOING_EMERGENCY = 1 << 8;
const EVENT = 1 << 29;
const INTERRUPT_ENABLE = 1 << 30;
const INTERRUPT = 1 << 31;
/** Bits that hold what was written. */
const WRITABLE = 0x5fff_fdff;

/** One packet as it left the router. */
export interface RoutedPacket {
  readonly incoming: Packet;
  /** Came from a core of this chip. */
  readonly local: boolean;
  readonly defaultRouted: boolean;
  /** {@link DESTINATION} bits it went to with an emergency field of zero. */
  readonly destinations: number;
  /** {@link DESTINATION} bits of links it went to with this emergency field in place of zero. */
  readonly diverted: number;
  readonly divertedEmergency: number;
}

export class RouterDiagnostics {
  readonly #filters = new Uint32Array(DIAGNOSTIC_COUNTERS);
  readonly #counters = new Uint32Array(DIAGNOSTIC_COUNTERS);
  #enabled = 0;
  #events = 0;

  /** Bit n set: counter n asks for an interrupt. */
  get interrupts(): number {
    let asking = 0;
    for (let n = 0; n < DIAGNOSTIC_COUNTERS; n++) {
      if ((this.#events & (1 << n)) !== 0 && (this.#filters[n]! & INTERRUPT_ENABLE) !== 0) asking |= 1 << n;
    }
    return asking;
  }

  get enabled(): number {
    return this.#enabled;
  }

  /** @param value reset bits in [31:16], enables in [15:0] */
  control(value: number): void {
    this.#enabled = value & 0xffff;
    for (let n = 0; n < DIAGNOSTIC_COUNTERS; n++) {
      if ((value & (0x1_0000 << n)) !== 0) this.#counters[n] = 0;
    }
  }

  /** Reading a filter clears its sticky event bit. */
  readFilter(n: number): number {
    const filter = this.#filters[n]!;
    if ((this.#events & (1 << n)) === 0) return filter;
    this.#events &= ~(1 << n);
    return filter | EVENT | ((filter & INTERRUPT_ENABLE) !== 0 ? INTERRUPT : 0);
  }

  writeFilter(n: number, value: number): void {
    this.#filters[n] = value & WRITABLE;
  }

  readCounter(n: number): number {
    return this.#counters[n]!;
  }

  writeCounter(n: number, value: number): void {
    this.#counters[n] = value;
  }

  /** @returns true if a counter began to ask for an interrupt */
  count(routed: RoutedPacket): boolean {
    const type = 1 << packetType(routed.incoming);
    const incomingEmergency = 1 << (4 + (type === 2 || type === 4 ? 0 : emergencyField(routed.incoming)));
    const divertedEmergency = 1 << (4 + routed.divertedEmergency);
    const defaulted = routed.defaultRouted ? 1 << 10 : 1 << 11;
    const payload = hasPayload(routed.incoming) ? 1 << 12 : 1 << 13;
    const source = routed.local ? 1 << 14 : 1 << 15;
    const plain = routed.destinations << 16;
    const diverted = routed.diverted << 16;
    let interrupt = false;
    for (let n = 0; n < DIAGNOSTIC_COUNTERS; n++) {
      const filter = this.#filters[n]!;
      if ((this.#enabled & (1 << n)) === 0) continue;
      if ((filter & type) === 0 || (filter & defaulted) === 0) continue;
      if ((filter & payload) === 0 || (filter & source) === 0) continue;
      const counts =
        (filter & OUTGOING_EMERGENCY) === 0
          ? (filter & incomingEmergency) !== 0 && (filter & (plain | diverted)) !== 0
          : ((filter & (1 << 4)) !== 0 && (filter & plain) !== 0) ||
            ((filter & divertedEmergency) !== 0 && (filter & diverted) !== 0);
      if (!counts) continue;
      this.#counters[n]!++;
      this.#events |= 1 << n;
      if ((filter & INTERRUPT_ENABLE) !== 0) interrupt = true;
    }
    return interrupt;
  }
}

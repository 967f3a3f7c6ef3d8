/**
 * The packet in the router's output stage: where it still has to go, and how it gets there, round blocked links if need
 * be (SpiNNaker datasheet §10.4 and §10.9).
 */

import { canDivert, EMERGENCY, emergencyField, type Packet, withControl } from "./packet.ts";

export const LINKS = 6;
export const LINK_BITS = 0x3f;
/** Output vector: bits 0-5 are links, cores begin here. */
export const CORE_BIT = 6;
export const NO_LINK = -1;

const OUTPUT_BITS = 0xff_ffff;

/** Where packets leave a router. Times are core clock cycles. */
export interface RouterOutputs {
  /** May a packet enter this link now? */
  linkReady(link: number, time: number): boolean;
  linkSend(link: number, packet: Packet, time: number): void;
  /** Has this core room for a packet? */
  coreReady(core: number): boolean;
  coreSend(core: number, packet: Packet, route: number): void;
}

/** How a packet came in, and what the routing stage decided. */
export interface Decision {
  readonly packet: Packet;
  /** Before anything was changed in it. */
  readonly incoming: Packet;
  /** Link it came in on, or the route of a core's own packets. */
  readonly route: number;
  /** Outputs: links in bits 0-5, cores in bits 6-23. */
  readonly vector: number;
  /** Link to which a copy goes that reverts to its normal route, or {@link NO_LINK}. */
  readonly revert: number;
  readonly defaultRouted: boolean;
}

export class HeldPacket {
  readonly decision: Decision;
  /** When it entered the output stage. */
  readonly since: number;
  /** Its own outputs are tried, then the links beside them. */
  stage: "waiting" | "emergency" = "waiting";
  /** When the present stage ends. */
  deadline: number;
  #pending: number;
  #revert: number;
  #sent = 0;
  #diverted = 0;
  #divertedEmergency = 0;

  constructor(decision: Decision, since: number, deadline: number) {
    this.decision = decision;
    this.since = since;
    this.deadline = deadline;
    this.#pending = decision.vector & OUTPUT_BITS;
    this.#revert = decision.revert;
  }

  get done(): boolean {
    return this.#pending === 0 && this.#revert === NO_LINK;
  }

  /** Outputs it has not got to. */
  get undelivered(): number {
    return this.#pending | (this.#revert === NO_LINK ? 0 : 1 << this.#revert);
  }

  /** Could it still get round a blocked link? */
  get divertible(): boolean {
    return canDivert(this.decision.packet) && (this.#pending & LINK_BITS) !== 0;
  }

  /** Outputs it went to as a normal packet. */
  get sent(): number {
    return this.#sent;
  }

  /** Links it went to with an emergency field other than normal, and that field. */
  get diverted(): { readonly links: number; readonly emergency: number } {
    return { links: this.#diverted, emergency: this.#divertedEmergency };
  }

  /** Sends it wherever there is room. */
  send(outputs: RouterOutputs, time: number): void {
    for (let bits = this.#pending; bits !== 0; bits &= bits - 1) {
      const output = 31 - Math.clz32(bits & -bits);
      if (output < LINKS) {
        if (!outputs.linkReady(output, time)) continue;
        outputs.linkSend(output, normalCopy(this.decision.packet), time);
      } else {
        if (!outputs.coreReady(output - CORE_BIT)) continue;
        outputs.coreSend(output - CORE_BIT, normalCopy(this.decision.packet), this.decision.route);
      }
      this.#pending &= ~(1 << output);
      this.#sent |= 1 << output;
    }
    if (this.#revert === NO_LINK || !outputs.linkReady(this.#revert, time)) return;
    this.#sendDiverted(outputs, this.#revert, EMERGENCY.REVERTING, time);
    this.#revert = NO_LINK;
  }

  /** Tries, for each link that is still blocked, the link one step clockwise. */
  divert(outputs: RouterOutputs, time: number): void {
    for (let bits = this.#pending & LINK_BITS; bits !== 0; bits &= bits - 1) {
      const blocked = 31 - Math.clz32(bits & -bits);
      const detour = (blocked + LINKS - 1) % LINKS;
      if ((this.#pending & (1 << blocked)) === 0 || outputs.linkReady(blocked, time)) continue;
      if (!outputs.linkReady(detour, time)) continue;
      const withCopy = (this.#pending & (1 << detour)) !== 0;
      this.#sendDiverted(outputs, detour, withCopy ? EMERGENCY.WITH_NORMAL_COPY : EMERGENCY.DIVERTED, time);
      this.#pending &= ~((1 << blocked) | (1 << detour));
    }
  }

  #sendDiverted(outputs: RouterOutputs, link: number, field: number, time: number): void {
    outputs.linkSend(link, withEmergencyField(this.decision.packet, field), time);
    this.#diverted |= 1 << link;
    this.#divertedEmergency = field;
  }
}

/** The copy that travels on as a normal packet. */
function normalCopy(routed: Packet): Packet {
  if (!canDivert(routed) || emergencyField(routed) === EMERGENCY.NORMAL) return routed;
  return withEmergencyField(routed, EMERGENCY.NORMAL);
}

function withEmergencyField(original: Packet, field: number): Packet {
  return withControl(original, (original.control & ~0x30) | (field << 4));
}

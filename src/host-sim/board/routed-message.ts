/** An SDP message on its way through the board. */

import { SDP_FLAGS, type SdpEndpoint, type SdpMessage } from "../../sdp/sdp.ts";

export interface RoutedMessage extends SdpMessage {
  /** How many times the message may still be routed: two cores that answer each other for ever must not stop us. */
  readonly hopsLeft: number;
}

const MAX_HOPS = 32;
/** Bit 6: a checksum is present. Only used between chips, never checked. */
const FLAG_CHECKSUM = 0x40;

export function routed(message: SdpMessage): RoutedMessage {
  return { ...message, flags: message.flags & ~FLAG_CHECKSUM, hopsLeft: MAX_HOPS };
}

/** The same message on the way back, with another payload; flags and tag stay. */
export function turnRound(message: RoutedMessage, payload: Uint8Array): RoutedMessage {
  return { ...message, source: message.destination, destination: message.source, payload };
}

export function wantsReply(message: { readonly flags: number }): boolean {
  return (message.flags & SDP_FLAGS.reply) !== 0;
}

/** Chip address of an endpoint, x << 8 | y. */
export function addressOf(end: SdpEndpoint): number {
  return (end.x << 8) | end.y;
}

/** Port byte 255: out of the Ethernet, through the message's IP tag. */
export function isEthernet(end: SdpEndpoint): boolean {
  return end.port === 7 && end.core === 31;
}

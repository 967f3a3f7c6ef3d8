/**
 * A packet of the communications network: 8-bit control byte, 32-bit key word, optional 32-bit payload
 * (SpiNNaker datasheet §8.2).
 *
 * | bits | MC (0) | P2P (1) | NN (2) | FR (3) |
 * |---|---|---|---|---|
 * | 7:6 | type | type | type | type |
 * | 5:4 | emergency | sequence code | 5: peek/poke, 4:2: route | emergency |
 * | 3:2 | time stamp | time stamp | (route) | time stamp |
 * | 1 | payload | payload | payload | payload |
 * | 0 | parity | parity | parity | parity |
 */

export interface Packet {
  /** Control byte, parity included. */
  readonly control: number;
  /** Key, address or operation: 32 bits as int32. For P2P: source chip in [31:16], destination chip in [15:0]. */
  readonly key: number;
  /** 32 bits as int32; 0 where {@link hasPayload} says there is none. */
  readonly payload: number;
}

/** Packet types as control byte bits 7:6. */
export const PACKET_TYPE: { readonly MC: 0; readonly P2P: 1; readonly NN: 2; readonly FR: 3 } = {
  MC: 0,
  P2P: 1,
  NN: 2,
  FR: 3,
};

/** States of the emergency field of MC and FR packets, control byte bits 5:4. */
export const EMERGENCY: {
  readonly NORMAL: 0;
  readonly WITH_NORMAL_COPY: 1;
  readonly DIVERTED: 2;
  readonly REVERTING: 3;
} = { NORMAL: 0, WITH_NORMAL_COPY: 1, DIVERTED: 2, REVERTING: 3 };

export const CONTROL_PAYLOAD = 0x02;
const CONTROL_PARITY = 0x01;
/** NN packets only: the receiving router itself reads or writes its chip's memory. */
export const CONTROL_PEEK_POKE = 0x20;

/** Core clock cycles a packet occupies a link: about 5 million packets of 40 bits or 3 million of 72 bits a second. */
export const SHORT_PACKET_CYCLES = 40;
export const LONG_PACKET_CYCLES = 67;

export function packetType(packet: Packet): number {
  return (packet.control >>> 6) & 3;
}

export function hasPayload(packet: Packet): boolean {
  return (packet.control & CONTROL_PAYLOAD) !== 0;
}

/** Has this packet type an emergency field and may it therefore be routed around a blocked link? */
export function canDivert(packet: Packet): boolean {
  const type = packetType(packet);
  return type === PACKET_TYPE.MC || type === PACKET_TYPE.FR;
}

export function emergencyField(packet: Packet): number {
  return (packet.control >>> 4) & 3;
}

export function timeStamp(packet: Packet): number {
  return (packet.control >>> 2) & 3;
}

/** Link, broadcast (6) or own monitor (7): the route field of an NN packet. */
export function nnRoute(packet: Packet): number {
  return (packet.control >>> 2) & 7;
}

/** A packet with odd parity over all its bits, as the hardware launches it; the parity bit of `control` is ignored. */
export function packet(control: number, key: number, payload?: number): Packet {
  const head = (control & ~(CONTROL_PARITY | CONTROL_PAYLOAD)) | (payload === undefined ? 0 : CONTROL_PAYLOAD);
  const even = parity(head ^ key ^ (payload ?? 0)) === 0;
  return { control: (head & 0xff) | (even ? CONTROL_PARITY : 0), key: key | 0, payload: (payload ?? 0) | 0 };
}

/** The same packet with other control bits, parity renewed. */
export function withControl(original: Packet, control: number): Packet {
  return packet(control, original.key, hasPayload(original) ? original.payload : undefined);
}

export function hasParityError(candidate: Packet): boolean {
  return parity(candidate.control ^ candidate.key ^ candidate.payload) === 0;
}

/** 1 if an odd number of bits is set. */
function parity(word: number): number {
  let bits = word ^ (word >>> 16);
  bits ^= bits >>> 8;
  bits ^= bits >>> 4;
  return (0x6996 >>> (bits & 15)) & 1;
}

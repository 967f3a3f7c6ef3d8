/**
 * Ethernet frames of the little that passes between a board and its host: ARP, ping and UDP over IPv4
 * (RFC 826, 791, 792, 768). Frames are without preamble and check sum; those too short are padded to 60 bytes.
 */

const ETHERNET_HEADER = 14;
const IP_HEADER = 20;
const UDP_HEADER = 8;
const ICMP_HEADER = 8;
const ARP_BYTES = 28;
const MINIMUM_FRAME = 60;

const TYPE_IP = 0x0800;
const TYPE_ARP = 0x0806;
const PROTOCOL_ICMP = 1;
const PROTOCOL_UDP = 17;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;
const ICMP_ECHO_REPLY = 0;
const ICMP_ECHO_REQUEST = 8;

export const BROADCAST_MAC: Uint8Array = new Uint8Array(6).fill(0xff);

/** An interface on the Ethernet: MAC address of 6 bytes, IPv4 address of 4. */
export interface Station {
  readonly mac: Uint8Array;
  readonly ip: Uint8Array;
}

export interface UdpDatagram {
  readonly sourceMac: Uint8Array;
  readonly sourceIp: Uint8Array;
  readonly destinationIp: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

export interface ArpMessage {
  readonly request: boolean;
  readonly sender: Station;
  /** Address that is asked for, or that the answer is for. */
  readonly targetIp: Uint8Array;
}

export function udpFrame(
  from: Station,
  to: Station,
  sourcePort: number,
  destinationPort: number,
  payload: Uint8Array,
): Uint8Array {
  const frame = ipFrame(from, to, PROTOCOL_UDP, UDP_HEADER + payload.length);
  const view = new DataView(frame.buffer);
  const at = ETHERNET_HEADER + IP_HEADER;
  view.setUint16(at, sourcePort);
  view.setUint16(at + 2, destinationPort);
  view.setUint16(at + 4, UDP_HEADER + payload.length);
  view.setUint16(at + 6, 0);
  frame.set(payload, at + UDP_HEADER);
  return frame;
}

/** @returns undefined if the frame is no whole UDP datagram */
export function readUdpFrame(frame: Uint8Array): UdpDatagram | undefined {
  const ip = readIp(frame, PROTOCOL_UDP);
  if (ip === undefined || ip.body.length < UDP_HEADER) return undefined;
  const view = new DataView(ip.body.buffer, ip.body.byteOffset, ip.body.length);
  const length = view.getUint16(4);
  if (length < UDP_HEADER || length > ip.body.length) return undefined;
  return {
    sourceMac: frame.slice(6, 12),
    sourceIp: ip.source,
    destinationIp: ip.destination,
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    payload: ip.body.slice(UDP_HEADER, length),
  };
}

export function arpFrame(message: ArpMessage, targetMac: Uint8Array): Uint8Array {
  const frame = new Uint8Array(MINIMUM_FRAME);
  const view = new DataView(frame.buffer);
  frame.set(targetMac, 0);
  frame.set(message.sender.mac, 6);
  view.setUint16(12, TYPE_ARP);
  view.setUint16(ETHERNET_HEADER, 1);
  view.setUint16(ETHERNET_HEADER + 2, TYPE_IP);
  view.setUint16(ETHERNET_HEADER + 4, 0x0604);
  view.setUint16(ETHERNET_HEADER + 6, message.request ? ARP_REQUEST : ARP_REPLY);
  frame.set(message.sender.mac, ETHERNET_HEADER + 8);
  frame.set(message.sender.ip, ETHERNET_HEADER + 14);
  frame.set(message.request ? new Uint8Array(6) : targetMac, ETHERNET_HEADER + 18);
  frame.set(message.targetIp, ETHERNET_HEADER + 24);
  return frame;
}

export function readArpFrame(frame: Uint8Array): ArpMessage | undefined {
  if (frame.length < ETHERNET_HEADER + ARP_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const operation = view.getUint16(ETHERNET_HEADER + 6);
  if (view.getUint16(12) !== TYPE_ARP || (operation !== ARP_REQUEST && operation !== ARP_REPLY)) return undefined;
  const sender = ETHERNET_HEADER + 8;
  return {
    request: operation === ARP_REQUEST,
    sender: { mac: frame.slice(sender, sender + 6), ip: frame.slice(sender + 6, sender + 10) },
    targetIp: frame.slice(ETHERNET_HEADER + 24, ETHERNET_HEADER + 28),
  };
}

/** The answer to a ping addressed to `self`; undefined if the frame is none. */
export function pingReply(frame: Uint8Array, self: Station): Uint8Array | undefined {
  const ip = readIp(frame, PROTOCOL_ICMP);
  if (ip === undefined || ip.body.length < ICMP_HEADER || ip.body[0] !== ICMP_ECHO_REQUEST) return undefined;
  if (!sameBytes(ip.destination, self.ip)) return undefined;
  const asker = { mac: frame.slice(6, 12), ip: ip.source };
  const reply = ipFrame(self, asker, PROTOCOL_ICMP, ip.body.length);
  const at = ETHERNET_HEADER + IP_HEADER;
  reply.set(ip.body, at);
  reply[at] = ICMP_ECHO_REPLY;
  const view = new DataView(reply.buffer);
  view.setUint16(at + 2, 0);
  view.setUint16(at + 2, checkSum(reply.subarray(at, at + ip.body.length)));
  return reply;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function ipFrame(from: Station, to: Station, protocol: number, bodyBytes: number): Uint8Array {
  const frame = new Uint8Array(Math.max(MINIMUM_FRAME, ETHERNET_HEADER + IP_HEADER + bodyBytes));
  const view = new DataView(frame.buffer);
  frame.set(to.mac, 0);
  frame.set(from.mac, 6);
  view.setUint16(12, TYPE_IP);
  const at = ETHERNET_HEADER;
  view.setUint16(at, 0x4500);
  view.setUint16(at + 2, IP_HEADER + bodyBytes);
  view.setUint8(at + 8, 64);
  view.setUint8(at + 9, protocol);
  frame.set(from.ip, at + 12);
  frame.set(to.ip, at + 16);
  view.setUint16(at + 10, checkSum(frame.subarray(at, at + IP_HEADER)));
  return frame;
}

interface IpPacket {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly body: Uint8Array;
}

/** An unfragmented IPv4 packet of this protocol, cut to the length it gives itself. */
function readIp(frame: Uint8Array, protocol: number): IpPacket | undefined {
  if (frame.length < ETHERNET_HEADER + IP_HEADER) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint16(12) !== TYPE_IP) return undefined;
  const at = ETHERNET_HEADER;
  const header = (view.getUint8(at) & 15) * 4;
  const length = view.getUint16(at + 2);
  if (view.getUint8(at) >>> 4 !== 4 || view.getUint8(at + 9) !== protocol) return undefined;
  if (header < IP_HEADER || length < header || at + length > frame.length) return undefined;
  return {
    source: frame.slice(at + 12, at + 16),
    destination: frame.slice(at + 16, at + 20),
    body: frame.slice(at + header, at + length),
  };
}

/** Ones' complement of the ones' complement sum of big-endian half-words (RFC 1071). */
function checkSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

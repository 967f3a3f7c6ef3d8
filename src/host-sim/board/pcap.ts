/**
 * Packet capture files, so that any protocol analyser can show what passed between hosts and board.
 *
 * Classic pcap: 24 bytes of file header, 16 a packet, link type 101 (raw IP): IPv4 and UDP headers are made up here.
 */

import type { TracedDatagram, UdpEnd } from "./trace.ts";

const MAGIC_MICROSECONDS = 0xa1b2_c3d4;
const LINKTYPE_RAW = 101;
const MAX_PACKET_BYTES = 65_535;
const RECORD_BYTES = 16;
const IP_BYTES = 20;
const UDP_BYTES = 8;
const PROTOCOL_UDP = 17;

export function pcapFileHeader(): Uint8Array {
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint32(0, MAGIC_MICROSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, MAX_PACKET_BYTES, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  return header;
}

/** One record of the file. */
export function pcapRecord({ direction, millis, board, host, payload }: TracedDatagram): Uint8Array {
  const [from, to] = direction === "in" ? [host, board] : [board, host];
  const length = IP_BYTES + UDP_BYTES + payload.length;
  const record = new Uint8Array(RECORD_BYTES + length);
  const view = new DataView(record.buffer);
  view.setUint32(0, Math.floor(millis / 1000), true);
  view.setUint32(4, Math.floor((millis % 1000) * 1000), true);
  view.setUint32(8, length, true);
  view.setUint32(12, length, true);
  writeIpHeader(record.subarray(RECORD_BYTES, RECORD_BYTES + IP_BYTES), length, from, to);
  const udp = RECORD_BYTES + IP_BYTES;
  view.setUint16(udp, from.port);
  view.setUint16(udp + 2, to.port);
  view.setUint16(udp + 4, UDP_BYTES + payload.length);
  record.set(payload, udp + UDP_BYTES);
  return record;
}

function writeIpHeader(header: Uint8Array, length: number, from: UdpEnd, to: UdpEnd): void {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  view.setUint8(0, 0x45);
  view.setUint16(2, length);
  view.setUint8(8, 64);
  view.setUint8(9, PROTOCOL_UDP);
  header.set(octets(from.address), 12);
  header.set(octets(to.address), 16);
  let sum = 0;
  for (let at = 0; at < IP_BYTES; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(10, ~sum & 0xffff);
}

/** The four octets of a dotted IPv4 address. */
export function octets(address: string): number[] {
  return address.split(".").map(Number);
}

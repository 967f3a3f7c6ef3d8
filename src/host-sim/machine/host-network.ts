/**
 * The network that the Ethernet chips of an emulated machine are plugged into, with a host behind every address: it
 * answers ARP for all of them, wraps UDP payloads into frames and takes them out again.
 *
 * The wire carries 100 Mbit/s each way: what is sent faster arrives later.
 */

import { arpFrame, readArpFrame, readUdpFrame, type Station, sameBytes, udpFrame } from "../chip/internet-frames.ts";
import type { Scheduler } from "../chip/peripheral.ts";
import type { BoardParameters } from "../chip/serial-rom.ts";

/** Core clock cycles a byte takes on the wire. */
const BYTE_CYCLES = 16;
const FRAME_OVERHEAD_BYTES = 24;

/** One end of a UDP conversation. */
export interface UdpAddress {
  /** IPv4 in dotted form. */
  readonly address: string;
  readonly port: number;
}

export interface UdpFromChip {
  /** Port of the chip it was sent from. */
  readonly sourcePort: number;
  readonly destination: UdpAddress;
  readonly payload: Uint8Array;
}

export interface HostNetworkPorts {
  /** A frame reaches the chip. */
  deliver(frame: Uint8Array): void;
  /** A datagram has come from the chip. */
  received(datagram: UdpFromChip): void;
}

export class HostNetwork {
  readonly #time: Scheduler;
  readonly #board: BoardParameters;
  readonly #ports: HostNetworkPorts;
  #wireFreeAt = 0;

  /** @param board the chip's side: its addresses */
  constructor(time: Scheduler, board: BoardParameters, ports: HostNetworkPorts) {
    this.#time = time;
    this.#board = board;
    this.#ports = ports;
  }

  /** A host sends a datagram to the chip. */
  send(from: UdpAddress, destinationPort: number, payload: Uint8Array): void {
    this.#toChip(udpFrame(hostStation(from.address), this.#board, from.port, destinationPort, payload));
  }

  /** A frame has left the chip. */
  frame(frame: Uint8Array): void {
    const arp = readArpFrame(frame);
    if (arp !== undefined) {
      if (!arp.request || sameBytes(arp.targetIp, this.#board.ip)) return;
      const sender = { mac: hostMac(arp.targetIp), ip: arp.targetIp };
      this.#toChip(arpFrame({ request: false, sender, targetIp: arp.sender.ip }, arp.sender.mac));
      return;
    }
    const datagram = readUdpFrame(frame);
    if (datagram === undefined) return;
    const { sourcePort, destinationIp, destinationPort, payload } = datagram;
    const destination = { address: destinationIp.join("."), port: destinationPort };
    this.#ports.received({ sourcePort, destination, payload });
  }

  #toChip(frame: Uint8Array): void {
    this.#wireFreeAt = Math.max(this.#wireFreeAt, this.#time.now) + (frame.length + FRAME_OVERHEAD_BYTES) * BYTE_CYCLES;
    this.#time.at(this.#wireFreeAt, () => this.#ports.deliver(frame));
  }
}

/** IPv4 address of four bytes from its dotted form. */
export function ipBytes(address: string): Uint8Array {
  return Uint8Array.from(address.split("."), Number);
}

function hostStation(address: string): Station {
  const ip = ipBytes(address);
  return { mac: hostMac(ip), ip };
}

/** A locally administered MAC address made of the IP address; boards have others ({@link boardMac}). */
function hostMac(ip: Uint8Array): Uint8Array {
  return Uint8Array.of(0x02, 0x00, ...ip);
}

export function boardMac(ip: Uint8Array): Uint8Array {
  return Uint8Array.of(0x02, 0x5b, ...ip);
}

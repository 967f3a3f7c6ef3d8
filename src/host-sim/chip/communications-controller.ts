/**
 * Communications controller of a core: sends and receives packets (SpiNNaker datasheet §8).
 *
 * The depths of its buffers are documented nowhere. Sending: the router takes a packet at once unless it is blocked,
 * then {@link TX_DEPTH} more fit. Receiving: {@link RX_DEPTH} packets wait here, further ones block the router.
 */

import { CONTROL_PAYLOAD, hasParityError, hasPayload, PACKET_TYPE, type Packet, packet, packetType } from "./packet.ts";
import { BUS_ERROR, type Peripheral } from "./peripheral.ts";
import { ReceiveBuffer, type Received } from "./receive-buffer.ts";
import { SOURCE } from "./vic.ts";

/** Packets that wait to be read before the router is blocked. */
export const RX_DEPTH = 4;
/** Packets of one core that may wait for a blocked router before its transmit buffer counts as full. */
export const TX_DEPTH = 1;

/** Route of a packet that really comes from a core of this chip. */
export const LOCAL_ROUTE = 7;

const TCR = 0x00;
const TDR = 0x04;
const TKR = 0x08;
const RSR = 0x0c;
const RDR = 0x10;
const RKR = 0x14;
const SAR = 0x18;
const TSTR = 0x1c;

const TCR_EMPTY = 1 << 31;
const TCR_FULL = 1 << 30;
const TCR_OVERRUN = 1 << 29;
const TCR_NOT_FULL = 1 << 28;

const RSR_RECEIVED = 1 << 31;
const RSR_PARITY = 1 << 30;
const RSR_FRAMING = 1 << 29;
const RSR_ERROR_FREE = 1 << 28;

const LINES =
  (1 << SOURCE.CC_RX_READY) |
  (1 << SOURCE.CC_RX_PARITY) |
  (1 << SOURCE.CC_RX_FRAMING) |
  (1 << SOURCE.CC_TX_FULL) |
  (1 << SOURCE.CC_TX_OVERRUN) |
  (1 << SOURCE.CC_TX_EMPTY) |
  (1 << SOURCE.CC_TX_NOT_FULL) |
  (0xf << SOURCE.CC_RX_MC);

/** What a communications controller is connected to. */
export interface CommunicationsPorts {
  /** Interrupt request lines, bit = VIC source: those in `mask` take their bit of `levels`. */
  lines(mask: number, levels: number): void;
  /** A packet leaves for the router. `route`: {@link LOCAL_ROUTE}, or the link it pretends to come from. */
  send(packet: Packet, route: number): void;
  /** The receive buffer has room again after it was full. */
  drained(): void;
}

export class CommunicationsController implements Peripheral {
  readonly #ports: CommunicationsPorts;
  readonly #received: ReceiveBuffer = new ReceiveBuffer();
  /** Packets beyond {@link RX_DEPTH} that there is room for while the core works off what came late. */
  #extraRoom = 0;
  #control = 0;
  #txData: number | undefined;
  #txKey = 0;
  /** Packets on their way into a router that could not take them yet. */
  #waiting = 0;
  #full = false;
  /**
   * The core has been shown room for the next packet. Only its own packets can fill the buffer, but that the router could
   * not take an earlier one is told when the core's turn is over, perhaps between its look and its packet.
   */
  #promised = false;
  #overrun = false;
  #parityError = false;
  #sourceAndRoute = 0x0700_0000;
  #test = 0;
  #lastKey = 0;
  #lastData = 0;

  constructor(ports: CommunicationsPorts) {
    this.#ports = ports;
  }

  /** To be called once the lines are connected. */
  reset(): void {
    this.#received.clear();
    this.#extraRoom = 0;
    this.#control = 0;
    this.#txData = undefined;
    this.#full = false;
    this.#promised = false;
    this.#overrun = false;
    this.#parityError = false;
    this.#sourceAndRoute = 0x0700_0000;
    this.#drive();
    this.#ports.drained();
  }

  /** Can another packet be received? */
  get ready(): boolean {
    return this.#received.length < RX_DEPTH + this.#extraRoom;
  }

  /** Packets that wait to be read. */
  get waiting(): number {
    return this.#received.length;
  }

  /**
   * @param route link it came in on, or {@link LOCAL_ROUTE}
   * @param late the core's own time is past the packet's, when it could have taken it already: there is room for one
   *   packet more until it has worked off as many
   */
  receive(arrived: Packet, route: number, late: boolean): void {
    if (late) this.#extraRoom++;
    this.#received.push({ packet: arrived, route });
    if (hasParityError(arrived)) this.#parityError = true;
    this.#drive();
  }

  /** The oldest packet, removed; for a boot ROM that is not emulated as code. */
  take(): Received | undefined {
    const { ready } = this;
    const oldest = this.#received.shift();
    if (oldest !== undefined) {
      this.#extraRoom = Math.min(this.#extraRoom, this.#received.length);
      this.#drive();
      if (!ready && this.ready) this.#ports.drained();
    }
    return oldest;
  }

  /** The router tells how many packets of this core it could not take yet. */
  stall(waiting: number): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    if (waiting >= TX_DEPTH) this.#full = true;
    this.#drive();
  }

  read(offset: number): number {
    switch (offset) {
      case TCR:
        this.#promised = this.#waiting < TX_DEPTH;
        return this.#transmitStatus() | this.#control;
      case TDR:
        return this.#txData ?? 0;
      case TKR:
        return this.#txKey;
      case RSR:
        return this.#receiveStatus();
      case RDR:
        return this.#received.oldest?.packet.payload ?? this.#lastData;
      case RKR:
        return this.#readKey();
      case SAR:
        return this.#sourceAndRoute;
      case TSTR:
        return this.#test;
      default:
        return BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    switch (offset) {
      case TCR:
        this.#control = value & 0x00ff_0000;
        if ((value & TCR_FULL) === 0) this.#full = this.#waiting >= TX_DEPTH;
        if ((value & TCR_OVERRUN) === 0) this.#overrun = false;
        break;
      case TDR:
        this.#txData = value | 0;
        return true;
      case TKR:
        this.#send(value | 0);
        break;
      case RSR:
        if ((value & RSR_PARITY) === 0) this.#parityError = false;
        break;
      case SAR:
        this.#sourceAndRoute = value & 0x0700_ffff;
        return true;
      case TSTR:
        this.#test = value & 1;
        return true;
      case RDR:
      case RKR:
        return true;
      default:
        return false;
    }
    this.#drive();
    return true;
  }

  #send(key: number): void {
    this.#txKey = key;
    const payload = this.#txData;
    this.#txData = undefined;
    const hasRoom = this.#waiting < TX_DEPTH || this.#promised;
    this.#promised = false;
    if (!hasRoom) {
      this.#overrun = true;
      return;
    }
    let control = (this.#control >>> 16) & 0xff & ~CONTROL_PAYLOAD;
    let word = key;
    if (control >>> 6 === PACKET_TYPE.P2P) {
      control = (control & ~0x30) | (((key >>> 16) & 3) << 4);
      word = (this.#sourceAndRoute << 16) | (key & 0xffff);
    }
    this.#ports.send(packet(control, word, payload), (this.#sourceAndRoute >>> 24) & 7);
  }

  /** Reading the key takes the packet out of the buffer. A P2P packet shows its sender and sequence code here. */
  #readKey(): number {
    const { oldest } = this.#received;
    if (oldest === undefined) return this.#lastKey;
    const { packet: arrived } = oldest;
    this.#lastData = hasPayload(arrived) ? arrived.payload : 0;
    this.#lastKey =
      packetType(arrived) === PACKET_TYPE.P2P
        ? (arrived.key >>> 16) | (((arrived.control >>> 4) & 3) << 16)
        : arrived.key;
    this.take();
    return this.#lastKey;
  }

  #transmitStatus(): number {
    return (
      (this.#waiting === 0 ? TCR_EMPTY : 0) |
      (this.#full ? TCR_FULL : 0) |
      (this.#overrun ? TCR_OVERRUN : 0) |
      (this.#waiting < TX_DEPTH ? TCR_NOT_FULL : 0)
    );
  }

  #receiveStatus(): number {
    const { oldest } = this.#received;
    const sticky = this.#parityError ? RSR_PARITY : 0;
    if (oldest === undefined) return sticky;
    const status = RSR_RECEIVED | sticky | (oldest.route << 24) | (oldest.packet.control << 16);
    return hasParityError(oldest.packet) ? status : status | RSR_ERROR_FREE | (1 << packetType(oldest.packet));
  }

  #drive(): void {
    const tx = this.#transmitStatus();
    const rx = this.#receiveStatus();
    this.#ports.lines(
      LINES,
      ((rx & RSR_RECEIVED) !== 0 ? 1 << SOURCE.CC_RX_READY : 0) |
        ((rx & RSR_PARITY) !== 0 ? 1 << SOURCE.CC_RX_PARITY : 0) |
        ((rx & RSR_FRAMING) !== 0 ? 1 << SOURCE.CC_RX_FRAMING : 0) |
        ((tx & TCR_FULL) !== 0 ? 1 << SOURCE.CC_TX_FULL : 0) |
        ((tx & TCR_OVERRUN) !== 0 ? 1 << SOURCE.CC_TX_OVERRUN : 0) |
        ((tx & TCR_EMPTY) !== 0 ? 1 << SOURCE.CC_TX_EMPTY : 0) |
        ((tx & TCR_NOT_FULL) !== 0 ? 1 << SOURCE.CC_TX_NOT_FULL : 0) |
        ((rx & 0xf) << SOURCE.CC_RX_MC),
    );
  }
}

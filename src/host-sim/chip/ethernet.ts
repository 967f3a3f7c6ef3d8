/**
 * Ethernet MII interface of a chip (SpiNNaker datasheet §15): one frame out at a time, a 3 KiB ring for frames in.
 *
 * Not documented and chosen here: frames in the ring start at word boundaries, each takes its length and 4 bytes of
 * check sum; the descriptor holds the length without them; the receive request stays up while frames are unread.
 */

import { BUS_ERROR, type Peripheral, type Scheduler } from "./peripheral.ts";
import { Phy } from "./phy.ts";

export const TX_FRAME_BYTES = 0x600;
export const RX_RING_BYTES = 0xc00;
const DESCRIPTORS = 48;

/** Core clock cycles a byte takes at 100 Mbit/s. */
const BYTE_CYCLES = 16;
/** Preamble, check sum and gap around each frame, in bytes. */
const FRAME_OVERHEAD_BYTES = 24;
const CHECK_SUM_BYTES = 4;

const COMMAND_TX_ENABLE = 1 << 0;
const COMMAND_RX_ENABLE = 1 << 1;
const COMMAND_LOOPBACK = 1 << 2;
const COMMAND_UNICAST = 1 << 4;
const COMMAND_MULTICAST = 1 << 5;
const COMMAND_BROADCAST = 1 << 6;
const COMMAND_PROMISCUOUS = 1 << 7;
const COMMAND_RESET_DROPPED = 1 << 9;
const COMMAND_NO_REORDERING = 1 << 10;

const PHY_RESET_N = 1 << 0;
const PHY_DATA_IN = 1 << 1;
const PHY_DATA_OUT = 1 << 2;
const PHY_OUTPUT_ENABLE = 1 << 3;
const PHY_CLOCK = 1 << 4;

export interface EthernetPorts {
  /** Levels of interrupt sources 19 and 20. */
  interrupts(transmitted: boolean, received: boolean): void;
  /** A frame has left the chip, without preamble and check sum. The array is the receiver's own. */
  transmit(frame: Uint8Array): void;
}

export class Ethernet implements Peripheral {
  readonly phy: Phy = new Phy();
  /** Transmit frame RAM at offset 0. */
  readonly txFrame: Uint8Array = new Uint8Array(TX_FRAME_BYTES);
  /** Receive frame RAM at offset 0x4000. Reading on past its end continues at its start. */
  readonly rxRing: Uint8Array = new Uint8Array(RX_RING_BYTES);
  readonly #scheduler: Scheduler;
  readonly #ports: EthernetPorts;
  readonly #lengths = new Uint16Array(DESCRIPTORS);
  #command = 0;
  #txLength = 0;
  #txBusy = false;
  #txInterrupt = false;
  #rxInterrupt = false;
  #macLow = 0;
  #macHigh = 0;
  #phyControl = 0;
  #unread = 0;
  #dropped = 0;
  /** Ring and descriptor positions since reset; the registers show them modulo the sizes, with a rollover bit. */
  #readAt = 0;
  #writeAt = 0;
  #readDescriptor = 0;
  #writeDescriptor = 0;

  constructor(scheduler: Scheduler, ports: EthernetPorts) {
    this.#scheduler = scheduler;
    this.#ports = ports;
  }

  reset(): void {
    this.phy.reset();
    this.#command = 0;
    this.#txLength = 0;
    this.#txBusy = false;
    this.#txInterrupt = false;
    this.#rxInterrupt = false;
    this.#macLow = 0;
    this.#macHigh = 0;
    this.#phyControl = 0;
    this.#unread = 0;
    this.#dropped = 0;
    this.#readAt = 0;
    this.#writeAt = 0;
    this.#readDescriptor = 0;
    this.#writeDescriptor = 0;
    this.#drive();
  }

  /** The address frames are filtered by, first byte first. */
  get macAddress(): Uint8Array {
    return Uint8Array.of(
      this.#macHigh >>> 8,
      this.#macHigh,
      this.#macLow >>> 24,
      this.#macLow >>> 16,
      this.#macLow >>> 8,
      this.#macLow,
    );
  }

  /** A frame arrives, without preamble and check sum. */
  receive(frame: Uint8Array): void {
    if ((this.#command & COMMAND_RX_ENABLE) === 0 || !this.#accepts(frame)) return;
    const taken = align(frame.length + CHECK_SUM_BYTES);
    if (this.#unread >= DESCRIPTORS || this.#writeAt - this.#readAt + taken > RX_RING_BYTES) {
      this.#dropped = Math.min(0xffff, this.#dropped + 1);
      return;
    }
    for (let i = 0; i < frame.length; i++) {
      this.rxRing[this.#ordered((this.#writeAt + i) % RX_RING_BYTES)] = frame[i]!;
    }
    this.#lengths[this.#writeDescriptor % DESCRIPTORS] = frame.length;
    this.#writeAt += taken;
    this.#writeDescriptor++;
    this.#unread++;
    this.#rxInterrupt = true;
    this.#drive();
  }

  read(offset: number): number {
    if (offset >= 0x8000 && offset < 0x8000 + 4 * DESCRIPTORS) return this.#lengths[(offset - 0x8000) >>> 2]!;
    switch (offset) {
      case 0xc000:
        return this.#command;
      case 0xc004:
        return (this.#dropped << 16) | (this.#unread << 1) | (this.#txBusy ? 1 : 0);
      case 0xc008:
        return this.#txLength;
      case 0xc014:
        return this.#macLow;
      case 0xc018:
        return this.#macHigh;
      case 0xc01c:
        return this.#phyControl | (this.phy.dataIn ? PHY_DATA_IN : 0);
      case 0xc024:
        return ringPointer(this.#readAt, RX_RING_BYTES, 12);
      case 0xc028:
        return ringPointer(this.#writeAt, RX_RING_BYTES, 12);
      case 0xc02c:
        return ringPointer(this.#readDescriptor, DESCRIPTORS, 6);
      case 0xc030:
        return ringPointer(this.#writeDescriptor, DESCRIPTORS, 6);
      case 0xc00c:
      case 0xc010:
      case 0xc020:
      case 0xc034:
      case 0xc038:
      case 0xc03c:
        return 0;
      default:
        return BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    switch (offset) {
      case 0xc000:
        this.#command = value & 0x7ff & ~COMMAND_RESET_DROPPED;
        if ((value & COMMAND_RESET_DROPPED) !== 0) this.#dropped = 0;
        break;
      case 0xc008:
        this.#txLength = value & 0x7ff;
        break;
      case 0xc00c:
        this.#transmit();
        break;
      case 0xc010:
        this.#release();
        break;
      case 0xc014:
        this.#macLow = value >>> 0;
        break;
      case 0xc018:
        this.#macHigh = value & 0xffff;
        break;
      case 0xc01c:
        this.#writePhy(value);
        break;
      case 0xc020:
        if ((value & 1) !== 0) this.#txInterrupt = false;
        if ((value & 0x10) !== 0) this.#rxInterrupt = this.#unread > 0;
        break;
      default:
        return offset >= 0xc004 && offset < 0xc040;
    }
    this.#drive();
    return true;
  }

  #accepts(frame: Uint8Array): boolean {
    if (frame.length < 14 || frame.length > 1514) return false;
    if ((this.#command & COMMAND_PROMISCUOUS) !== 0) return true;
    const destination = frame.subarray(0, 6);
    if (destination.every((byte) => byte === 0xff)) return (this.#command & COMMAND_BROADCAST) !== 0;
    if ((destination[0]! & 1) !== 0) return (this.#command & COMMAND_MULTICAST) !== 0;
    const own = this.macAddress;
    return (this.#command & COMMAND_UNICAST) !== 0 && destination.every((byte, i) => byte === own[i]);
  }

  /** With hardware reordering, the first byte of a frame is the most significant one of its word. */
  #ordered(offset: number): number {
    return (this.#command & COMMAND_NO_REORDERING) !== 0 ? offset : offset ^ 3;
  }

  #transmit(): void {
    if ((this.#command & COMMAND_TX_ENABLE) === 0 || this.#txBusy) return;
    const frame = new Uint8Array(Math.min(this.#txLength, TX_FRAME_BYTES));
    for (let i = 0; i < frame.length; i++) frame[i] = this.txFrame[this.#ordered(i)]!;
    this.#txBusy = true;
    const end = this.#scheduler.now + (frame.length + FRAME_OVERHEAD_BYTES) * BYTE_CYCLES;
    this.#scheduler.at(end, () => {
      if (!this.#txBusy) return;
      this.#txBusy = false;
      this.#txInterrupt = true;
      this.#drive();
      if ((this.#command & COMMAND_LOOPBACK) !== 0) this.receive(frame);
      else this.#ports.transmit(frame);
    });
  }

  /** The oldest frame is done with. */
  #release(): void {
    if (this.#unread === 0) return;
    this.#readAt += align(this.#lengths[this.#readDescriptor % DESCRIPTORS]! + CHECK_SUM_BYTES);
    this.#readDescriptor++;
    this.#unread--;
  }

  #writePhy(value: number): void {
    this.#phyControl = value & 0x3d;
    if ((value & PHY_RESET_N) === 0) this.phy.reset();
    const driven = (value & PHY_OUTPUT_ENABLE) !== 0 ? (value & PHY_DATA_OUT) !== 0 : undefined;
    this.phy.drive((value & PHY_CLOCK) !== 0, driven);
  }

  #drive(): void {
    this.#ports.interrupts(this.#txInterrupt, this.#rxInterrupt);
  }
}

function align(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** Position in a ring of `size`, with a bit at `rolloverBit` that toggles at each wrap. */
function ringPointer(position: number, size: number, rolloverBit: number): number {
  return (position % size) | ((Math.floor(position / size) & 1) << rolloverBit);
}

/**
 * Stand-in for the boot ROM, whose binary is not public: what it leaves behind after the power-on self test, and how it
 * takes an image over Ethernet or from a neighbour. No ROM code is executed (SpiNNaker bootROM sources; software design
 * document V0.01, node boot).
 */

import { BootImage, type ExecuteImage, IMAGE_BYTES } from "./boot-image.ts";
import type { Chip } from "./chip.ts";
import {
  arpFrame,
  BROADCAST_MAC,
  pingReply,
  readArpFrame,
  readUdpFrame,
  type Station,
  sameBytes,
  udpFrame,
} from "./internet-frames.ts";
import { BOOT_ROM_BYTES, ITCM_BASE } from "./memory-map.ts";
import { hasPayload, PACKET_TYPE, type Packet, packetType } from "./packet.ts";
import { CYCLES_PER_MILLISECOND } from "./peripheral.ts";
import { SERIAL_ROM_PINS } from "./serial-rom.ts";
import { BOOT_ROM_CLOCKS } from "./system-controller.ts";
import { SOURCE } from "./vic.ts";

/** UDP port for boot images. */
export const BOOT_PORT = 54321;

const IMAGE_OFFSET = 0x8000;
const HELLO_PERIOD = 4096 * CYCLES_PER_MILLISECOND;
/** Operation 0x41, ROM version 2.1, "CPTS" reversed: what an unbooted board broadcasts. */
const HELLO: Uint8Array = Uint8Array.of(
  ...[0x00, 0x01, 0x00, 0x00, 0x00, 0x41, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x43, 0x50, 0x54, 0x53],
);

/** System RAM offsets of what the ROM writes there. */
const PARAMETERS = 0x7fe0;
const SDRAM_RESULT = 0x7fc8;
const MONITOR_HISTORY = 0x7f7c;

/** System Controller registers. */
const GPIO_DIRECTION = 0x44;
const GPIO_SET = 0x48;

const OK_PHY = 1 << 31;
const P2P_ALL_NONE = 0x00db_6db6;
/** wait1 = wait2 = 108 cycles, interrupts on. */
const ROUTER_CONTROL = 0x2f2f_0007;
/** A millisecond at the ROM's 160 MHz. */
const TIMER_LOAD = 160_000;

/** `mcr p15, 0, r0, c7, c0, 4` (wait for interrupt) and a branch back: what wild code finds in the ROM. */
const ROM_CODE = [0xee07_0f90, 0xeaff_fffd] as const;

export class BootRom {
  readonly #chip: Chip;
  readonly #image: BootImage;
  #station: Station | undefined;
  /** Counts power-ons, so that a hello of an earlier one stops. */
  #generation = 0;

  constructor(chip: Chip) {
    this.#chip = chip;
    const monitor = chip.cores[chip.bootMonitor];
    if (monitor === undefined) throw new RangeError(`chip has no core ${chip.bootMonitor}`);
    this.#image = new BootImage(monitor.core.dtcm.subarray(IMAGE_OFFSET, IMAGE_OFFSET + IMAGE_BYTES));
  }

  /** Contents of the 32 KiB of ROM. */
  static contents(): Uint8Array {
    const rom = new Uint8Array(BOOT_ROM_BYTES);
    const view = new DataView(rom.buffer);
    for (let i = 0; i < BOOT_ROM_BYTES; i += 8) {
      view.setUint32(i, ROM_CODE[0], true);
      view.setUint32(i + 4, ROM_CODE[1], true);
    }
    return rom;
  }

  /** Power-on self test and the race for being monitor are over; all good cores sleep. */
  start(): void {
    const chip = this.#chip;
    this.#generation++;
    this.#image.reset();
    chip.systemController.elect(chip.bootMonitor, chip.workingCores | (chip.board === undefined ? 0 : OK_PHY));
    chip.systemController.setClocks(BOOT_ROM_CLOCKS);
    chip.router.write(0x00, ROUTER_CONTROL | (chip.bootMonitor << 8));
    for (let word = 0; word < 8192; word++) chip.router.write(0x1_0000 + 4 * word, P2P_ALL_NONE);
    const ram = new DataView(chip.systemRam.buffer);
    chip.systemRam.fill(0);
    ram.setUint32(SDRAM_RESULT, 0, true);
    ram.setUint32(MONITOR_HISTORY, (0x5ec0_0000 | (1 << chip.bootMonitor)) >>> 0, true);
    for (const subsystem of chip.cores) {
      subsystem.vic.write(0x200, 0x20 | SOURCE.CPU_INT);
      subsystem.vic.write(0x10, 1 << SOURCE.CPU_INT);
      subsystem.timer1.write(0x00, TIMER_LOAD);
    }
    this.#startEthernet();
  }

  /** A frame arrives while the monitor core is in the ROM. */
  frame(frame: Uint8Array): void {
    const self = this.#station;
    if (self === undefined) return;
    const arp = readArpFrame(frame);
    if (arp?.request && sameBytes(arp.targetIp, self.ip)) {
      this.#chip.transmit(arpFrame({ request: false, sender: self, targetIp: arp.sender.ip }, arp.sender.mac));
      return;
    }
    const pong = pingReply(frame, self);
    if (pong !== undefined) {
      this.#chip.transmit(pong);
      return;
    }
    const datagram = readUdpFrame(frame);
    if (datagram?.destinationPort !== BOOT_PORT) return;
    this.#execute(this.#image.datagram(datagram.payload));
  }

  /** A packet reaches the monitor core while it is in the ROM. */
  packet(arrived: Packet): void {
    if (packetType(arrived) !== PACKET_TYPE.NN || !hasPayload(arrived)) return;
    this.#execute(this.#image.packet(arrived.key, arrived.payload));
  }

  #startEthernet(): void {
    const { board, ethernet } = this.#chip;
    this.#station = undefined;
    if (board === undefined) return;
    const { SELECT_N, CLOCK, DATA_IN } = SERIAL_ROM_PINS;
    this.#chip.systemController.write(GPIO_SET, SELECT_N);
    this.#chip.systemController.write(GPIO_DIRECTION, ~(SELECT_N | CLOCK | DATA_IN));
    this.#chip.systemRam.set(this.#chip.boardParameters, PARAMETERS);
    this.#station = { mac: board.mac, ip: board.ip };
    ethernet.write(0xc014, new DataView(board.mac.buffer, board.mac.byteOffset).getUint32(2));
    ethernet.write(0xc018, new DataView(board.mac.buffer, board.mac.byteOffset).getUint16(0));
    this.#scheduleHello(this.#generation);
  }

  #scheduleHello(generation: number): void {
    const { time } = this.#chip;
    time.at(time.now + HELLO_PERIOD, () => {
      if (generation !== this.#generation || this.#station === undefined || !this.#chip.inRom) return;
      const everybody = { mac: BROADCAST_MAC, ip: Uint8Array.of(255, 255, 255, 255) };
      this.#chip.transmit(udpFrame(this.#station, everybody, BOOT_PORT, BOOT_PORT, HELLO));
      this.#scheduleHello(generation);
    });
  }

  /** The image goes to the ITCM and is entered; it also stays where it was, SCAMP needs it there. */
  #execute(image: ExecuteImage | undefined): void {
    if (image === undefined) return;
    const chip = this.#chip;
    const monitor = chip.cores[chip.bootMonitor]!;
    monitor.writeTcm(ITCM_BASE, this.#image.bytes.slice(0, image.bytes));
    monitor.timer1.write(0x08, 0xe2);
    this.#image.reset();
    this.#generation++;
    monitor.enterCode(image.address);
  }
}

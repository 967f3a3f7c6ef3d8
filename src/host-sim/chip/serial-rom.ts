/**
 * Serial ROM of an Ethernet chip, on four general-purpose pins (SPI mode 0), and what is written in it.
 *
 * At address 0 the boot ROM finds the board's parameters, at 0x100 SCAMP finds the list of what is dead on the board.
 */

/** Pins of the serial ROM, as GPIO bits. */
export const SERIAL_ROM_PINS: {
  readonly SELECT_N: 0x20;
  readonly CLOCK: 0x10;
  readonly DATA_IN: 0x08;
  readonly DATA_OUT: 0x04;
} = { SELECT_N: 0x20, CLOCK: 0x10, DATA_IN: 0x08, DATA_OUT: 0x04 };

const COMMAND_READ = 0x03;
const COMMAND_READ_STATUS = 0x05;
const COMMAND_WRITE = 0x02;
const COMMAND_WRITE_ENABLE = 0x06;
const COMMAND_WRITE_DISABLE = 0x04;

const ROM_BYTES = 0x8000;
const ADDRESS_MASK = ROM_BYTES - 1;
const PAD = 0x55;
const BLOCK_START = 0x3a;
/** Where the boot ROM puts the parameters: top of the System RAM. */
const PARAMETER_ADDRESS = 0xf500_7fe0;
const PARAMETER_BYTES = 32;
const BOARD_INFO_AT = 0x100;
/** Words of board information, the count included. */
const BOARD_INFO_WORDS = 64;

const FLAG_PRESENT = 0x8000;
const FLAG_PHY_INIT = 0x0008;
const FLAG_ETHERNET = 0x0001;

/** The board's parameters, as SCAMP copies them (`srom_data`). */
export interface BoardParameters {
  /** Hardware version, 4 bits: 3 for SpiNN-3, 5 for SpiNN-5. */
  readonly hardwareVersion: number;
  /** 6 bytes. */
  readonly mac: Uint8Array;
  /** IPv4 addresses and mask, 4 bytes each. */
  readonly ip: Uint8Array;
  readonly gateway: Uint8Array;
  readonly netMask: Uint8Array;
  /** UDP port for SDP. */
  readonly udpPort: number;
}

/** What is dead on one chip of a board, coordinates counted from the board's Ethernet chip. */
export interface DeadParts {
  readonly x: number;
  readonly y: number;
  /** Bit l: link l is dead. */
  readonly links: number;
  /** Bit p: physical core p is dead. */
  readonly cores: number;
}

/** The 32 bytes at the top of the System RAM that the boot ROM fills from the serial ROM. */
export function boardParameterBytes(board: BoardParameters): Uint8Array {
  const bytes = new Uint8Array(PARAMETER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, FLAG_PRESENT | ((board.hardwareVersion & 15) << 4) | FLAG_PHY_INIT | FLAG_ETHERNET, true);
  bytes.set(board.mac.subarray(0, 6), 2);
  bytes.set(board.ip.subarray(0, 4), 8);
  bytes.set(board.gateway.subarray(0, 4), 12);
  bytes.set(board.netMask.subarray(0, 4), 16);
  view.setUint16(20, board.udpPort, true);
  return bytes;
}

/** Image of a serial ROM. At most 63 chips can be listed; those without dead parts are left out. */
export function serialRomImage(board: BoardParameters, dead: readonly DeadParts[]): Uint8Array {
  const image = new Uint8Array(ROM_BYTES).fill(0xff);
  const view = new DataView(image.buffer);
  const parameters = boardParameterBytes(board);
  image.set([PAD, PAD, BLOCK_START], 0);
  view.setUint16(3, PARAMETER_BYTES / 4);
  view.setUint32(5, PARAMETER_ADDRESS);
  const source = new DataView(parameters.buffer);
  for (let i = 0; i < PARAMETER_BYTES; i += 4) view.setUint32(9 + i, source.getUint32(i, true));
  image.fill(PAD, 9 + PARAMETER_BYTES, BOARD_INFO_AT);

  const listed = dead.filter((chip) => chip.links !== 0 || chip.cores !== 0).slice(0, BOARD_INFO_WORDS - 1);
  view.setUint32(BOARD_INFO_AT, listed.length, true);
  listed.forEach((chip, i) => {
    const word = ((chip.x & 7) << 27) | ((chip.y & 7) << 24) | ((chip.links & 0x3f) << 18) | (chip.cores & 0x3_ffff);
    view.setUint32(BOARD_INFO_AT + 4 + 4 * i, word, true);
  });
  return image;
}

export class SerialRom {
  readonly #bytes: Uint8Array;
  #selected = false;
  #clock = false;
  /** Bits shifted in since selection. */
  #bitsIn = 0;
  #command = 0;
  #address = 0;
  #byteIn = 0;
  #writeEnabled = false;
  #output = true;
  #bitsOut = 0;

  /** @param bytes contents, changed by write commands */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Level of its output pin. */
  get dataOut(): boolean {
    return this.#output;
  }

  /** New levels of its input pins, as GPIO bits. */
  drive(pins: number): void {
    const selected = (pins & SERIAL_ROM_PINS.SELECT_N) === 0;
    if (selected !== this.#selected) {
      this.#selected = selected;
      this.#bitsIn = 0;
      this.#command = 0;
      this.#address = 0;
      this.#bitsOut = 0;
      this.#output = true;
    }
    const clock = (pins & SERIAL_ROM_PINS.CLOCK) !== 0;
    if (selected && clock !== this.#clock) {
      if (clock) this.#shiftIn((pins & SERIAL_ROM_PINS.DATA_IN) !== 0 ? 1 : 0);
      else this.#shiftOut();
    }
    this.#clock = clock;
  }

  #shiftIn(bit: number): void {
    const position = this.#bitsIn++;
    if (position < 8) {
      this.#command = (this.#command << 1) | bit;
      if (position === 7 && this.#command === COMMAND_WRITE_ENABLE) this.#writeEnabled = true;
      if (position === 7 && this.#command === COMMAND_WRITE_DISABLE) this.#writeEnabled = false;
    } else if (position < 32) {
      this.#address = (this.#address << 1) | bit;
    } else if (this.#command === COMMAND_WRITE && this.#writeEnabled) {
      this.#byteIn = ((this.#byteIn << 1) | bit) & 0xff;
      if ((position & 7) === 7) this.#bytes[this.#address++ & ADDRESS_MASK] = this.#byteIn;
    }
  }

  /** Its output changes when the clock falls. */
  #shiftOut(): void {
    if (this.#command === COMMAND_READ_STATUS && this.#bitsIn >= 8) {
      const position = this.#bitsOut++ & 7;
      this.#output = position === 6 && this.#writeEnabled;
    } else if (this.#command === COMMAND_READ && this.#bitsIn >= 32) {
      const position = this.#bitsOut++;
      const byte = this.#bytes[(this.#address + (position >>> 3)) & ADDRESS_MASK] ?? 0xff;
      this.#output = ((byte >>> (7 - (position & 7))) & 1) !== 0;
    }
  }
}

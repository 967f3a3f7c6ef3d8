import { describe, expect, it } from "vitest";
import { SERIAL_ROM_PINS, SerialRom, serialRomImage } from "../../../src/host-sim/chip/serial-rom.ts";

const { SELECT_N, CLOCK, DATA_IN } = SERIAL_ROM_PINS;

const BOARD = {
  hardwareVersion: 5,
  mac: Uint8Array.of(2, 0, 0, 0, 0, 7),
  ip: Uint8Array.of(192, 168, 240, 1),
  gateway: Uint8Array.of(192, 168, 240, 254),
  netMask: Uint8Array.of(255, 255, 255, 0),
  udpPort: 17893,
};

/** Drives the pins as SCAMP does: data is sampled before the clock pulse. */
function spi(bytes: Uint8Array) {
  const rom = new SerialRom(bytes);
  const pulse = (data: number) => {
    rom.drive(data);
    rom.drive(data | CLOCK);
    rom.drive(data);
  };
  const command = (bits: number, count: number) => {
    rom.drive(SELECT_N);
    rom.drive(0);
    for (let i = count - 1; i >= 0; i--) pulse(((bits >>> i) & 1) !== 0 ? DATA_IN : 0);
  };
  const readByte = () => {
    let value = 0;
    for (let i = 0; i < 8; i++) {
      value = (value << 1) | (rom.dataOut ? 1 : 0);
      pulse(0);
    }
    return value;
  };
  const sendByte = (value: number) => {
    for (let i = 7; i >= 0; i--) pulse(((value >>> i) & 1) !== 0 ? DATA_IN : 0);
  };
  return { rom, command, readByte, sendByte };
}

describe("serial ROM", () => {
  it("reads bytes from a 24-bit address on, most significant bit first", () => {
    const { command, readByte } = spi(Uint8Array.from({ length: 0x8000 }, (_, i) => i ^ (i >>> 8)));
    command(0x0300_0100, 32);
    expect([readByte(), readByte(), readByte()]).toEqual([0x01, 0x00, 0x03]);
  });

  it("writes only after a write enable command, and shows that in its status", () => {
    const bytes = new Uint8Array(0x8000);
    const { command, readByte, sendByte } = spi(bytes);
    command(0x0200_0010, 32);
    sendByte(0xab);
    expect(bytes[0x10]).toBe(0);
    command(0x06, 8);
    command(0x05, 8);
    expect(readByte()).toBe(0x02);
    command(0x0200_0010, 32);
    sendByte(0xab);
    expect(bytes[0x10]).toBe(0xab);
  });

  it("holds the parameter block that the boot ROM copies to 0xf5007fe0, big-endian", () => {
    const image = serialRomImage(BOARD, []);
    const view = new DataView(image.buffer);
    expect(image[2]).toBe(0x3a);
    expect(view.getUint16(3)).toBe(8);
    expect(view.getUint32(5)).toBe(0xf500_7fe0);
    expect(view.getUint32(9), "first two bytes of the MAC address over the flags").toBe(0x0002_8059);
  });

  it("lists what is dead at 0x100: a count, then type, position, links and cores", () => {
    const image = serialRomImage(BOARD, [
      { x: 0, y: 0, links: 0, cores: 0 },
      { x: 3, y: 5, links: 0b100, cores: 1 << 17 },
    ]);
    const view = new DataView(image.buffer);
    expect(view.getUint32(0x100, true)).toBe(1);
    expect(view.getUint32(0x104, true)).toBe((3 << 27) | (5 << 24) | (0b100 << 18) | (1 << 17));
  });
});

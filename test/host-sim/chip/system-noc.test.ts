import { describe, expect, it } from "vitest";
import { Chip } from "../../../src/host-sim/chip/chip.ts";
import { isBusError } from "../../../src/host-sim/chip/peripheral.ts";
import { SDRAM_BYTES, SDRAM_PAGE_BYTES } from "../../../src/host-sim/chip/sdram.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

function chip(): Chip {
  return new Chip({
    time: new HandDrivenTime(),
    workingCores: 0x3_ffff,
    monitor: 3,
    transmit: () => {},
    awake: () => {},
  });
}

describe("memory map (datasheet §3)", () => {
  const { noc, systemController } = chip();

  it.each([
    { what: "SDRAM, buffered and not", one: 0x6000_0100, other: 0x7000_0100 },
    { what: "SDRAM, every 128 MiB", one: 0x6000_0200, other: 0x6000_0200 + SDRAM_BYTES },
    { what: "System RAM, buffered and not", one: 0xe500_0100, other: 0xf500_0100 },
    { what: "System RAM where a core has its own memories", one: 0xe500_0200, other: 0x0000_0200 },
  ])("shows the same word twice: $what", ({ one, other }) => {
    noc.write(one, 4, 0x1234_5678);
    expect(noc.read(other, 4)).toBe(0x1234_5678);
    noc.write(other, 4, 0);
    expect(noc.read(one, 4)).toBe(0);
  });

  it("shows ROM or System RAM in the boot area, by MISC_CTRL", () => {
    noc.write(0xe500_0000, 4, 0x55);
    expect(noc.read(0xffff_0000, 4)).toBe(noc.read(0xf600_0000, 4));
    systemController.write(0x38, 1);
    expect(noc.read(0xffff_0000, 4)).toBe(0x55);
    expect(noc.read(0xff00_8000, 4), "32 KiB repeat").toBe(0x55);
  });

  it.each([0x5000_0000, 0x8000_0000, 0xd000_0000, 0xe700_0000, 0xf800_0000])("nothing answers at %i", (address) => {
    expect(isBusError(noc.read(address, 4))).toBe(true);
    expect(noc.write(address, 4, 0)).toBe(false);
  });

  it("does not let the ROM be written", () => {
    expect(noc.write(0xf600_0000, 4, 0)).toBe(false);
  });

  it.each([
    { address: 0x6000_0003, name: "SDRAM" },
    { address: 0xe500_0003, name: "System RAM" },
    { address: 0xe400_0003, name: "the Ethernet frame buffer" },
  ])("$name can be accessed by byte", ({ address }) => {
    noc.write(address, 1, 0xab);
    expect(noc.read(address, 1)).toBe(0xab);
  });

  it.each([0xe000_0000, 0xe100_0000, 0xe200_0000, 0xe300_0000, 0xe400_c000])(
    "registers at %i can only be accessed by word",
    (address) => {
      expect(isBusError(noc.read(address, 1))).toBe(true);
      expect(isBusError(noc.read(address, 2))).toBe(true);
      expect(isBusError(noc.read(address, 4))).toBe(false);
    },
  );

  it("says that the SDRAM's delay line is locked", () => {
    expect(noc.read(0xe000_0300, 4) & (1 << 18)).toBe(1 << 18);
  });

  it("takes host memory for SDRAM only where something was written", () => {
    const fresh = chip();
    fresh.noc.read(0x6000_0000, 4);
    expect(fresh.sdram.allocatedBytes).toBe(0);
    fresh.noc.write(0x6700_0000, 1, 1);
    expect(fresh.sdram.allocatedBytes).toBe(SDRAM_PAGE_BYTES);
  });

  it("copies blocks across the pages in which SDRAM is kept", () => {
    const { sdram } = chip();
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i * 31);
    sdram.copyIn(0x6000_fff0, bytes);
    const back = new Uint8Array(bytes.length);
    sdram.copyOut(0x7000_fff0, back);
    expect(back).toEqual(bytes);
  });
});

describe("the boot ROM leaves behind (bootROM sources)", () => {
  const { cores, systemController, router, inRom } = chip();

  it("a monitor, OK bits of all good cores, and an arbiter that gives nobody else the job", () => {
    expect(systemController.read(0x34)).toBe(3);
    expect(systemController.read(0x10)).toBe(0x3_ffff);
    expect(systemController.read(0x80 + 4 * 5)).toBe(0);
    expect(inRom).toBe(true);
  });

  it("a router that knows the monitor and no P2P routes", () => {
    expect(router.read(0)).toBe(0x2f2f_0307);
    expect(router.p2pTable.direction(0x0101)).toBe(6);
  });

  it("cores that sleep, their interrupt from other cores in slot 0", () => {
    expect(systemController.read(0x64)).toBe(0x3_ffff);
    expect(cores[5]!.vic.read(0x200)).toBe(0x20 | 18);
  });
});

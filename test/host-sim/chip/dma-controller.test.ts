import { describe, expect, it } from "vitest";
import { crc32 } from "../../../src/host-sim/chip/boot-image.ts";
import { DMA_SETUP_CYCLES, DMA_WORD_CYCLES, DmaController } from "../../../src/host-sim/chip/dma-controller.ts";
import { isBusError, NEVER } from "../../../src/host-sim/chip/peripheral.ts";
import { SOURCE } from "../../../src/host-sim/chip/vic.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

const ADRS = 0x04;
const ADRT = 0x08;
const DESC = 0x0c;
const CTRL = 0x10;
const STAT = 0x14;
const GCTL = 0x18;
const CRCC = 0x1c;
const CRCR = 0x20;
const SCTL = 0x28;
const AD2S = 0x104;

const DONE = 1 << 10;
const SECOND_DONE = 1 << 11;
const PAUSED = 1 << 1;
const QUEUE_FULL = 1 << 2;
const TRANSFERRING = 1 << 0;

const READ = 0;
const WRITE = 1 << 19;
const WITH_CRC = 1 << 20;

/** CRC-32 as datasheet §7.4 programs it. */
const CRC_ROWS = [
  0xfb808b20, 0x7dc04590, 0xbee022c8, 0x5f701164, 0x2fb808b2, 0x97dc0459, 0xb06e890c, 0x58374486, 0xac1ba243,
  0xad8d5a01, 0xad462620, 0x56a31310, 0x2b518988, 0x95a8c4c4, 0xcad46262, 0x656a3131, 0x493593b8, 0x249ac9dc,
  0x924d64ee, 0xc926b277, 0x9f13d21b, 0xb409622d, 0x21843a36, 0x90c21d1b, 0x33e185ad, 0x627049f6, 0x313824fb,
  0xe31c995d, 0x8a0ec78e, 0xc50763c7, 0x19033ac3, 0xf7011641,
];

/** A DMA controller of core 5 with 4 KiB of system memory at 0 and 4 KiB of TCM at 0x400000. */
function dma() {
  const time = new HandDrivenTime();
  const system = new Uint8Array(4096);
  const tcm = new Uint8Array(4096);
  const state = { lines: 0 };
  const inside = (address: number, bytes: number) => address >= 0 && address + bytes <= system.length;
  const tested = new DmaController(time, 5, {
    lines: (mask, levels) => {
      state.lines = (state.lines & ~mask) | (levels & mask);
    },
    readSystem: (address, into, first, bytes) => {
      if (!inside(address, bytes)) return false;
      into.set(system.subarray(address, address + bytes), first);
      return true;
    },
    writeSystem: (address, from, first, bytes) => {
      if (!inside(address, bytes)) return false;
      system.set(from.subarray(first, first + bytes), address);
      return true;
    },
    tcm: (address, bytes) => (inside(address - 0x40_0000, bytes) ? tcm : undefined),
    tcmWritten: () => {},
  });
  const pass = (cycles: number) => {
    for (const end = time.now + cycles; time.now < end; ) {
      time.pass(Math.min(end, tested.due) - time.now);
      if (tested.due <= time.now) tested.advance();
    }
  };
  const transfer = (flags: number, systemAddress: number, tcmAddress: number, bytes: number) => {
    tested.write(ADRS, systemAddress);
    tested.write(ADRT, tcmAddress);
    return tested.write(DESC, flags | bytes);
  };
  const line = (source: number) => (state.lines & (1 << source)) !== 0;
  return { tested, time, system, tcm, pass, transfer, line };
}

function cyclesFor(bytes: number): number {
  return DMA_SETUP_CYCLES + (DMA_WORD_CYCLES * bytes) / 4;
}

describe("DMA controller (datasheet §7)", () => {
  it("shows the physical number of its core in STAT[31:24]", () => {
    expect(dma().tested.read(STAT) >>> 24).toBe(5);
  });

  it("copies from the system side to the TCM, taking setup time and 15 ns a word", () => {
    const { tested, system, tcm, pass, transfer } = dma();
    system.set([1, 2, 3, 4, 5, 6, 7, 8], 0x100);
    transfer(READ, 0x100, 0x40_0040, 8);
    pass(cyclesFor(8) - 1);
    expect(tested.read(STAT) & (TRANSFERRING | DONE)).toBe(TRANSFERRING);
    pass(1);
    expect(tested.read(STAT) & (TRANSFERRING | DONE)).toBe(DONE);
    expect([...tcm.subarray(0x40, 0x48)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("copies from the TCM to the system side", () => {
    const { system, tcm, pass, transfer } = dma();
    tcm.set([9, 8, 7, 6], 4);
    transfer(WRITE, 0x20, 0x40_0004, 4);
    pass(cyclesFor(4));
    expect([...system.subarray(0x20, 0x24)]).toEqual([9, 8, 7, 6]);
  });

  it("queues one transfer behind the active one and refuses a third with a bus error", () => {
    const { tested, transfer } = dma();
    expect(transfer(READ, 0, 0x40_0000, 64)).toBe(true);
    expect(transfer(READ, 0, 0x40_0000, 64)).toBe(true);
    expect(tested.read(STAT) & QUEUE_FULL).toBe(QUEUE_FULL);
    expect(tested.write(ADRS, 0)).toBe(false);
    expect(tested.write(DESC, 64)).toBe(false);
  });

  it("counts done transfers 00, 01, 11 and back at each clear", () => {
    const { tested, pass, transfer } = dma();
    transfer(READ, 0, 0x40_0000, 64);
    transfer(READ, 0, 0x40_0000, 64);
    pass(cyclesFor(64));
    expect(tested.read(STAT) & (DONE | SECOND_DONE)).toBe(DONE);
    pass(cyclesFor(64));
    expect(tested.read(STAT) & (DONE | SECOND_DONE)).toBe(DONE | SECOND_DONE);
    tested.write(CTRL, 8);
    expect(tested.read(STAT) & (DONE | SECOND_DONE)).toBe(DONE);
    tested.write(CTRL, 8);
    expect(tested.read(STAT) & (DONE | SECOND_DONE)).toBe(0);
  });

  it("interrupts for done transfers when GCTL enables them, until they are cleared", () => {
    const { tested, pass, transfer, line } = dma();
    tested.write(GCTL, 0xc00);
    transfer(READ, 0, 0x40_0000, 4);
    pass(cyclesFor(4));
    expect(line(SOURCE.DMA_DONE)).toBe(true);
    tested.write(CTRL, 8);
    expect(line(SOURCE.DMA_DONE)).toBe(false);
  });

  it.each([
    { what: "nothing answers on the system side", system: 0x9000_0000, tcm: 0x40_0000, bit: 15 },
    { what: "the TCM address is outside the TCMs", system: 0, tcm: 0x50_0000, bit: 14 },
  ])("pauses with STAT bit $bit when $what, and goes on after a restart", ({ system, tcm, bit }) => {
    const { tested, pass, transfer, line } = dma();
    tested.write(GCTL, 0x1f_fc00);
    transfer(READ, system, tcm, 16);
    transfer(READ, 0, 0x40_0000, 16);
    pass(1000);
    expect(tested.read(STAT) & (PAUSED | QUEUE_FULL | (1 << bit))).toBe(PAUSED | QUEUE_FULL | (1 << bit));
    expect(tested.read(AD2S)).toBe(system | 0);
    expect(line(SOURCE.DMA_ERROR)).toBe(true);
    tested.write(CTRL, 4);
    expect(line(SOURCE.DMA_ERROR)).toBe(false);
    pass(cyclesFor(16));
    expect(tested.read(STAT) & (DONE | PAUSED)).toBe(DONE);
  });

  it("drops the queued transfer on uncommit, and the active one on abort", () => {
    const { tested, pass, transfer } = dma();
    transfer(READ, 0, 0x40_0000, 64);
    transfer(READ, 0, 0x40_0000, 64);
    tested.write(CTRL, 1);
    expect(tested.read(STAT) & QUEUE_FULL).toBe(0);
    tested.write(CTRL, 2);
    pass(1000);
    expect(tested.read(STAT) & (DONE | PAUSED | (1 << 16))).toBe(PAUSED | (1 << 16));
  });

  it("computes the CRC-32 of Ethernet and writes it behind the block", () => {
    const { tested, system, tcm, pass, transfer } = dma();
    for (const [i, row] of CRC_ROWS.entries()) tested.write(0x180 + 4 * i, row);
    tcm.forEach((_, i) => {
      tcm[i] = i * 7;
    });
    transfer(WRITE | WITH_CRC, 0x100, 0x40_0000, 64);
    pass(cyclesFor(64));
    expect(tested.read(CRCC) >>> 0).toBe(crc32(tcm.subarray(0, 64)));
    expect(new DataView(system.buffer).getUint32(0x140, true)).toBe(crc32(tcm.subarray(0, 64)));
  });

  it("compares it when reading, and pauses with a CRC error if it differs", () => {
    const { tested, system, pass, transfer } = dma();
    for (const [i, row] of CRC_ROWS.entries()) tested.write(0x180 + 4 * i, row);
    system.set([1, 2, 3, 4], 0x100);
    new DataView(system.buffer).setUint32(0x104, crc32(Uint8Array.of(1, 2, 3, 4)), true);
    transfer(READ | WITH_CRC, 0x100, 0x40_0000, 4);
    pass(cyclesFor(4));
    expect(tested.read(STAT) & (DONE | PAUSED)).toBe(DONE);
    system[0x100] = 99;
    transfer(READ | WITH_CRC, 0x100, 0x40_0000, 4);
    pass(cyclesFor(4));
    expect(tested.read(STAT) & (PAUSED | (1 << 13))).toBe(PAUSED | (1 << 13));
    expect(tested.read(CRCR)).not.toBe(tested.read(CRCC));
  });

  it("has an alarm only while somebody listens to its interrupts", () => {
    const { tested, time, pass, transfer } = dma();
    transfer(READ, 0, 0x40_0000, 8);
    expect([tested.due, tested.alarm]).toEqual([time.now + cyclesFor(8), NEVER]);
    tested.write(GCTL, DONE);
    expect(tested.alarm).toBe(tested.due);
    pass(cyclesFor(8));
    expect([tested.due, tested.alarm]).toEqual([NEVER, NEVER]);
  });

  it("counts bursts in STAT0 while statistics are on: spin1_api reads them there", () => {
    const { tested, pass, transfer } = dma();
    tested.write(SCTL, 3);
    transfer(READ | (1 << 24) | (4 << 21), 0, 0x40_0000, 256);
    pass(cyclesFor(256));
    expect(tested.read(0x40)).toBe(2);
  });

  it("tells of a soft reset in bit 17 until a restart, and can be used at once", () => {
    const { tested, pass, transfer } = dma();
    transfer(READ, 0, 0x40_0000, 64);
    tested.reset();
    expect(tested.due).toBe(NEVER);
    transfer(READ, 0, 0x40_0000, 4);
    pass(cyclesFor(4));
    expect(tested.read(STAT) & ((1 << 17) | DONE)).toBe((1 << 17) | DONE);
    tested.write(CTRL, 4);
    expect(tested.read(STAT) & (1 << 17)).toBe(0);
  });

  it("sets a flag at each edge of the 32 kHz clock", () => {
    const { tested, pass, line } = dma();
    expect(tested.read(GCTL) >>> 31).toBe(0);
    pass(6250);
    expect(tested.read(GCTL) >>> 31).toBe(1);
    expect(line(SOURCE.SLOW_CLOCK)).toBe(true);
    tested.write(GCTL, 0);
    expect(line(SOURCE.SLOW_CLOCK)).toBe(false);
  });

  it("answers with a bus error where it has no register", () => {
    expect(isBusError(dma().tested.read(0x30))).toBe(true);
  });
});

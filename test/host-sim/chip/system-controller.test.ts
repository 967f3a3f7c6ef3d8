import { describe, expect, it } from "vitest";
import {
  BOOT_ROM_CLOCKS,
  CLOCK_A_CORES,
  RESET_CODE,
  SCAMP_CLOCKS,
  SystemController,
} from "../../../src/host-sim/chip/system-controller.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

const CODE = 0x5ec0_0000;
const CPU_DIS = 0x04;
const SET_IRQ = 0x08;
const CLR_IRQ = 0x0c;
const SET_OK = 0x10;
const CLR_OK = 0x14;
const SOFT_RST_L = 0x18;
const SOFT_RST_P = 0x24;
const SUBS_RST_P = 0x2c;
const RST_CODE = 0x30;
const MON_ID = 0x34;
const MISC_CTRL = 0x38;
const SET_FLAG = 0x58;
const CLR_FLAG = 0x5c;
const SLEEP = 0x64;

function controller() {
  const time = new HandDrivenTime();
  const chip = {
    clocks: [10, 10],
    interrupts: 0,
    softReset: 0,
    clocksOff: 0,
    pins: [0, 0],
    chipResets: [] as number[],
    routerResets: 0,
  };
  const tested = new SystemController(time, {
    cpuInterrupts: (levels) => {
      chip.interrupts = levels;
    },
    softReset: (cores) => {
      chip.softReset = cores;
    },
    hardReset: () => {},
    clocksOff: (cores) => {
      chip.clocksOff = cores;
    },
    coreClocks: (a, b) => {
      chip.clocks = [a, b];
    },
    sleeping: () => 0x2_0001,
    resetRouter: () => {
      chip.routerResets++;
    },
    resetPl340: () => {},
    resetChip: (code) => {
      chip.chipResets.push(code);
    },
    pins: (output, direction) => {
      chip.pins = [output, direction];
      return output & ~direction;
    },
    linksOff: () => {},
  });
  return { tested, time, chip };
}

describe("System Controller (datasheet §14)", () => {
  it("identifies the chip", () => {
    expect(controller().tested.read(0x00)).toBe(0x5911_1012);
  });

  it.each([
    { register: "CPU_DIS", offset: CPU_DIS, read: CPU_DIS },
    { register: "SET_IRQ", offset: SET_IRQ, read: SET_IRQ },
    { register: "SOFT_RST_L", offset: SOFT_RST_L, read: SOFT_RST_L },
    { register: "HARD_RST_L", offset: 0x1c, read: 0x1c },
    { register: "MON_ID", offset: MON_ID, read: MON_ID },
    { register: "LINK_DIS", offset: 0x200, read: 0x200 },
  ])("takes a write to $register only with 0x5ec in its upper bits", ({ offset, read }) => {
    const { tested } = controller();
    const before = tested.read(read);
    tested.write(offset, 0x2);
    expect(tested.read(read)).toBe(before);
    tested.write(offset, CODE | 0x2);
    expect(tested.read(read)).not.toBe(before);
  });

  it("raises and lowers the interrupt lines of single cores", () => {
    const { tested, chip } = controller();
    tested.write(SET_IRQ, CODE | 0b0110);
    tested.write(SET_IRQ, CODE | 0b1000);
    expect(chip.interrupts).toBe(0b1110);
    tested.write(CLR_IRQ, CODE | 0b0100);
    expect(chip.interrupts).toBe(0b1010);
    expect(tested.read(CLR_IRQ)).toBe(0b1010);
  });

  it("sets CPU_DIS as a whole, and stops those clocks", () => {
    const { tested, chip } = controller();
    tested.write(CPU_DIS, CODE | 0b11);
    tested.write(CPU_DIS, CODE | 0b100);
    expect(chip.clocksOff).toBe(0b100);
  });

  it("keeps 32 OK bits for software", () => {
    const { tested } = controller();
    tested.write(SET_OK, 0x8000_0011);
    tested.write(CLR_OK, 0x10);
    expect(tested.read(SET_OK) >>> 0).toBe(0x8000_0001);
  });

  it("holds cores in soft reset by level, and for 256 system clock cycles by pulse", () => {
    const { tested, time, chip } = controller();
    tested.write(SOFT_RST_L, CODE | 0b1);
    tested.write(SOFT_RST_P, CODE | 0b10);
    expect(chip.softReset).toBe(0b11);
    expect(tested.read(SOFT_RST_L)).toBe(0b01);
    expect(tested.read(SOFT_RST_P)).toBe(0b11);
    time.pass(384);
    expect(chip.softReset).toBe(0b01);
    tested.write(SOFT_RST_L, CODE);
    expect(chip.softReset).toBe(0);
  });

  it("makes the first core that asks the monitor", () => {
    const { tested } = controller();
    expect(tested.read(MON_ID)).toBe(0x11f);
    expect(tested.read(0x80 + 4 * 7) >>> 0).toBe(0x8000_0000);
    expect(tested.read(0x80 + 4 * 3)).toBe(0);
    expect(tested.read(MON_ID)).toBe(0x007);
  });

  it("does not make the old monitor monitor again after a watchdog reset", () => {
    const { tested } = controller();
    tested.read(0x80 + 4 * 7);
    tested.reset(RESET_CODE.WATCHDOG);
    expect(tested.read(RST_CODE)).toBe(1);
    expect(tested.read(0x80 + 4 * 7)).toBe(0);
    expect(tested.read(0x80 + 4 * 8) >>> 0).toBe(0x8000_0000);
  });

  it("sets a lock by reading it, and says whether it was set before", () => {
    const { tested } = controller();
    expect(tested.read(0x100 + 4 * 6)).toBe(0);
    expect(tested.read(0x100 + 4 * 6) >>> 0).toBe(0x8000_0000);
    expect(tested.read(0x100 + 4 * 5)).toBe(0);
    expect(tested.read(0x180 + 4 * 6) >>> 0).toBe(0x8000_0000);
    expect(tested.read(0x180 + 4 * 6)).toBe(0);
  });

  it("sets and clears flags without a code", () => {
    const { tested } = controller();
    tested.write(SET_FLAG, 0b111);
    tested.write(CLR_FLAG, 0b010);
    expect([tested.read(SET_FLAG), tested.read(CLR_FLAG)]).toEqual([0b101, 0b101]);
  });

  it("maps the System RAM into the boot area by MISC_CTRL bit 0, which survives a user reset but no watchdog's", () => {
    const { tested } = controller();
    expect(tested.bootAreaIsRam).toBe(false);
    tested.write(MISC_CTRL, 1);
    expect(tested.bootAreaIsRam).toBe(true);
    tested.reset(RESET_CODE.USER);
    expect(tested.bootAreaIsRam).toBe(true);
    tested.reset(RESET_CODE.WATCHDOG);
    expect(tested.bootAreaIsRam).toBe(false);
  });

  it("drives the pins that are outputs, and keeps what is written for the others", () => {
    const { tested, chip } = controller();
    tested.write(0x48, 0b11);
    tested.write(0x44, 0xffff_fffe);
    expect(chip.pins).toEqual([0b11, 0xffff_fffe]);
    expect(tested.read(0x48)).toBe(0b01);
    tested.write(0x4c, 0b01);
    expect(tested.read(0x40)).toBe(0b10);
  });

  it("shows which cores sleep", () => {
    expect(controller().tested.read(SLEEP)).toBe(0x2_0001);
  });

  it("resets router and chip by pulse", () => {
    const { tested, chip } = controller();
    tested.write(SUBS_RST_P, CODE | 1);
    tested.write(SUBS_RST_P, CODE | (1 << 17));
    expect(chip).toMatchObject({ routerResets: 1, chipResets: [RESET_CODE.CHIP] });
  });

  it("finishes a temperature measurement some time after it was started", () => {
    const { tested, time } = controller();
    tested.write(0x68, 1 << 31);
    expect((tested.read(0x68) >>> 24) & 1).toBe(0);
    time.pass(100_000);
    expect((tested.read(0x68) >>> 24) & 1).toBe(1);
    tested.write(0x68, 0);
    expect(tested.read(0x68)).toBe(0);
  });
});

describe("clocks of the cores", () => {
  const PLL1 = 0x50;
  const PLL2 = 0x54;
  const CLKMUX = 0x60;

  it("are at 160 MHz as the boot ROM leaves them, at 200 MHz as SCAMP does", () => {
    const { tested, chip } = controller();
    tested.setClocks(BOOT_ROM_CLOCKS);
    expect(chip.clocks).toEqual([160, 160]);
    tested.setClocks(SCAMP_CLOCKS);
    expect(chip.clocks).toEqual([200, 200]);
  });

  it.each([
    { pll1: 0x0128, pll2: 0x011a, multiplexer: 0, clocks: [10, 10] },
    { pll1: 0x0128, pll2: 0x011a, multiplexer: 0b00_10_0_00_01, clocks: [400, 260] },
    { pll1: 0x0128, pll2: 0x011a, multiplexer: 0b11_01_0_01_10, clocks: [130, 100] },
    { pll1: 0x0419, pll2: 0x011a, multiplexer: 0b00_11_0_10_01, clocks: [62.5 / 3, 2.5] },
  ])("follow PLL1 $pll1, PLL2 $pll2, CLKMUX $multiplexer", ({ pll1, pll2, multiplexer, clocks }) => {
    const { tested, chip } = controller();
    tested.write(PLL1, pll1);
    tested.write(PLL2, pll2);
    tested.write(CLKMUX, multiplexer);
    expect(chip.clocks).toEqual(clocks);
  });

  it("are two, A and B", () => {
    const cores = [...Array(18).keys()].filter((core) => (CLOCK_A_CORES & (1 << core)) !== 0);
    expect(cores).toEqual([1, 2, 4, 7, 8, 11, 13, 14, 16]);
  });

  it("are those of the crystal after a reset", () => {
    const { tested, chip } = controller();
    tested.setClocks(SCAMP_CLOCKS);
    tested.reset(RESET_CODE.POWER_ON);
    expect(chip.clocks).toEqual([10, 10]);
  });
});

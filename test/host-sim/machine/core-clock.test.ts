import { describe, expect, it } from "vitest";
import { BOOT_ROM_CLOCKS, type ClockSettings, SCAMP_CLOCKS } from "../../../src/host-sim/chip/system-controller.ts";
import { createEmulatedMachine, type EmulatedMachine } from "../../../src/host-sim/machine/emulated-machine.ts";
import { machineOfSize } from "../../../src/machine/index.ts";

const CLOCK_A_CORE = 2;
const CLOCK_B_CORE = 3;
/** Cycles of a turn of {@link COUNT}. */
const TURN = 4;

/** `add r0, r0, #1; b .-4` */
const COUNT = [0xe280_0001, 0xeaff_fffd];
/** CLKMUX := 0 (all clocks 10 MHz), then {@link COUNT}: `mov r5, #0xe2000000; mov r6, #0; str r6, [r5, #0x60]` */
const SLOW_DOWN = [0xe3a0_54e2, 0xe3a0_6000, 0xe585_6060, ...COUNT];
/**
 * Timer 2 counts down from 0xffffffff while r3 does from 4096; r4 is what it says afterwards. `mov r1, #0x11000000;
 * mvn r2, #0; str r2, [r1, #0x20]; mov r2, #0x82; str r2, [r1, #0x28]; mov r3, #4096; subs r3, r3, #1; bne .-4;
 * ldr r4, [r1, #0x24]; b .`
 */
const MEASURE = [
  0xe3a0_1411, 0xe3e0_2000, 0xe581_2020, 0xe3a0_2082, 0xe581_2028, 0xe3a0_3a01, 0xe253_3001, 0x1aff_fffd, 0xe591_4024,
  0xeaff_fffe,
];

/** A chip whose cores 2 and 3 begin to run a program. */
function running(program: readonly number[], clocks: ClockSettings): EmulatedMachine {
  const machine = createEmulatedMachine({ machine: machineOfSize(1, 1), monitorCore: () => 0 });
  machine.act(() => {
    const { systemController, cores } = machine.chip(0, 0);
    systemController.setClocks(clocks);
    for (const core of [CLOCK_A_CORE, CLOCK_B_CORE]) {
      cores[core]!.writeTcm(0, new Uint8Array(Uint32Array.from(program).buffer));
      cores[core]!.enterCode(0);
    }
  });
  return machine;
}

function register(machine: EmulatedMachine, core: number, number: number): number {
  return machine.chip(0, 0).cores[core]!.core.registers[number]!;
}

/** PLL 1 at 400 MHz, PLL 2 at 260; clock A a third of the former, clock B half of the latter. */
const UNEQUAL: ClockSettings = { pll1: 0x0128, pll2: 0x011a, multiplexer: 0b01_10_0_10_01 };

describe("a core's clock follows the PLLs and dividers", () => {
  it.each([
    { name: "200 MHz", clocks: SCAMP_CLOCKS, a: 200, b: 200 },
    { name: "160 MHz", clocks: BOOT_ROM_CLOCKS, a: 160, b: 160 },
    { name: "400/3 and 130 MHz", clocks: UNEQUAL, a: 400 / 3, b: 130 },
    { name: "400 MHz", clocks: { pll1: 0x0128, pll2: 0, multiplexer: 0b00_01_0_00_01 }, a: 400, b: 400 },
  ])("executes that many instructions a millisecond: $name", ({ clocks, a, b }) => {
    const machine = running(COUNT, clocks);
    machine.advanceMillis(10);
    for (const [core, megahertz] of [
      [CLOCK_A_CORE, a],
      [CLOCK_B_CORE, b],
    ] as const) {
      expect(Math.abs(register(machine, core, 0) - (10_000 * megahertz) / TURN)).toBeLessThanOrEqual(3);
    }
  });

  it("from the store that changes them on", () => {
    const machine = running(SLOW_DOWN, SCAMP_CLOCKS);
    machine.advanceMillis(4);
    expect(Math.abs(register(machine, CLOCK_A_CORE, 0) - (4000 * 10) / TURN)).toBeLessThanOrEqual(3);
  });

  it("and its timers count its cycles, whatever their rate", () => {
    const counts = [SCAMP_CLOCKS, BOOT_ROM_CLOCKS, UNEQUAL].map((clocks) => {
      const machine = running(MEASURE, clocks);
      machine.advanceMillis(1);
      return 0xffff_ffff - (register(machine, CLOCK_A_CORE, 4) >>> 0);
    });
    for (const count of counts) expect(Math.abs(count - counts[0]!)).toBeLessThanOrEqual(2);
    expect(counts[0]).toBeGreaterThan(4 * 4096 - 4);
  });
});

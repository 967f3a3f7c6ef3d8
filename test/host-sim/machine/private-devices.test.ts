/** What a core sees of the devices that belong to it alone, whose effects are worked out only when they are looked at. */
import { describe, expect, it } from "vitest";
import { BOOT_ROM_CLOCKS, SCAMP_CLOCKS } from "../../../src/host-sim/chip/system-controller.ts";
import { SOURCE } from "../../../src/host-sim/chip/vic.ts";
import {
  type CoreEngine,
  createEmulatedMachine,
  type EmulatedMachine,
} from "../../../src/host-sim/machine/emulated-machine.ts";
import { machineOfSize } from "../../../src/machine/index.ts";

const CORE = 2;
const SDRAM = 0x6000_0000;
const ENGINES: readonly CoreEngine[] = ["interpreter", "translator"];

/**
 * Moves 16 bytes from 0x60000000 to 0x400000, then looks at the last word until it is not 0, counts in r6, and sleeps.
 *
 *         mov r0, #0x30000000;  mov r1, #0x60000000;  str r1, [r0, #4];  mov r2, #0x400000;  str r2, [r0, #8]
 *         mov r3, #16;  str r3, [r0, #12]
 *   look: ldr r4, [r2, #12];  add r6, r6, #1;  cmp r4, #0;  beq look;  mcr p15, 0, r0, c7, c0, 4
 */
const LOOK_FOR_DATA = [
  0xe3a0_0203, 0xe3a0_1206, 0xe580_1004, 0xe3a0_2501, 0xe580_2008, 0xe3a0_3010, 0xe580_300c, 0xe592_400c, 0xe286_6001,
  0xe354_0000, 0x0aff_fffb, 0xee07_0f90,
];

/**
 * The same transfer; then `mov r5, #40; subs r5, r5, #1; bne .-4`, a load from SDRAM, `ldr r8, [r2, #12]` and `b .`
 */
const READ_SDRAM_MEANWHILE = [
  0xe3a0_0203, 0xe3a0_1206, 0xe580_1004, 0xe3a0_2501, 0xe580_2008, 0xe3a0_3010, 0xe580_300c, 0xe3a0_5028, 0xe255_5001,
  0x1aff_fffd, 0xe591_7040, 0xe592_800c, 0xeaff_fffe,
];

/** Moves 16 bytes from 0x400000 to 0x60000000 and sleeps at once, listening to no interrupt. */
const WRITE_AND_SLEEP = [
  0xe3a0_0203, 0xe3a0_1206, 0xe580_1004, 0xe3a0_2501, 0xe580_2008, 0xe59f_3008, 0xe580_300c, 0xee07_0f90, 0xeaff_fffe,
  0x0008_0010,
];

/**
 * Timer 2 counts down from 0xffffffff; its counter is read in both views of the local devices: mixed into r6, and the
 * difference of the two added up in r8.
 *
 *         mov r0, #0x11000000;  mov r9, #0x21000000;  mvn r1, #0;  mov r2, #2;  str r2, [r0, #0x28]
 *         str r1, [r0, #0x20];  mov r2, #0x82;  str r2, [r0, #0x28]
 *   read: ldr r3, [r0, #0x24];  add r6, r6, r3, ror #3;  ldr r4, [r9, #0x24];  eor r6, r4, r6, ror #7
 *         sub r7, r3, r4;  add r8, r8, r7;  b read
 */
const READ_COUNTER = [
  0xe3a0_0411, 0xe3a0_9421, 0xe3e0_1000, 0xe3a0_2002, 0xe580_2028, 0xe580_1020, 0xe3a0_2082, 0xe580_2028, 0xe590_3024,
  0xe086_61e3, 0xe599_4024, 0xe024_63e6, 0xe043_7004, 0xe088_8007, 0xeaff_fff8,
];

/**
 * Waits for some edges of the 32 kHz clock, then enables its interrupt at the VIC, and reads the VIC's IRQ status into r2.
 *
 *         mov r3, #0x2000;  subs r3, r3, #1;  bne .-4
 *         mov r0, #0x1f000000;  mov r1, #0x400000;  str r1, [r0, #0x10];  ldr r2, [r0];  b .
 */
const LISTEN_LATE = [
  0xe3a0_3a02, 0xe253_3001, 0x1aff_fffd, 0xe3a0_041f, 0xe3a0_1501, 0xe580_1010, 0xe590_2000, 0xeaff_fffe,
];

function running(program: readonly number[], engine: CoreEngine): EmulatedMachine {
  const machine = createEmulatedMachine({ machine: machineOfSize(1, 1), monitorCore: () => 0, engine });
  machine.poke(
    0,
    0,
    SDRAM,
    Uint8Array.from({ length: 16 }, (_, i) => i + 1),
  );
  machine.act(() => {
    machine.chip(0, 0).systemController.setClocks(SCAMP_CLOCKS);
    const core = machine.chip(0, 0).cores[CORE]!;
    core.writeTcm(0, new Uint8Array(Uint32Array.from(program).buffer));
    core.enterCode(0);
  });
  return machine;
}

function registers(machine: EmulatedMachine): Int32Array {
  return machine.chip(0, 0).cores[CORE]!.core.registers;
}

describe("a block transfer that interrupts nobody", () => {
  it.each(ENGINES)("is there for a program that only looks at its own memory: %s", (engine) => {
    const machine = running(LOOK_FOR_DATA, engine);
    machine.advanceMillis(1);
    expect(machine.chip(0, 0).cores[CORE]!.core.waiting).toBe(true);
    expect(registers(machine)[4]).toBe(0x100f_0e0d);
    expect(registers(machine)[6]).toBeGreaterThan(1);
  });

  it.each(ENGINES)("is over for a program that reaches into the chip after it: %s", (engine) => {
    const machine = running(READ_SDRAM_MEANWHILE, engine);
    machine.advanceMillis(1);
    expect(registers(machine)[8]).toBe(0x100f_0e0d);
  });

  it.each(ENGINES)("is over when its time has come, though the core sleeps for ever: %s", (engine) => {
    const machine = running(WRITE_AND_SLEEP, engine);
    machine.act(() => machine.chip(0, 0).cores[CORE]!.writeTcm(0x40_0000, new Uint8Array(16).fill(7)));
    machine.advanceMillis(1);
    expect([...machine.peek(0, 0, SDRAM, 16)]).toEqual(new Array(16).fill(7));
  });
});

describe("the second timer's counter", () => {
  it("is the same for translated and interpreted code at every read, across clock changes and runs of all lengths", () => {
    const machines = ENGINES.map((engine) => running(READ_COUNTER, engine));
    for (let slice = 1; slice <= 200; slice++) {
      const [a, b] = machines.map((machine) => {
        if (slice % 50 === 0) {
          machine.act(() =>
            machine.chip(0, 0).systemController.setClocks(slice % 100 === 0 ? SCAMP_CLOCKS : BOOT_ROM_CLOCKS),
          );
        }
        machine.advance((slice * 7919) % 5003);
        const { core } = machine.chip(0, 0).cores[CORE]!;
        return [core.cycles, core.instructions, ...core.registers];
      });
      expect(a).toEqual(b);
    }
    const [last] = machines;
    last!.act(() => last!.chip(0, 0).systemController.setClocks(SCAMP_CLOCKS));
    last!.advance(1000);
    // From one read to the other: the load, its two wait cycles, the next instruction's wait for it, and that.
    expect(registers(last!)[7]).toBe(5);
  });
});

describe("the 32 kHz clock", () => {
  it.each(ENGINES)("interrupts at once who listens only after its edge: %s", (engine) => {
    const machine = running(LISTEN_LATE, engine);
    machine.advanceMillis(1);
    expect(registers(machine)[2]).toBe(1 << SOURCE.SLOW_CLOCK);
  });
});

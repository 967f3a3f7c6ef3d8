import { describe, expect, it } from "vitest";
import { ArmCore, CoreMemory } from "../../../src/host-sim/arm/index.ts";
import { RamBus } from "./ram-bus.ts";
import { CODE, DTCM, FLAG, MODE, RAM, rig } from "./rig.ts";

const SETUPS = [
  { thumb: false, name: "ARM" },
  { thumb: true, name: "Thumb" },
] as const;

describe.each(SETUPS)("exceptions from $name code (ARM ARM A2.6)", ({ thumb }) => {
  const size = thumb ? 2 : 4;
  const arm = (word: number, half: number): number[] => [thumb ? half : word];
  it.each([
    { name: "undefined", code: arm(0xe7f0_00f0, 0xde00), mode: MODE.und, vector: 0x04, link: size },
    { name: "SWI", code: arm(0xef00_0012, 0xdf12), mode: MODE.svc, vector: 0x08, link: size },
    { name: "BKPT", code: arm(0xe120_0070, 0xbe00), mode: MODE.abt, vector: 0x0c, link: 4 },
    { name: "data abort", code: arm(0xe591_0000, 0x6808), mode: MODE.abt, vector: 0x10, link: 8 },
  ])("$name: mode, vector, link and saved status", ({ code, mode, vector, link }) => {
    const machine = rig({ code, thumb, mode: MODE.usr, status: FLAG.C | FLAG.Q, registers: { 1: 0x5000_0000 } });
    const status = machine.core.cpsr;
    machine.step();
    expect(machine.core.registers[15]).toBe(vector);
    expect(machine.core.cpsr).toBe(FLAG.C | FLAG.Q | FLAG.I | mode);
    expect(machine.core.registers[14]).toBe(CODE + link);
    expect(machine.core.spsr).toBe(status);
  });

  it("IRQ: taken between instructions, links to the next one plus 4", () => {
    const machine = rig({ code: thumb ? [0x2001] : [0xe3a0_0001], thumb });
    const status = machine.core.cpsr;
    machine.step();
    machine.core.irq = true;
    machine.core.run(1);
    expect(machine.core.cpsr & 0xff).toBe(FLAG.I | MODE.irq);
    expect(machine.core.registers[15]).toBe(0x18);
    expect(machine.core.registers[14]).toBe(CODE + size + 4);
    expect(machine.core.spsr).toBe(status);
  });

  it("a prefetch abort happens where the code is not there, and links to it plus 4", () => {
    const machine = rig({
      code: thumb ? [0x4708] : [0xe12f_ff11],
      thumb,
      registers: { 1: 0x5000_0000 | (thumb ? 1 : 0) },
    });
    machine.step(2);
    expect(machine.core.registers[15]).toBe(0x0c);
    expect(machine.core.registers[14]).toBe(0x5000_0004);
    expect(machine.core.cpsr & 0x1f).toBe(MODE.abt);
  });
});

describe("exceptions", () => {
  it("reset starts in supervisor mode, masked, in ARM state, at either vector base", () => {
    for (const [high, pc] of [
      [true, -0x1_0000],
      [false, 0],
    ] as const) {
      const core = new ArmCore(new CoreMemory(1), 0, new RamBus(RAM, 4));
      core.reset(high);
      expect(core.registers[15]).toBe(pc);
      expect(core.cpsr & 0xff).toBe(FLAG.I | FLAG.F | MODE.svc);
    }
  });

  it("vectors lie at 0xffff0000 when the control register says so", () => {
    const machine = rig({ code: [0xee01_0f10, 0xef00_0000], registers: { 0: 0x3004 } });
    machine.step(2);
    expect(machine.core.registers[15]).toBe(0xffff_0008 | 0);
  });

  it("FIQ comes before IRQ, masks both, and has its own r8 to r14", () => {
    const machine = rig({ code: [0xe3a0_8001], registers: { 8: 8, 13: 13 } });
    machine.core.irq = true;
    machine.core.fiq = true;
    machine.core.run(1);
    expect(machine.core.registers[15]).toBe(0x1c);
    expect(machine.core.cpsr & 0xff).toBe(FLAG.I | FLAG.F | MODE.fiq);
    machine.core.registers[8] = 80;
    machine.core.cpsr = MODE.svc | FLAG.I | FLAG.F;
    expect([machine.core.registers[8], machine.core.registers[13]]).toEqual([8, 13]);
  });

  it("IRQ leaves the FIQ mask alone; a masked line waits until it is unmasked", () => {
    const machine = rig({ code: [0xe3a0_0001, 0xe121_f001, 0xe3a0_0002], status: FLAG.I, registers: { 1: MODE.sys } });
    machine.core.irq = true;
    machine.step();
    expect(machine.core.registers[0]).toBe(1);
    expect(machine.core.run(1000)).toBe("budget"); // msr cpsr_c, r1 unmasks, the next instruction must not run
    expect(machine.core.registers[0]).toBe(1);
    machine.core.cpsr = MODE.irq;
    expect(machine.core.registers[14]).toBe(CODE + 12);
    expect(machine.core.spsr).toBe(MODE.sys);
  });

  it("SUBS pc, lr, #4 returns from an interrupt with the saved status", () => {
    const machine = rig({ code: [0x2001, 0x2002], thumb: true, mode: MODE.sys, status: FLAG.V });
    machine.poke(0x18, 0xe25e_f004);
    machine.core.irq = true;
    machine.step();
    expect(machine.core.registers[15]).toBe(0x18 + 0);
    machine.core.irq = false;
    machine.step();
    expect(machine.core.registers[15]).toBe(CODE);
    expect(machine.core.cpsr).toBe(FLAG.V | FLAG.T | MODE.sys);
  });

  it("a line raised by a bus write acts before the next instruction, one lowered too", () => {
    const machine = rig({ code: [0xe581_0000, 0xe3a0_0002], registers: { 0: 1, 1: RAM } });
    const write = machine.bus.write32.bind(machine.bus);
    machine.bus.write32 = (address, value): void => {
      machine.core.irq = value === 1;
      write(address, value);
    };
    machine.core.run(4);
    expect(machine.core.registers[0]).toBe(1);
    expect(machine.core.cpsr & 0x1f).toBe(MODE.irq);
    expect(machine.core.registers[14]).toBe(CODE + 8);
  });
});

describe("data aborts", () => {
  const HOLE = 0x5000_0000;
  it.each([
    { code: 0xe5b1_0004, because: "LDR with write-back" },
    { code: 0xe481_0004, because: "STR post-indexed" },
    { code: 0xe0c1_00d8, because: "LDRD" },
    { code: 0xe0c1_00f8, because: "STRD" },
    { code: 0xe8b1_000d, because: "LDM" },
    { code: 0xe8a1_000d, because: "STM" },
    { code: 0xe8b1_800d, because: "LDM with r15" },
    { code: 0xe101_0092, because: "SWP" },
    { code: 0xe8f1_800d, because: "LDM with r15 and ^" },
  ])("$because leaves the base as it was", ({ code }) => {
    const machine = rig({ code: [code], registers: { 0: 99, 1: HOLE } });
    machine.step();
    expect(machine.core.registers[15]).toBe(0x10);
    expect(machine.core.registers[14]).toBe(CODE + 8);
    expect(machine.core.registers[0]).toBe(99);
    expect(machine.core.registers[1]).toBe(HOLE);
  });

  it("LDM that runs into a hole restores a base it has loaded", () => {
    const machine = rig({ code: [0xe890_0007], registers: { 0: RAM + 0x1000 - 4 } }); // ldm r0, {r0, r1, r2}
    machine.step();
    expect(machine.core.registers[15]).toBe(0x10);
    expect(machine.core.registers[0]).toBe(RAM + 0x1000 - 4);
  });

  it.each([
    { code: 0xe591_0000, offset: 2, aborts: true, because: "LDR" },
    { code: 0xe581_0000, offset: 1, aborts: true, because: "STR" },
    { code: 0xe1d1_00b0, offset: 1, aborts: true, because: "LDRH" },
    { code: 0xe1c1_00b0, offset: 3, aborts: true, because: "STRH" },
    { code: 0xe891_0005, offset: 2, aborts: true, because: "LDM" },
    { code: 0xe881_0005, offset: 2, aborts: true, because: "STM" },
    { code: 0xe1c1_20d0, offset: 2, aborts: true, because: "LDRD" },
    { code: 0xe1c1_20d0, offset: 4, aborts: false, because: "LDRD at a word" },
    { code: 0xe1d1_00f0, offset: 2, aborts: false, because: "LDRSH at a halfword" },
    { code: 0xe5d1_0000, offset: 3, aborts: false, because: "LDRB anywhere" },
  ])("with alignment faults on: $because at +$offset", ({ code, offset, aborts }) => {
    for (const base of [DTCM, RAM]) {
      const machine = rig({ code: [code], alignmentFaults: true, registers: { 1: base + offset } });
      machine.step();
      expect(machine.core.registers[15]).toBe(aborts ? 0x10 : CODE + 4);
    }
  });

  it("a TCM that is switched off leaves its addresses to the bus", () => {
    const machine = rig({ code: [0xee01_0f10, 0xe591_2000], registers: { 0: 0x1000, 1: DTCM } }); // DTCM off
    machine.step(2);
    expect(machine.core.registers[15]).toBe(0x10);
  });
});

describe("status registers and coprocessor 15", () => {
  it("user mode changes flags only, and cannot reach the coprocessor", () => {
    const machine = rig({ code: [0xe12f_f001, 0xee11_0f10], mode: MODE.usr, registers: { 1: -1 } }); // msr cpsr_fsxc, r1
    machine.step();
    expect(machine.core.cpsr).toBe(FLAG.N | FLAG.Z | FLAG.C | FLAG.V | FLAG.Q | MODE.usr);
    machine.step();
    expect(machine.core.registers[15]).toBe(0x04);
  });

  it("MSR writes only the bytes of its mask, never T", () => {
    const machine = rig({ code: [0xe121_f001], status: FLAG.Z, registers: { 1: FLAG.N | FLAG.T | FLAG.I | MODE.svc } });
    machine.step();
    expect(machine.core.cpsr).toBe(FLAG.Z | FLAG.I | MODE.svc);
  });

  it("MRS and MSR reach the SPSR of each exception mode", () => {
    for (const mode of [MODE.fiq, MODE.irq, MODE.svc, MODE.abt, MODE.und]) {
      const machine = rig({ code: [0xe16f_f001, 0xe14f_2000], mode, registers: { 1: FLAG.V | FLAG.T | MODE.usr } });
      machine.step(2);
      expect(machine.core.registers[2]).toBe(FLAG.V | FLAG.T | MODE.usr);
      expect(machine.core.cpsr).toBe(mode);
    }
  });

  it.each([
    { code: 0xee10_0e10, because: "other coprocessors" },
    { code: 0xee00_0f00, because: "CDP" },
    { code: 0xed90_0f00, because: "LDC" },
    { code: 0xec51_0f00, because: "MRRC" },
    { code: 0xe1c1_10d0, because: "LDRD with an odd register" },
    { code: 0xf000_0000, because: "the unconditional space" },
    { code: 0xe7f0_00f0, because: "register-offset transfers with bit 4" },
  ])("$because are undefined", ({ code }) => {
    const machine = rig({ code: [code] });
    machine.step();
    expect(machine.core.registers[15]).toBe(0x04);
  });

  it("identifies an ARM968 with 32 KiB and 64 KiB of TCM", () => {
    const machine = rig({ code: [0xee10_0f10, 0xee10_1f50] }); // mrc c0, c0, 0 and 2
    machine.step(2);
    expect(((machine.core.registers[0] ?? 0) >>> 4) & 0xfff).toBe(0x968);
    expect(machine.core.registers[1]).toBe((7 << 18) | (6 << 6));
  });

  it("wait-for-interrupt ends with a line, masked or not, and goes on after it", () => {
    const machine = rig({ code: [0xee07_0f90, 0xe3a0_0001], status: FLAG.I | FLAG.F });
    expect(machine.core.run(100)).toBe("waiting");
    expect(machine.core.waiting).toBe(true);
    expect(machine.core.run(100)).toBe("waiting");
    machine.core.irq = true;
    machine.core.run(1);
    expect(machine.core.waiting).toBe(false);
    expect(machine.core.registers[0]).toBe(1);
  });
});

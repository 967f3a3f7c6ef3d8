import { describe, expect, it } from "vitest";
import { CODE, DTCM, FLAG, RAM, rig } from "./rig.ts";

describe("branches and interworking (ARM ARM A4.1.5 to 10, A7.1.15 to 19)", () => {
  it.each([
    { code: 0xea00_0002, to: CODE + 16, thumb: false, r14: 0, because: "B goes to its address plus 8 plus offset" },
    { code: 0xeaff_fffe, to: CODE, thumb: false, r14: 0, because: "B goes backwards" },
    { code: 0xeb00_0002, to: CODE + 16, thumb: false, r14: CODE + 4, because: "BL links" },
    { code: 0xfa00_0002, to: CODE + 16, thumb: true, r14: CODE + 4, because: "BLX goes to Thumb code" },
    { code: 0xfb00_0002, to: CODE + 18, thumb: true, r14: CODE + 4, because: "BLX has a halfword bit" },
    { code: 0xe12f_ff11, to: 0x2000, thumb: true, r14: 0, because: "BX takes the state from bit 0" },
    { code: 0xe12f_ff12, to: 0x3000, thumb: false, r14: 0, because: "BX to an even address is ARM state" },
    { code: 0xe12f_ff31, to: 0x2000, thumb: true, r14: CODE + 4, because: "BLX by register links" },
    { code: 0xe593_f000, to: 0x2000, thumb: true, r14: 0, because: "LDR into r15 interworks" },
    { code: 0xe893_8000, to: 0x2000, thumb: true, r14: 0, because: "LDM into r15 interworks" },
  ])("$because", ({ code, to, thumb, r14 }) => {
    const machine = rig({ code: [code], registers: { 1: 0x2001, 2: 0x3000, 3: DTCM } });
    machine.poke(DTCM, 0x2001);
    machine.step();
    expect(machine.core.registers[15]).toBe(to);
    expect((machine.core.cpsr & FLAG.T) !== 0).toBe(thumb);
    expect(machine.core.registers[14]).toBe(r14);
  });

  it.each([
    { code: [0xf000, 0xf802], to: CODE + 8, thumb: true, because: "BL is two halfwords, offset from the first plus 4" },
    { code: [0xf7ff, 0xfffc], to: CODE - 4, thumb: true, because: "BL goes backwards" },
    { code: [0xf000, 0xe802], to: CODE + 8, thumb: false, because: "BLX goes to ARM code" },
  ])("Thumb $because", ({ code, to, thumb }) => {
    const machine = rig({ thumb: true, code });
    machine.step(2);
    expect(machine.core.registers[15]).toBe(to);
    expect(machine.core.registers[14]).toBe((CODE + 4) | 1);
    expect((machine.core.cpsr & FLAG.T) !== 0).toBe(thumb);
  });

  it("Thumb BLX r14 reads its target before it links", () => {
    const machine = rig({ thumb: true, code: [0x47f0], registers: { 14: 0x2000 } });
    machine.step();
    expect(machine.core.registers[15]).toBe(0x2000);
    expect(machine.core.registers[14]).toBe((CODE + 2) | 1);
    expect(machine.core.cpsr & FLAG.T).toBe(0);
  });

  it("loads into r15 keep the state when the control register says so", () => {
    const code = [0xee01_0f10, 0xe593_f000]; // mcr p15, 0, r0, c1, c0, 0; ldr pc, [r3]
    const machine = rig({ code, registers: { 0: 0x9004, 3: DTCM } });
    machine.poke(DTCM, 0x2001);
    machine.step(2);
    expect(machine.core.registers[15]).toBe(0x2000);
    expect(machine.core.cpsr & FLAG.T).toBe(0);
  });

  it("a jump table by LDR into r15 with a scaled index works", () => {
    const machine = rig({ code: [0xe79f_f102], registers: { 2: 1 } }); // ldr pc, [pc, r2, lsl #2]
    machine.poke(CODE + 12, 0x2000);
    machine.step();
    expect(machine.core.registers[15]).toBe(0x2000);
  });

  it("a chain of branches by a scaled addition to r15 works", () => {
    const machine = rig({ code: [0xe08f_f102], registers: { 2: 3 } }); // add pc, pc, r2, lsl #2
    machine.step();
    expect(machine.core.registers[15]).toBe(CODE + 8 + 12);
  });

  it("code runs from memory behind the bus, from the DTCM, and is read anew each time", () => {
    const machine = rig({ code: [0xe12f_ff10], registers: { 0: RAM } });
    machine.poke(RAM, 0xe281_1001); // add r1, r1, #1
    machine.poke(RAM + 4, 0xe12f_ff12); // bx r2
    machine.core.registers[2] = DTCM | 1;
    machine.poke(DTCM, 0x4700_3105); // adds r1, #5; bx r0
    machine.step(5);
    expect(machine.core.registers[1]).toBe(6);
    machine.poke(RAM, 0xe281_1010); // add r1, r1, #16
    machine.step();
    expect(machine.core.registers[1]).toBe(22);
  });
});

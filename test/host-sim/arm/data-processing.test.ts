import { describe, expect, it } from "vitest";
import { FLAG, int, rig } from "./rig.ts";

const TOP = 0x8000_0000;

describe("flags of data processing (ARM ARM A4.1)", () => {
  it.each([
    { code: 0xe090_2001, r0: 0x7fff_ffff, r1: 1, r2: TOP, flags: "NV", because: "ADDS of positive words overflows" },
    { code: 0xe090_2001, r0: 0xffff_ffff, r1: 1, r2: 0, flags: "ZC", because: "ADDS carries out of bit 31" },
    { code: 0xe090_2001, r0: TOP, r1: TOP, r2: 0, flags: "ZCV", because: "ADDS of two smallest words overflows to 0" },
    { code: 0xe050_2001, r0: 0, r1: 1, r2: 0xffff_ffff, flags: "N", because: "SUBS clears C when it borrows" },
    { code: 0xe050_2001, r0: 5, r1: 5, r2: 0, flags: "ZC", because: "SUBS sets C when it does not borrow" },
    {
      code: 0xe050_2001,
      r0: TOP,
      r1: 1,
      r2: 0x7fff_ffff,
      flags: "CV",
      because: "SUBS below the smallest word overflows",
    },
    { code: 0xe070_2001, r0: 1, r1: 0, r2: 0xffff_ffff, flags: "N", because: "RSBS subtracts the first operand" },
    { code: 0xe150_0001, r0: 1, r1: TOP, r2: 0, flags: "NV", because: "CMP keeps no result" },
    { code: 0xe170_0001, r0: 1, r1: 0xffff_ffff, r2: 0, flags: "ZC", because: "CMN compares with the negative" },
    { code: 0xe110_0001, r0: TOP, r1: TOP, r2: 0, flags: "N", because: "TST is AND" },
    { code: 0xe130_0001, r0: 7, r1: 7, r2: 0, flags: "Z", because: "TEQ is EOR" },
  ])("$because", ({ code, r0, r1, r2, flags }) => {
    const machine = rig({ code: [code], registers: { 0: r0, 1: r1 } });
    machine.step();
    expect(machine.core.registers[2]).toBe(int(r2));
    expect(machine.flags()).toBe(flags);
  });

  it.each([
    { code: 0xe0b0_2001, carry: true, r2: 0, flags: "ZC", because: "ADCS adds the carry" },
    { code: 0xe0b0_2001, carry: false, r2: 0xffff_ffff, flags: "N", because: "ADCS without carry is ADDS" },
    { code: 0xe0d0_2001, carry: false, r2: 0xffff_fffe, flags: "NC", because: "SBCS borrows when C is clear" },
    { code: 0xe0d0_2001, carry: true, r2: 0xffff_ffff, flags: "NC", because: "SBCS with C set is SUBS" },
    { code: 0xe0f0_2001, carry: false, r2: 0, flags: "Z", because: "RSCS borrows when C is clear" },
  ])("$because", ({ code, carry, r2, flags }) => {
    const machine = rig({ code: [code], registers: { 0: -1, 1: 0 }, status: carry ? FLAG.C : 0 });
    machine.step();
    expect(machine.core.registers[2]).toBe(int(r2));
    expect(machine.flags()).toBe(flags);
  });
});

describe("shifter operands (ARM ARM A5.1)", () => {
  const movs = (shift: number): number => 0xe1b0_0001 | shift;
  const byRegister = (type: number): number => movs(0x210 | (type << 5));
  it.each([
    { code: movs(0), r1: TOP, r0: TOP, flags: "NC", because: "LSL #0 leaves the carry alone" },
    { code: movs(1 << 7), r1: 0xc000_0000, r0: TOP, flags: "NC", because: "LSL #1 carries bit 31 out" },
    { code: movs(0x20), r1: TOP, r0: 0, flags: "ZC", because: "LSR #0 means 32: result 0, carry bit 31" },
    { code: movs(0x40), r1: TOP, r0: 0xffff_ffff, flags: "NC", because: "ASR #0 means 32: all sign, carry the sign" },
    { code: movs(0x60), r1: 2, r0: 0x8000_0001, flags: "N", because: "ROR #0 means RRX through the carry" },
    {
      code: movs(0x60 | (4 << 7)),
      r1: 0x18,
      r0: 0x8000_0001,
      flags: "NC",
      because: "ROR carries the last bit rotated",
    },
  ])("by a constant: $because", ({ code, r1, r0, flags }) => {
    const machine = rig({ code: [code], registers: { 1: r1 }, status: FLAG.C });
    machine.step();
    expect(machine.core.registers[0]).toBe(int(r0));
    expect(machine.flags()).toBe(flags);
  });

  it.each([
    { type: 0, by: 0, r0: 0x8000_0001, flags: "NC", because: "amount 0 leaves value and carry" },
    { type: 0, by: 32, r0: 0, flags: "ZC", because: "LSL by 32 carries bit 0" },
    { type: 0, by: 33, r0: 0, flags: "Z", because: "LSL by more carries 0" },
    { type: 1, by: 32, r0: 0, flags: "ZC", because: "LSR by 32 carries bit 31" },
    { type: 1, by: 33, r0: 0, flags: "Z", because: "LSR by more carries 0" },
    { type: 2, by: 200, r0: -1, flags: "NC", because: "ASR by 32 and more gives the sign" },
    { type: 3, by: 32, r0: 0x8000_0001, flags: "NC", because: "ROR by 32 leaves the value and carries bit 31" },
    { type: 3, by: 33, r0: 0xc000_0000, flags: "NC", because: "ROR takes the amount modulo 32" },
    { type: 0, by: 0x100, r0: 0x8000_0001, flags: "NC", because: "only the low byte of the amount counts" },
  ])("by a register: $because", ({ type, by, r0, flags }) => {
    const machine = rig({ code: [byRegister(type)], registers: { 1: 0x8000_0001, 2: by }, status: FLAG.C });
    machine.step();
    expect(machine.core.registers[0]).toBe(int(r0));
    expect(machine.flags()).toBe(flags);
  });

  it("carries bit 31 of a rotated immediate, and leaves the carry for an unrotated one", () => {
    const machine = rig({ code: [0xe3b0_0102, 0xe3b0_00ff] }); // movs r0, #0x80000000; movs r0, #255
    machine.step();
    expect(machine.flags()).toBe("NC");
    machine.step();
    expect(machine.flags()).toBe("C");
  });
});

describe("the program counter as an operand (ARM ARM A2.4.3)", () => {
  it.each([
    { code: 0xe1a0_000f, r0: 0x1008, because: "reads as the instruction's address plus 8" },
    { code: 0xe28f_0004, r0: 0x100c, because: "reads as plus 8 with an immediate" },
    { code: 0xe08f_0111, r0: 0x100c, because: "reads as plus 12 when the shift amount is in a register" },
  ])("$because", ({ code, r0 }) => {
    const machine = rig({ code: [code] });
    machine.step();
    expect(machine.core.registers[0]).toBe(r0);
  });

  it("is plus 4 in Thumb state, word aligned for ADD and LDR with an immediate only", () => {
    const machine = rig({ thumb: true, code: [0x46c0, 0x4678, 0x46c0, 0xa100] }); // mov r0, pc; add r1, pc, #0
    machine.step(4);
    expect(machine.core.registers[0]).toBe(0x1006);
    expect(machine.core.registers[1]).toBe(0x1008);
  });

  it("takes the result of a data instruction as a branch that keeps the instruction set", () => {
    const machine = rig({ code: [0xe1a0_f001], registers: { 1: 0x2003 } }); // mov pc, r1
    machine.step();
    expect(machine.core.registers[15]).toBe(0x2000);
    expect(machine.core.cpsr & FLAG.T).toBe(0);
  });

  it("is stored as plus 12", () => {
    const machine = rig({ code: [0xe581_f000], registers: { 1: 0x0040_0000 } }); // str pc, [r1]
    machine.step();
    expect(machine.peek(0x0040_0000)).toBe(0x100c);
  });
});

describe("conditions (ARM ARM A3.2)", () => {
  const truth = (name: string, holds: (n: boolean, z: boolean, c: boolean, v: boolean) => boolean) => ({ name, holds });
  it.each(
    [
      truth("EQ", (_n, z) => z),
      truth("NE", (_n, z) => !z),
      truth("CS", (_n, _z, c) => c),
      truth("CC", (_n, _z, c) => !c),
      truth("MI", (n) => n),
      truth("PL", (n) => !n),
      truth("VS", (_n, _z, _c, v) => v),
      truth("VC", (_n, _z, _c, v) => !v),
      truth("HI", (_n, z, c) => c && !z),
      truth("LS", (_n, z, c) => !c || z),
      truth("GE", (n, _z, _c, v) => n === v),
      truth("LT", (n, _z, _c, v) => n !== v),
      truth("GT", (n, z, _c, v) => !z && n === v),
      truth("LE", (n, z, _c, v) => z || n !== v),
      truth("AL", () => true),
    ].map((row, condition) => ({ ...row, condition })),
  )("$name", ({ holds, condition }) => {
    for (let nzcv = 0; nzcv < 16; nzcv++) {
      const machine = rig({ code: [(condition << 28) | 0x03a0_0001], status: nzcv << 28 }); // mov<cond> r0, #1
      machine.step();
      const [n, z, c, v] = [8, 4, 2, 1].map((bit) => (nzcv & bit) !== 0) as [boolean, boolean, boolean, boolean];
      expect(machine.core.registers[0]).toBe(holds(n, z, c, v) ? 1 : 0);
    }
  });
});

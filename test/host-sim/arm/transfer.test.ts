import { describe, expect, it } from "vitest";
import { DTCM, FLAG, int, MODE, RAM, rig } from "./rig.ts";

const WORD = 0x8899_aabb;

describe.each([
  { where: "DTCM", at: DTCM + 0x100 },
  { where: "memory behind the bus", at: RAM + 0x100 },
  { where: "ITCM", at: 0x2000 },
])("single transfers (ARM ARM A5.2, A5.3) in $where", ({ at }) => {
  it.each([
    { code: 0xe591_0000, offset: 0, r0: WORD, because: "LDR loads a word" },
    { code: 0xe5d1_0000, offset: 1, r0: 0xaa, because: "LDRB zero-extends a byte" },
    { code: 0xe1d1_00b0, offset: 2, r0: 0x8899, because: "LDRH zero-extends a halfword" },
    { code: 0xe1d1_00d0, offset: 3, r0: 0xffff_ff88, because: "LDRSB sign-extends a byte" },
    { code: 0xe1d1_00f0, offset: 0, r0: 0xffff_aabb, because: "LDRSH sign-extends a halfword" },
    { code: 0xe591_0000, offset: 1, r0: 0xbb88_99aa, because: "LDR one byte on rotates the aligned word by 8" },
    { code: 0xe591_0000, offset: 2, r0: 0xaabb_8899, because: "LDR two bytes on rotates it by 16" },
    { code: 0xe591_0000, offset: 3, r0: 0x99aa_bb88, because: "LDR three bytes on rotates it by 24" },
  ])("$because", ({ code, offset, r0 }) => {
    const machine = rig({ code: [code], registers: { 1: at + offset } });
    machine.poke(at, WORD);
    machine.step();
    expect(machine.core.registers[0]).toBe(int(r0));
  });

  it.each([
    { code: 0xe581_0000, offset: 0, word: 0x1234_5678, because: "STR stores a word" },
    { code: 0xe5c1_0000, offset: 1, word: 0x8899_78bb, because: "STRB stores the low byte" },
    { code: 0xe1c1_00b0, offset: 2, word: 0x5678_aabb, because: "STRH stores the low half" },
    { code: 0xe581_0000, offset: 3, word: 0x1234_5678, because: "STR ignores the low address bits" },
  ])("$because", ({ code, offset, word }) => {
    const machine = rig({ code: [code], registers: { 0: 0x1234_5678, 1: at + offset } });
    machine.poke(at, WORD);
    machine.step();
    expect(machine.peek(at)).toBe(int(word));
  });

  it("SWP loads the old word, rotated like LDR, and stores the new one; SWPB does so with a byte", () => {
    const machine = rig({ code: [0xe101_0092, 0xe141_3094], registers: { 1: at + 1, 2: 0x1234_5678, 4: 0xff } });
    machine.poke(at, WORD);
    machine.step();
    expect(machine.core.registers[0]).toBe(int(0xbb88_99aa));
    expect(machine.peek(at)).toBe(0x1234_5678);
    machine.step();
    expect(machine.core.registers[3]).toBe(0x56);
    expect(machine.peek(at)).toBe(0x1234_ff78);
  });

  it("LDRD and STRD move an even register and the next, lower address first", () => {
    const machine = rig({ code: [0xe1c1_20d0, 0xe1c1_20f8], registers: { 1: at } }); // ldrd r2, [r1]; strd r2, [r1, #8]
    machine.poke(at, 1);
    machine.poke(at + 4, 2);
    machine.step(2);
    expect([machine.core.registers[2], machine.core.registers[3]]).toEqual([1, 2]);
    expect([machine.peek(at + 8), machine.peek(at + 12)]).toEqual([1, 2]);
  });

  it("LDM and STM move the lowest register at the lowest address in all four modes", () => {
    const modes = [
      { stm: 0xe8a1_0015, first: at, base: at + 12, because: "increment after" },
      { stm: 0xe9a1_0015, first: at + 4, base: at + 12, because: "increment before" },
      { stm: 0xe821_0015, first: at - 8, base: at - 12, because: "decrement after" },
      { stm: 0xe921_0015, first: at - 12, base: at - 12, because: "decrement before" },
    ];
    for (const { stm, first, base } of modes) {
      const load = (stm | 0x0010_0000) & ~0x0020_0000;
      const machine = rig({ code: [stm, load], registers: { 0: 10, 1: at, 2: 12, 4: 14 } });
      machine.step();
      expect([first, first + 4, first + 8].map(machine.peek)).toEqual([10, 12, 14]);
      expect(machine.core.registers[1]).toBe(base);
      machine.core.registers[1] = at;
      machine.core.registers.fill(0, 2, 5);
      machine.step();
      expect([...machine.core.registers.subarray(0, 5)]).toEqual([10, at, 12, 0, 14]);
    }
  });
});

describe("addressing", () => {
  it.each([
    { code: 0xe5b1_0004, base: 4, r0: 2, because: "pre-indexed write-back uses the moved base" },
    { code: 0xe491_0004, base: 4, r0: 1, because: "post-indexed uses the old base" },
    { code: 0xe791_0102, base: 0, r0: 3, because: "an index register may be shifted" },
    { code: 0xe711_0102, base: 0, r0: 0, because: "and subtracted" },
    { code: 0xe6b1_0002, base: 2, r0: 1, because: "LDRT is post-indexed" },
  ])("$because", ({ code, base, r0 }) => {
    const machine = rig({ code: [code], registers: { 1: DTCM + 0x100, 2: 2 } });
    [1, 2, 3].forEach((value, i) => {
      machine.poke(DTCM + 0x100 + 4 * i, value);
    });
    machine.step();
    expect(machine.core.registers[0]).toBe(r0);
    expect(machine.core.registers[1]).toBe(DTCM + 0x100 + base);
  });

  it("the TCMs repeat through their windows of 4 MiB", () => {
    const machine = rig({ code: [0xe591_0000, 0xe592_0000], registers: { 1: DTCM + 0x3_0008, 2: 0x9000 } });
    machine.poke(DTCM + 8, 77);
    machine.step();
    expect(machine.core.registers[0]).toBe(77);
    machine.step();
    expect(machine.core.registers[0]).toBe(machine.peek(0x1000));
  });

  it("LDRT and STRT are user mode's accesses to the bus", () => {
    const machine = rig({ code: [0xe4b1_0000, 0xe491_0000], registers: { 1: RAM } });
    const seen: boolean[] = [];
    const read = machine.bus.read32.bind(machine.bus);
    machine.bus.read32 = (address): number => {
      seen.push(machine.core.privileged);
      return read(address);
    };
    machine.step(2);
    expect(seen).toEqual([false, true]);
  });
});

describe("multiple transfers, corner cases (ARM ARM A4.1.20 to 22, A4.1.97 to 99)", () => {
  it("LDM with the base in the list keeps the loaded value, not the written-back one", () => {
    const machine = rig({ code: [0xe8b1_0003], registers: { 1: DTCM } });
    machine.poke(DTCM, 5);
    machine.poke(DTCM + 4, 6);
    machine.step();
    expect([...machine.core.registers.subarray(0, 2)]).toEqual([5, 6]);
  });

  it("STM stores the original base if it is the lowest register, the written-back one if not", () => {
    const lowest = rig({ code: [0xe8a1_0006], registers: { 1: DTCM } });
    lowest.step();
    expect(lowest.peek(DTCM)).toBe(DTCM);
    const later = rig({ code: [0xe8a1_0003], registers: { 1: DTCM } });
    later.step();
    expect(later.peek(DTCM + 4)).toBe(DTCM + 8);
  });

  it("STM with ^ stores user registers from IRQ mode, and LDM with ^ loads them", () => {
    const machine = rig({ code: [0xe8c1_6000, 0xe8d2_6000], mode: MODE.usr, registers: { 13: 100, 14: 200 } });
    machine.core.cpsr = MODE.irq;
    machine.core.registers[1] = DTCM;
    machine.core.registers[2] = DTCM + 16;
    machine.core.registers[13] = 1;
    machine.poke(DTCM + 16, 300);
    machine.poke(DTCM + 20, 400);
    machine.step(2);
    expect([machine.peek(DTCM), machine.peek(DTCM + 4)]).toEqual([100, 200]);
    expect(machine.core.registers[13]).toBe(1);
    machine.core.cpsr = MODE.usr;
    expect([machine.core.registers[13], machine.core.registers[14]]).toEqual([300, 400]);
  });

  it("user registers include r8 to r12 only where FIQ has its own", () => {
    const machine = rig({ code: [0xe8c0_1f00], mode: MODE.fiq, registers: { 8: 1, 12: 1 } });
    machine.core.cpsr = MODE.usr;
    machine.core.registers[8] = 88;
    machine.core.registers[12] = 99;
    machine.core.cpsr = MODE.fiq;
    machine.core.registers[0] = DTCM;
    machine.step();
    expect([machine.peek(DTCM), machine.peek(DTCM + 16)]).toEqual([88, 99]);
  });

  it("LDM with ^ and r15 restores the CPSR, Thumb bit included", () => {
    const machine = rig({ code: [0xe8fd_8001], mode: MODE.irq, registers: { 13: DTCM } }); // ldmia sp!, {r0, pc}^
    machine.core.spsr = FLAG.Z | FLAG.T | MODE.sys;
    machine.poke(DTCM, 7);
    machine.poke(DTCM + 4, 0x2002);
    machine.step();
    expect(machine.core.cpsr).toBe(FLAG.Z | FLAG.T | MODE.sys);
    expect(machine.core.registers[15]).toBe(0x2002);
    machine.core.cpsr = MODE.irq;
    expect(machine.core.registers[13]).toBe(DTCM + 8);
  });

  it("PUSH and POP of Thumb are a descending stack with the link register on top", () => {
    const machine = rig({ thumb: true, code: [0xb503, 0xbd03], registers: { 0: 1, 1: 2, 13: DTCM + 64, 14: 0x2001 } });
    machine.step();
    expect([52, 56, 60].map((offset) => machine.peek(DTCM + offset))).toEqual([1, 2, 0x2001]);
    machine.step();
    expect(machine.core.registers[15]).toBe(0x2000);
    expect(machine.core.registers[13]).toBe(DTCM + 64);
  });
});

describe("self-modifying code", () => {
  it("executes what was stored, in the place that was already executed", () => {
    // loop: mov r0, #1; str r2, [r1]; b loop, with r2 = "mov r0, #2" and r1 = loop
    const machine = rig({ code: [0xe3a0_0001, 0xe581_2000, 0xeaff_fffc], registers: { 1: 0x1000, 2: 0xe3a0_0002 } });
    machine.step(3);
    expect(machine.core.registers[0]).toBe(1);
    machine.step();
    expect(machine.core.registers[0]).toBe(2);
  });

  it("executes what someone else wrote, once told", () => {
    const machine = rig({ thumb: true, code: [0x2001, 0xe7fd] }); // movs r0, #1; b .-2
    machine.step(2);
    machine.core.itcm[0x1000] = 9;
    machine.core.invalidate(0x1000, 1);
    machine.step();
    expect(machine.core.registers[0]).toBe(9);
  });
});

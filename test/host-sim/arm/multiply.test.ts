import { describe, expect, it } from "vitest";
import { int, rig } from "./rig.ts";

describe("multiplies (ARM ARM A4.1)", () => {
  const wide = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low >>> 0);
  it.each([
    { name: "UMULL", code: 0xe081_0392, signed: false, accumulate: false },
    { name: "SMULL", code: 0xe0c1_0392, signed: true, accumulate: false },
    { name: "UMLAL", code: 0xe0a1_0392, signed: false, accumulate: true },
    { name: "SMLAL", code: 0xe0e1_0392, signed: true, accumulate: true },
  ])("$name and its flag-setting form give the 64-bit result", ({ code, signed, accumulate }) => {
    const words = [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x1234_5678, 0x8765_4321 | 0];
    for (const a of words) {
      for (const b of words) {
        const machine = rig({ code: [code, code | 0x0010_0000], registers: { 0: 5, 1: -2, 2: a, 3: b } });
        const [x, y] = signed ? [BigInt(a), BigInt(b)] : [BigInt(a >>> 0), BigInt(b >>> 0)];
        let expected = x * y + (accumulate ? wide(-2, 5) : 0n);
        machine.step();
        const { registers } = machine.core;
        expect(wide(registers[1]!, registers[0]!)).toBe(BigInt.asIntN(64, expected));
        expected = x * y + (accumulate ? expected : 0n);
        machine.step();
        expect(wide(registers[1]!, registers[0]!)).toBe(BigInt.asIntN(64, expected));
        const zero = BigInt.asIntN(64, expected) === 0n;
        expect(machine.flags()).toBe((registers[1]! < 0 ? "N" : "") + (zero ? "Z" : ""));
      }
    }
  });

  it.each([
    { code: 0xe160_0382, r2: 0x1234_8000, r3: 0x7fff, r0: -0x8000 * 0x7fff, because: "SMULBB takes bottom halves" },
    { code: 0xe160_03e2, r2: 0x8000_0000, r3: 0x8000_0000, r0: 0x4000_0000, because: "SMULTT takes top halves" },
    { code: 0xe160_03a2, r2: 0x0003_ffff, r3: 0xffff_0002, r0: 6, because: "SMULTB mixes them" },
    { code: 0xe120_03a2, r2: 0x4000_0000, r3: 0x7fff, r0: 0x1fff_c000, because: "SMULWB keeps bits 47:16" },
    { code: 0xe120_03e2, r2: -1, r3: 0x0001_0000, r0: -1, because: "SMULWT rounds down" },
  ])("$because", ({ code, r2, r3, r0 }) => {
    const machine = rig({ code: [code], registers: { 2: r2, 3: r3 } });
    machine.step();
    expect(machine.core.registers[0]).toBe(int(r0));
    expect(machine.flags()).toBe("");
  });

  it("SMLABB sets Q when the sum overflows, and wraps", () => {
    const machine = rig({ code: [0xe100_1382], registers: { 1: 0x7fff_ffff, 2: 1, 3: 1 } }); // smlabb r0, r2, r3, r1
    machine.step();
    expect(machine.core.registers[0]).toBe(-0x8000_0000);
    expect(machine.flags()).toBe("Q");
  });

  it("SMLALBB adds the sign-extended product to 64 bits and never sets Q", () => {
    const machine = rig({ code: [0xe141_0382], registers: { 0: 0, 1: 0, 2: 0xffff, 3: 1 } }); // smlalbb r0, r1, r2, r3
    machine.step();
    expect([...machine.core.registers.subarray(0, 2)]).toEqual([-1, -1]);
    expect(machine.flags()).toBe("");
  });

  it("CLZ counts from bit 31, 32 for 0", () => {
    const machine = rig({ code: [0xe16f_0f11, 0xe16f_2f13], registers: { 1: 0x0001_0000, 3: 0 } });
    machine.step(2);
    expect(machine.core.registers[0]).toBe(15);
    expect(machine.core.registers[2]).toBe(32);
  });
});

describe("saturating arithmetic (ARM ARM A4.1)", () => {
  it.each([
    { code: 0xe102_0051, r1: 0x7fff_fff0, r2: 0x20, r0: 0x7fff_ffff, flags: "Q", because: "QADD stops at the largest" },
    { code: 0xe102_0051, r1: 5, r2: 6, r0: 11, flags: "", because: "QADD within range leaves Q" },
    { code: 0xe122_0051, r1: -0x8000_0000, r2: 1, r0: -0x8000_0000, flags: "Q", because: "QSUB stops at the smallest" },
    { code: 0xe142_0051, r1: 1, r2: 0x4000_0000, r0: 0x7fff_ffff, flags: "Q", because: "QDADD saturates the doubling" },
    { code: 0xe162_0051, r1: -1, r2: 0x4000_0000, r0: -0x8000_0000, flags: "Q", because: "QDSUB doubles the second" },
  ])("$because", ({ code, r1, r2, r0, flags }) => {
    const machine = rig({ code: [code], registers: { 1: r1, 2: r2 } });
    machine.step();
    expect(machine.core.registers[0]).toBe(int(r0));
    expect(machine.flags()).toBe(flags);
  });

  it("Q stays until a status write clears it", () => {
    const code = [0xe102_0051, 0xe102_0053, 0xe128_f004]; // qadd r0, r1, r2; qadd r0, r3, r2; msr cpsr_f, r4
    const machine = rig({ code, registers: { 1: 0x7fff_ffff, 2: 1, 3: 0 } });
    machine.step(2);
    expect(machine.flags()).toBe("Q");
    machine.step();
    expect(machine.flags()).toBe("");
  });
});

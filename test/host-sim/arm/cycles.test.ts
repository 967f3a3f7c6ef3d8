import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CODE, DTCM, FLAG, RAM, type Rig, rig } from "./rig.ts";

describe("cycles of one instruction (ARM9E-S TRM chapter 8)", () => {
  const NOTHING = 0xe3a0_6000; // mov r6, #0 uses no result
  it.each([
    { code: 0xe080_0001, cycles: 1, because: "data operation" },
    { code: 0xe1a0_0211, cycles: 2, because: "shift by register" },
    { code: 0xe1a0_f001, cycles: 3, because: "move to r15" },
    { code: 0xe08f_f100, cycles: 4, because: "shifted addition to r15" },
    { code: 0x01a0_0001, cycles: 1, because: "failed condition" },
    { code: 0x0a00_0000, cycles: 1, because: "branch not taken" },
    { code: 0xea00_0000, cycles: 3, because: "branch" },
    { code: 0xeb00_0000, cycles: 3, because: "call" },
    { code: 0xe12f_ff13, cycles: 3, because: "BX" },
    { code: 0xe592_0000, cycles: 1, because: "LDR" },
    { code: 0xe792_0104, cycles: 2, because: "LDR with scaled index" },
    { code: 0xe592_f000, cycles: 5, because: "LDR to r15" },
    { code: 0xe582_0000, cycles: 1, because: "STR" },
    { code: 0xe1c2_00d0, cycles: 2, because: "LDRD" },
    { code: 0xe1c2_00f0, cycles: 2, because: "STRD" },
    { code: 0xe892_0001, cycles: 2, because: "LDM of one" },
    { code: 0xe892_000b, cycles: 3, because: "LDM of three" },
    { code: 0xe892_8003, cycles: 7, because: "LDM of three with r15" },
    { code: 0xe882_001f, cycles: 5, because: "STM of five" },
    { code: 0xe000_0091, cycles: 2, because: "MUL" },
    { code: 0xe010_0091, cycles: 4, because: "MULS" },
    { code: 0xe081_0392, cycles: 3, because: "UMULL" },
    { code: 0xe091_0392, cycles: 5, because: "UMULLS" },
    { code: 0xe160_0382, cycles: 1, because: "SMULBB" },
    { code: 0xe141_0382, cycles: 2, because: "SMLALBB" },
    { code: 0xe16f_0f11, cycles: 1, because: "CLZ" },
    { code: 0xe10f_0000, cycles: 2, because: "MRS" },
    { code: 0xe128_f000, cycles: 1, because: "MSR of flags" },
    { code: 0xe121_f005, cycles: 3, because: "MSR of control" },
    { code: 0xe102_0091, cycles: 2, because: "SWP" },
    { code: 0xef00_0000, cycles: 3, because: "SWI" },
  ])("$because: $cycles", ({ code, cycles }) => {
    const machine = rig({ code: [code, NOTHING], registers: { 2: DTCM, 3: 0x2000, 5: 0x13 } });
    expect(machine.step()).toBe(cycles);
  });

  it.each([
    { code: [0xe592_0000, 0xe280_0001], stall: 1, because: "LDR, then its result" },
    { code: [0xe592_0000, 0xe281_0001], stall: 0, because: "LDR, then something else" },
    { code: [0xe5d2_0000, 0xe280_0001], stall: 2, because: "LDRB, then its result" },
    { code: [0xe1d2_00b0, 0xe081_0000], stall: 2, because: "LDRH, then its result" },
    { code: [0xe1c2_00d0, 0xe281_0001], stall: 1, because: "LDRD, then its second word" },
    { code: [0xe892_0003, 0xe281_0001], stall: 1, because: "LDM, then its last register" },
    { code: [0xe892_0003, 0xe280_0001], stall: 0, because: "LDM, then an earlier register" },
    { code: [0xe000_0091, 0xe280_0001], stall: 1, because: "MUL, then its result" },
    { code: [0xe000_0091, 0xe020_0291], stall: 0, because: "MUL, then accumulating its result" },
    { code: [0xe160_0382, 0xe280_0001], stall: 1, because: "SMULBB, then its result" },
  ])("interlock: $because: $stall", ({ code, stall }) => {
    const registers = { 1: 1, 2: DTCM, 3: 3 };
    const free = rig({ code: [code[0]!, NOTHING], registers }).step();
    expect(rig({ code, registers }).step() - free).toBe(stall);
  });

  it("Thumb costs what its ARM equivalent costs", () => {
    const machine = rig({ thumb: true, code: [0x6810, 0x1c40, 0x4348, 0xbd00], registers: { 2: DTCM, 13: DTCM } });
    expect([machine.step(), machine.step(), machine.step(), machine.step()]).toEqual([2, 1, 4, 6]);
  });

  it("the bus adds its wait cycles", () => {
    const machine = rig({ code: [0xe592_0000, NOTHING, 0xe892_000b], registers: { 2: RAM } });
    machine.bus.latency = 20;
    expect([machine.step(), machine.step(), machine.step()]).toEqual([21, 1, 63]);
  });

  it("code behind the bus waits for each word it consists of", () => {
    const arm = rig({ code: [0xe12f_ff10], registers: { 0: RAM } });
    const thumb = rig({ code: [0xe12f_ff10], registers: { 0: RAM + 1 } });
    for (const machine of [arm, thumb]) machine.bus.latency = 20;
    arm.poke(RAM, NOTHING);
    arm.poke(RAM + 4, NOTHING);
    thumb.poke(RAM, 0x1c49_1c49); // adds r1, r1, #1, twice
    expect([arm.step(), arm.step(), arm.step()]).toEqual([3, 21, 21]);
    expect([thumb.step(), thumb.step(), thumb.step()]).toEqual([3, 21, 1]);
  });

  it("the time seen by the bus is that of all instructions before", () => {
    const machine = rig({ code: [NOTHING, NOTHING, 0xe592_0000], registers: { 2: RAM } });
    const start = machine.core.cycles;
    let seen = -1;
    const read = machine.bus.read32.bind(machine.bus);
    machine.bus.read32 = (address): number => {
      seen = machine.core.cycles - start;
      expect(machine.core.registers[15]).toBe(CODE + 8);
      return read(address);
    };
    machine.core.run(3);
    expect(seen).toBe(2);
  });
});

describe("runs", () => {
  const counting = (): Rig => rig({ code: [0xe280_0001, 0xeaff_fffd] }); // add r0, r0, #1; b .-4

  it("start an instruction only while cycles are left, and count every one of them", () => {
    const machine = counting();
    const start = machine.core.cycles;
    expect(machine.core.run(6)).toBe("budget");
    expect(machine.core.cycles - start).toBe(8);
    expect(machine.core.registers[0]).toBe(2);
  });

  it("end where the bus asks for it", () => {
    const machine = rig({ code: [0xe592_0000, 0xe3a0_1001], registers: { 2: RAM } });
    machine.bus.read32 = (): number => {
      machine.core.stop();
      return 5;
    };
    expect(machine.core.run(1000)).toBe("stopped");
    expect([...machine.core.registers.subarray(0, 2)]).toEqual([5, 0]);
  });

  it("end where the observer asks for it, before the instruction", () => {
    const machine = counting();
    machine.core.observer = (core): boolean => core.registers[0] === 3 && core.registers[15] === CODE;
    expect(machine.core.run(1000)).toBe("observer");
    expect(machine.core.registers[0]).toBe(3);
  });

  it("idle time is the owner's to add", () => {
    const machine = rig({ code: [0xee07_0f90] });
    machine.core.run(100);
    const before = machine.core.cycles;
    machine.core.cycles += 1e12;
    expect(machine.core.cycles).toBe(before + 1e12);
  });

  it("a delay loop that is skipped through ends as one that is stepped through", () => {
    const loops = [
      { branch: 0xd2fd, name: "until it borrows" },
      { branch: 0xd1fd, name: "until it is zero" },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...loops),
        fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })),
        fc.integer({ min: 1, max: 90 }),
        ({ branch }, count, budget) => {
          const run = (observed: boolean): unknown => {
            const machine = rig({ thumb: true, code: [0x3801, branch, 0x2107], registers: { 0: count } });
            // An observer makes the core go instruction by instruction.
            if (observed) machine.core.observer = (): boolean => false;
            machine.core.run(budget);
            const { core } = machine;
            return [core.cycles, core.instructions, core.cpsr, ...core.registers];
          };
          expect(run(false)).toEqual(run(true));
        },
      ),
    );
  });

  it("a long delay loop takes no time to run", () => {
    const machine = rig({ thumb: true, code: [0x3801, 0xd2fd, 0x46c0], status: FLAG.C, registers: { 0: 50_000_000 } });
    machine.core.run(200_000_002);
    expect(machine.core.registers[15]).toBe(CODE + 4);
    expect(machine.core.registers[0]).toBe(-1);
  });

  it("a run may be longer than an int32 of cycles", () => {
    const machine = rig({ thumb: true, code: [0x3801, 0xd2fd, 0xe7fc], status: FLAG.C, registers: { 0: -1 } });
    const start = machine.core.cycles;
    machine.core.run(1e11 + 1);
    expect(machine.core.cycles - start).toBeGreaterThan(1e11);
    expect(machine.core.cycles - start).toBeLessThan(1e11 + 8);
  });
});

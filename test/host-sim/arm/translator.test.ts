import { describe, expect, it } from "vitest";
import { CHECKSUM_ADDRESS } from "../../../bench/emulator-core/tick.ts";
import { TickBoard } from "../../../bench/emulator-core/tick-board.ts";
import { ArmCore, type ArmCoreOptions, CoreMemory, TranslationCache } from "../../../src/host-sim/arm/index.ts";
import { ENTRY, OUTCOME_ADDRESS, OUTCOME_WORDS, type RandomProgram, randomProgram } from "./qemu/program.ts";
import { Random } from "./qemu/random.ts";
import { RamBus } from "./ram-bus.ts";
import { DTCM, FLAG, MODE, RAM } from "./rig.ts";

/** Everything a run may change but memory: cycles, instructions, CPSR, SPSR, registers. */
function stateOf(core: ArmCore): string {
  return [core.cycles, core.instructions, core.cpsr, core.spsr, ...core.registers].join(" ");
}

/** Translates code that is reached for the 15th time. */
const eager = (): ArmCoreOptions => ({ translations: new TranslationCache(), threshold: 15 });

describe("translated and interpreted code are in the same state wherever a run ends", () => {
  /** A core about to run a random program in user mode; its interrupt handler counts in the handler's own r13. */
  function prepare(program: RandomProgram, latency: number, options: ArmCoreOptions): { core: ArmCore; bus: RamBus } {
    const bus = new RamBus(OUTCOME_ADDRESS, 4 * OUTCOME_WORDS * program.blocks * program.states);
    bus.latency = latency;
    const core = new ArmCore(new CoreMemory(1), 0, bus, options);
    core.reset(false);
    core.itcm.set(program.code);
    const vectors = new DataView(core.itcm.buffer, core.itcm.byteOffset);
    vectors.setInt32(0x08, 0xee07_0f90, true); // SWI: wait for interrupt, the end
    vectors.setInt32(0x18, 0xe28d_d001, true); // IRQ: add r13, r13, #1
    vectors.setInt32(0x1c, 0xe25e_f004, true); // FIQ, and the IRQ goes on here: subs pc, lr, #4
    core.invalidate(0, core.itcm.length);
    core.dtcm.set(program.data);
    core.cpsr = 0x10;
    core.registers[15] = ENTRY;
    return { core, bus };
  }

  it.each([
    { seed: 11, thumb: false, latency: 0, slice: 500 },
    { seed: 12, thumb: true, latency: 0, slice: 500 },
    { seed: 13, thumb: false, latency: 7, slice: 5000 },
    { seed: 14, thumb: true, latency: 7, slice: 5000 },
  ])("on random programs with interrupts: %o", ({ seed, thumb, latency, slice }) => {
    const program = randomProgram({ seed, thumb, blockInstructions: thumb ? 40 : 24, blocks: 50, states: 60 });
    const reference = prepare(program, latency, {});
    const translated = prepare(program, latency, eager());
    const random = new Random(seed);
    for (;;) {
      const budget = 1 + random.below(slice);
      const line = random.below(12);
      for (const { core } of [reference, translated]) {
        core.irq = line < 2;
        core.fiq = line === 2;
        core.run(line < 3 ? 9 : 0);
        core.irq = false;
        core.fiq = false;
      }
      const reason = reference.core.run(budget);
      expect(translated.core.run(budget)).toBe(reason);
      expect(stateOf(translated.core)).toBe(stateOf(reference.core));
      if (reason === "waiting") break;
    }
    expect(Buffer.compare(translated.core.dtcm, reference.core.dtcm)).toBe(0);
    expect(Buffer.compare(translated.bus.ram, reference.bus.ram)).toBe(0);
  });

  it.each([
    { name: "a delay until it borrows", thumb: true, code: [0x2005, 0x3801, 0xd2fd, 0x1c49, 0xe7fa] },
    { name: "a delay until it is zero", thumb: true, code: [0x2005, 0x3801, 0xd1fd, 0x1c49, 0xe7fa] },
    { name: "delays of all lengths", thumb: true, code: [0x1c52, 0x0010, 0x0e00, 0x3801, 0xd2fd, 0x1c49, 0xe7f8] },
    {
      name: "masking and unmasking of interrupts", // mrs; orr; msr; add; bic; msr; cmp; mrs; b
      thumb: false,
      code: [
        0xe10f_0000, 0xe380_10c0, 0xe121_f001, 0xe282_2001, 0xe3c0_1080, 0xe121_f001, 0xe152_0003, 0xe10f_4000,
        0xeaff_fff6,
      ],
    },
    {
      name: "flags that are saved and restored", // mrs; adds; msr cpsr_fsxc; addcs; b
      thumb: false,
      code: [0xe10f_0000, 0xe292_2203, 0xe12f_f000, 0x2281_1001, 0xeaff_fffa],
    },
    {
      name: "changes of mode", // mov r0, #irq; msr; add r13; mov r0, #svc; msr; add r13; mrs; b
      thumb: false,
      code: [0xe3a0_00d2, 0xe121_f000, 0xe28d_d001, 0xe3a0_0053, 0xe121_f000, 0xe28d_d002, 0xe10f_4000, 0xeaff_fff7],
    },
    {
      name: "a Thumb call of ARM code",
      thumb: true,
      code: [0xf000, 0xe802, 0x1c49, 0xe7fb, 0x0003, 0xe282, 0xff1e, 0xe12f],
    },
    { name: "a call by register", thumb: true, code: [0x4679, 0x3109, 0x4788, 0xe7fb, 0x46c0, 0x46c0, 0x1c52, 0x4770] },
  ])("on $name", ({ thumb, code }) => {
    const cores = [{}, eager()].map((options) => {
      const core = new ArmCore(new CoreMemory(1), 0, new RamBus(RAM, 0x100), options);
      core.reset(false);
      const view = new DataView(core.itcm.buffer, core.itcm.byteOffset);
      code.forEach((word, i) => {
        if (thumb) view.setUint16(0x100 + 2 * i, word, true);
        else view.setInt32(0x100 + 4 * i, word, true);
      });
      view.setInt32(0x18, 0xe25e_f004, true); // IRQ: subs pc, lr, #4
      core.invalidate(0, core.itcm.length);
      core.cpsr = thumb ? 0x33 : 0x13;
      core.registers[15] = 0x100;
      return core;
    });
    const random = new Random(code.length);
    for (let slice = 0; slice < 3000; slice++) {
      const budget = 1 + random.below(80);
      const irq = random.chance(4);
      for (const core of cores) {
        core.irq = irq;
        core.run(budget);
      }
      expect(stateOf(cores[1]!)).toBe(stateOf(cores[0]!));
    }
  });

  it("on compiled code with calls between ARM and Thumb, a jump table, interrupts and sleep", () => {
    const reference = new TickBoard();
    const translated = new TickBoard(eager());
    const random = new Random(7);
    for (let slice = 0; slice < 2000; slice++) {
      const until = Math.max(reference.core.cycles, translated.core.cycles) + 1 + random.below(2000);
      reference.runUntil(until);
      translated.runUntil(until);
      expect(stateOf(translated.core)).toBe(stateOf(reference.core));
    }
    expect(Buffer.compare(translated.core.dtcm, reference.core.dtcm)).toBe(0);
    const checksum = new DataView(reference.core.dtcm.buffer, reference.core.dtcm.byteOffset);
    expect(checksum.getInt32(CHECKSUM_ADDRESS & 0xffff, true)).not.toBe(0);
  });
});

describe("wild code", () => {
  /** Random words as code in both TCMs and behind the bus, registers that point anywhere, any mode and state. */
  function wildCore(seed: number, options: ArmCoreOptions): { core: ArmCore; bus: RamBus } {
    const random = new Random(seed);
    const bus = new RamBus(RAM, 0x1000);
    const core = new ArmCore(new CoreMemory(1), 0, bus, options);
    core.reset(false);
    for (const bytes of [core.itcm, core.dtcm, bus.ram]) {
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      // Half of the programs execute most instructions whatever the flags.
      for (let i = 0; i < words.length; i++) {
        words[i] = random.word();
        if (seed % 2 === 0 && !random.chance(4)) words[i] = (words[i]! & 0x0fff_ffff) | 0xe000_0000;
      }
    }
    core.invalidate(0, core.itcm.length);
    bus.latency = seed % 5;
    core.cpsr = (random.word() & 0xf800_0000) | random.pick(Object.values(MODE)) | (seed % 4 < 2 ? FLAG.T : 0);
    for (let register = 0; register < 15; register++) {
      const near = random.below(0x1000) & ~3;
      core.registers[register] = random.pick([DTCM + near, RAM + near, near, near & 0xff, random.word()]);
    }
    core.registers[15] = 0x100;
    return { core, bus };
  }

  it("does to a translating core what it does to an interpreting one, and stops neither", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const reference = wildCore(seed, {});
      const translated = wildCore(seed, { translations: new TranslationCache(), threshold: 2 });
      const random = new Random(seed);
      for (let slice = 0; slice < 100; slice++) {
        const budget = 1 + random.below(300);
        const line = random.below(16);
        for (const { core } of [reference, translated]) {
          core.irq = line < 2;
          core.fiq = line === 2;
        }
        const reason = reference.core.run(budget);
        expect(translated.core.run(budget)).toBe(reason);
        expect(stateOf(translated.core)).toBe(stateOf(reference.core));
      }
      expect(Buffer.compare(translated.core.itcm, reference.core.itcm)).toBe(0);
      expect(Buffer.compare(translated.core.dtcm, reference.core.dtcm)).toBe(0);
      expect(Buffer.compare(translated.bus.ram, reference.bus.ram)).toBe(0);
    }
  });
});

describe("what an access sets off", () => {
  const CODE = 0x100;
  const CODE_WORDS = 16;
  /** Of the loop below: an instruction after the loads and stores, which the bus writes over. */
  const OVERWRITTEN = CODE + 4 * 10;

  /** Memory whose words do things to the core when it reads or writes them. */
  class MeddlingBus extends RamBus {
    core: ArmCore | undefined;

    override read32(address: number): number {
      this.#meddle(address);
      return super.read32(address);
    }

    override write32(address: number, value: number): void {
      this.#meddle(address);
      super.write32(address, value);
    }

    #meddle(address: number): void {
      const core = this.core!;
      switch ((address >>> 2) & 7) {
        case 1:
          core.irq = true;
          break;
        case 2:
          core.irq = false;
          break;
        case 3:
          core.stop();
          break;
        case 4:
          this.waitCycles += 50;
          break;
        case 5: {
          // As a DMA transfer would: add r7, r7, #1 and add r7, r7, #2 in turn.
          const code = new DataView(core.itcm.buffer, core.itcm.byteOffset);
          code.setInt32(OVERWRITTEN, code.getInt32(OVERWRITTEN, true) ^ 3, true);
          core.invalidate(OVERWRITTEN, 4);
          break;
        }
        default:
      }
    }
  }

  /**
   * A loop over all kinds of accesses at r5, which goes through the memory and past its end, where accesses abort. The
   * handler of aborts goes on behind the instruction, that of interrupts counts and takes the line away.
   */
  const LOOP = [
    0xe280_0001, // add r0, r0, #1
    0xe495_1004, // ldr r1, [r5], #4
    0xe084_4001, // add r4, r4, r1
    0xe585_4000, // str r4, [r5]
    0xe1d5_20b0, // ldrh r2, [r5]
    0xe0a4_4002, // adc r4, r4, r2
    0xe1f5_30d1, // ldrsb r3, [r5, #1]!
    0xe3c5_5003, // bic r5, r5, #3
    0xe5c5_3000, // strb r3, [r5]
    0x4595_1004, // ldrmi r1, [r5, #4]
    0xe287_7001, // add r7, r7, #1
    0xe155_0006, // cmp r5, r6
    0x8045_5008, // subhi r5, r5, r8
    0xe1c9_50b0, // strh r5, [r9]
    0xe589_4004, // str r4, [r9, #4]
    0xeaff_ffef, // b
  ];

  function meddled(options: ArmCoreOptions): { core: ArmCore; bus: MeddlingBus } {
    const bus = new MeddlingBus(RAM, 0x200);
    const core = new ArmCore(new CoreMemory(1), 0, bus, options);
    bus.core = core;
    core.reset(false);
    core.itcm.set(new Uint8Array(Uint32Array.from(LOOP).buffer), CODE);
    const vectors = new DataView(core.itcm.buffer, core.itcm.byteOffset);
    vectors.setInt32(0x10, 0xe25e_f004, true); // data abort: subs pc, lr, #4
    vectors.setInt32(0x18, 0xe28d_d001, true); // IRQ: add r13, r13, #1
    vectors.setInt32(0x1c, 0xe59f_c004, true); // ldr r12, =RAM + 8
    vectors.setInt32(0x20, 0xe59c_c000, true); // ldr r12, [r12]
    vectors.setInt32(0x24, 0xe25e_f004, true); // subs pc, lr, #4
    vectors.setInt32(0x28, RAM + 8, true);
    core.invalidate(0, core.itcm.length);
    core.cpsr = MODE.svc;
    core.registers.set([0, 0, 0, 0, 1, RAM, RAM + 0x220, 0, 0x220, DTCM], 0);
    core.registers[15] = CODE;
    return { core, bus };
  }

  it("interrupts, stops, waits, aborts and new code take effect at the next instruction of either engine", () => {
    expect(LOOP).toHaveLength(CODE_WORDS);
    const reference = meddled({});
    const translated = meddled({ translations: new TranslationCache(), threshold: 3 });
    const random = new Random(5);
    const seen = new Set<string>();
    for (let slice = 0; slice < 4000; slice++) {
      const budget = 1 + random.below(slice % 2 === 0 ? 30 : 400);
      const reason = reference.core.run(budget);
      seen.add(reason);
      expect(translated.core.run(budget)).toBe(reason);
      expect(stateOf(translated.core)).toBe(stateOf(reference.core));
    }
    expect(Buffer.compare(translated.bus.ram, reference.bus.ram)).toBe(0);
    expect([...seen].sort()).toEqual(["budget", "stopped"]);
    expect(reference.core.registers[7]).toBeGreaterThan(100);
    reference.core.cpsr = MODE.irq;
    expect(reference.core.registers[13]).toBeGreaterThan(100);
  });
});

describe("translations", () => {
  /** Cores of one memory that run these ARM words from 0x100, translated if there are options. */
  function cores(options: ArmCoreOptions, programs: readonly (readonly number[])[]): ArmCore[] {
    const memory = new CoreMemory(programs.length);
    return programs.map((words, i) => {
      const core = new ArmCore(memory, i, new RamBus(RAM, 0x100), options);
      core.reset(false);
      core.itcm.set(new Uint8Array(Uint32Array.from(words).buffer), 0x100);
      core.invalidate(0x100, 4 * words.length);
      core.registers[15] = 0x100;
      return core;
    });
  }

  const LOOP = [0xe280_0001, 0xe59f_1008, 0xe082_2001, 0xeaff_fffb, 0, 5]; // add r0, #1; ldr r1, five; add r2, r1; b

  it("serve every core with the same code, and no other", () => {
    const other = [...LOOP];
    other[0] = 0xe280_0002; // add r0, #2
    const literal = [...LOOP];
    literal[5] = 6;
    const [a, b, c, d] = cores(eager(), [LOOP, LOOP, other, literal]);
    for (const core of [a, b, c, d]) core!.run(6000);
    expect([a, b, c, d].map((core) => core!.registers[0])).toEqual([858, 858, 1716, 858]);
    expect([a, b, c, d].map((core) => core!.registers[2])).toEqual([4285, 4285, 4285, 5142]);
  });

  it("are forgotten when someone else writes over their code or their literals", () => {
    const [core] = cores(eager(), [LOOP]);
    core!.run(600);
    const before = [core!.registers[0]!, core!.registers[2]!] as const;
    const view = new DataView(core!.itcm.buffer, core!.itcm.byteOffset);
    view.setInt32(0x100, 0xe280_0010, true); // add r0, #16
    view.setInt32(0x114, 100, true);
    core!.invalidate(0x100, 4);
    core!.invalidate(0x114, 4);
    core!.run(700);
    expect(core!.registers[0]! - before[0]).toBe(16 * 100);
    expect(core!.registers[2]! - before[1]).toBe(100 * 100);
  });

  it("are forgotten when the program writes over its own code", () => {
    // r0 counts; every turn stores r3 over the first instruction, and r3 alternates between add #1 and add #2
    const code = [0xe280_0001, 0xe585_3000, 0xe023_3004, 0xeaff_fffb]; // add r0; str r3, [r5]; eor r3, r3, r4; b
    const [reference] = cores({}, [code]);
    const [translated] = cores(eager(), [code]);
    for (const core of [reference!, translated!]) {
      core.registers[3] = 0xe280_0002;
      core.registers[4] = 3;
      core.registers[5] = 0x100;
      core.run(5000);
    }
    expect(stateOf(translated!)).toBe(stateOf(reference!));
  });

  it("stay unused while a TCM is off or loads into r15 do not interwork", () => {
    for (const control of [0x0004, 0x1000, 0x9004]) {
      const code = [...LOOP];
      const [reference] = cores({}, [code]);
      const [translated] = cores(eager(), [code]);
      for (const core of [reference!, translated!]) {
        core.run(3000);
        new DataView(core.itcm.buffer, core.itcm.byteOffset).setInt32(0x200, 0xee01_3f10, true); // mcr c1
        core.invalidate(0x200, 4);
        core.registers[3] = control;
        core.registers[15] = 0x200;
        core.run(1);
        core.registers[15] = 0x100;
        core.run(3000);
      }
      expect(stateOf(translated!)).toBe(stateOf(reference!));
    }
  });
});

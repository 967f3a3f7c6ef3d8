/** A core with a few instructions in its ITCM and RAM at 0x60000000, for tests of single instructions. */

import { ArmCore, type Core, CoreMemory } from "../../../src/host-sim/arm/index.ts";
import { RamBus } from "./ram-bus.ts";

export const CODE = 0x1000;
export const DTCM = 0x0040_0000;
export const RAM = 0x6000_0000;

export const MODE = { usr: 0x10, fiq: 0x11, irq: 0x12, svc: 0x13, abt: 0x17, und: 0x1b, sys: 0x1f } as const;
/** Bits of a status register. */
export const FLAG: Readonly<Record<"N" | "Z" | "C" | "V" | "Q" | "I" | "F" | "T", number>> = {
  N: 1 << 31,
  Z: 1 << 30,
  C: 1 << 29,
  V: 1 << 28,
  Q: 1 << 27,
  I: 0x80,
  F: 0x40,
  T: 0x20,
};

export interface Rig {
  readonly core: Core;
  readonly bus: RamBus;
  /** Int32 at an address of ITCM, DTCM or RAM. */
  peek(address: number): number;
  poke(address: number, value: number): void;
  /** One instruction after the other; `cycles` is what they took. */
  step(instructions?: number): number;
  /** N, Z, C, V and Q that are set, in this order, as in "ZC". */
  flags(): string;
}

export interface Setup {
  /** ARM words, or Thumb halfwords if `thumb`, placed at {@link CODE}. */
  readonly code: readonly number[];
  readonly thumb?: boolean;
  readonly mode?: number;
  /** Registers by number. */
  readonly registers?: Readonly<Record<number, number>>;
  /** Flags and masks to begin with. */
  readonly status?: number;
  /** Data aborts on misaligned addresses, as SARK asks for. */
  readonly alignmentFaults?: boolean;
}

export function rig(setup: Setup): Rig {
  const bus = new RamBus(RAM, 0x1000);
  const core = new ArmCore(new CoreMemory(1), 0, bus);
  core.reset(false);
  const itcm = new DataView(core.itcm.buffer, core.itcm.byteOffset, core.itcm.length);
  const dtcm = new DataView(core.dtcm.buffer, core.dtcm.byteOffset, core.dtcm.length);
  const ram = new DataView(bus.ram.buffer);
  const place = (address: number): [DataView, number] =>
    address >= RAM ? [ram, address - RAM] : address >= DTCM ? [dtcm, address - DTCM] : [itcm, address];
  const poke = (address: number, value: number): void => {
    const [view, at] = place(address);
    view.setInt32(at, value, true);
    if (view === itcm) core.invalidate(at, 4);
  };
  if (setup.alignmentFaults === true) {
    poke(CODE, 0xee01_0f10); // mcr p15, 0, r0, c1, c0, 0
    core.registers[0] = 0x1f7e;
    core.registers[15] = CODE;
    core.run(1);
  }
  setup.code.forEach((word, i) => {
    if (setup.thumb === true) itcm.setUint16(CODE + 2 * i, word, true);
    else itcm.setInt32(CODE + 4 * i, word, true);
  });
  core.invalidate(0, core.itcm.length);
  core.cpsr = (setup.status ?? 0) | (setup.mode ?? MODE.svc) | (setup.thumb === true ? FLAG.T : 0);
  core.registers.fill(0, 0, 15);
  for (const [register, value] of Object.entries(setup.registers ?? {})) core.registers[Number(register)] = value;
  core.registers[15] = CODE;
  return {
    core,
    bus,
    poke,
    peek(address): number {
      const [view, at] = place(address);
      return view.getInt32(at, true);
    },
    step(instructions = 1): number {
      const before = core.cycles;
      for (let i = 0; i < instructions; i++) core.run(1);
      return core.cycles - before;
    },
    flags(): string {
      const { cpsr } = core;
      return (["N", "Z", "C", "V", "Q"] as const).filter((name) => (cpsr & FLAG[name]) !== 0).join("");
    },
  };
}

/** As int32, which is how registers are read. */
export function int(value: number): number {
  return value | 0;
}

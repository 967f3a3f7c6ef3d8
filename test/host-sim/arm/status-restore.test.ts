import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArmCore, type ArmCoreOptions, CoreMemory, TranslationCache } from "../../../src/host-sim/arm/index.ts";
import { RamBus } from "./ram-bus.ts";
import { MODE, RAM } from "./rig.ts";

/** Instructions by their addresses, which stay as they are, so that they are translated once and then run so. */
const CODE: Readonly<Record<number, number>> = {
  512: 0xe25e_f004, // subs pc, lr, #4
  576: 0xe1b0_f00e, // movs pc, lr
  640: 0x125e_f008, // subnes pc, lr, #8
};
const FLAGS = 0xf800_0000;
const MASKS = 0xc0;
const THUMB = 0x20;

interface Return {
  /** Of the instruction. */
  readonly address: number;
  readonly from: number;
  /** CPSR before and SPSR, but for the modes. */
  readonly status: number;
  readonly saved: number;
  readonly to: number;
  readonly link: number;
  readonly irq: boolean;
  /** How long the run lasts: for the return alone, or for what it leads to as well. */
  readonly cycles: number;
}

const anyStatus = fc.integer().map((word) => word & (FLAGS | MASKS));
const anyReturn = fc.record({
  address: fc.constantFrom(...Object.keys(CODE).map(Number)),
  from: fc.constantFrom(...Object.values(MODE)),
  status: anyStatus,
  saved: fc.tuple(anyStatus, fc.boolean()).map(([status, thumb]) => status | (thumb ? THUMB : 0)),
  to: fc.constantFrom(...Object.values(MODE)),
  // Elsewhere, or to one of the returns, where translated code goes on by itself.
  link: fc.oneof(fc.integer({ min: 0x400, max: 0x7000 }), fc.constantFrom(0x204, 0x240, 0x244, 0x288)),
  irq: fc.boolean(),
  cycles: fc.constantFrom(1, 12),
});

/** Registers, status and SPSR seen from every mode. */
function everything(core: ArmCore): number[] {
  const seen = [core.cycles, core.instructions, core.cpsr, ...core.registers];
  for (const mode of Object.values(MODE)) {
    core.cpsr = mode | MASKS;
    seen.push(core.spsr, ...core.registers.subarray(8, 15));
  }
  return seen;
}

function afterReturn(returns: readonly Return[], options: ArmCoreOptions): number[][] {
  const core = new ArmCore(new CoreMemory(1), 0, new RamBus(RAM, 0x10), options);
  core.reset(false);
  const view = new DataView(core.itcm.buffer, core.itcm.byteOffset);
  for (const [address, word] of Object.entries(CODE)) view.setUint32(Number(address), word, true);
  core.invalidate(0, core.itcm.length);
  return returns.map(({ address, from, status, saved, to, link, irq, cycles }, n) => {
    core.irq = false;
    for (const mode of Object.values(MODE)) {
      core.cpsr = mode | MASKS;
      core.spsr = saved | to;
      for (let r = 8; r < 15; r++) core.registers[r] = 1000 * mode + 100 * (n % 9) + r;
    }
    core.cpsr = status | from | MASKS;
    core.registers[14] = link;
    core.registers[15] = address;
    core.irq = irq;
    core.run(cycles);
    return everything(core);
  });
}

describe("the return from an exception", () => {
  it("leaves the same banks, flags and interrupts for translated code as for interpreted code, from mode to mode", () => {
    fc.assert(
      fc.property(fc.array(anyReturn, { minLength: 20, maxLength: 60 }), (returns) => {
        const translated = { translations: new TranslationCache(), threshold: 2 };
        expect(afterReturn(returns, translated)).toEqual(afterReturn(returns, {}));
      }),
      { numRuns: 60 },
    );
  });
});

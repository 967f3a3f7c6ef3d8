import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArmCore, type ArmCoreOptions, CoreMemory, TranslationCache } from "../../../src/host-sim/arm/index.ts";
import { RamBus } from "./ram-bus.ts";
import { MODE, RAM } from "./rig.ts";

const CODE = 0x200;
const SUBS_PC_LR_4 = 0xe25e_f004;
const MOVS_PC_LR = 0xe1b0_f00e;
const SUBNES_PC_LR_8 = 0x125e_f008;
const FLAGS = 0xf800_0000;
const MASKS = 0xc0;
const THUMB = 0x20;

interface Return {
  readonly instruction: number;
  readonly from: number;
  /** CPSR before and SPSR, but for the modes. */
  readonly status: number;
  readonly saved: number;
  readonly to: number;
  readonly link: number;
  readonly irq: boolean;
}

const anyStatus = fc.integer().map((word) => word & (FLAGS | MASKS));
const anyReturn = fc.record({
  instruction: fc.constantFrom(SUBS_PC_LR_4, MOVS_PC_LR, SUBNES_PC_LR_8),
  from: fc.constantFrom(...Object.values(MODE)),
  status: anyStatus,
  saved: fc.tuple(anyStatus, fc.boolean()).map(([status, thumb]) => status | (thumb ? THUMB : 0)),
  to: fc.constantFrom(...Object.values(MODE)),
  link: fc.integer({ min: 0x400, max: 0x7000 }),
  irq: fc.boolean(),
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
  return returns.map(({ instruction, from, status, saved, to, link, irq }, n) => {
    core.irq = false;
    const view = new DataView(core.itcm.buffer, core.itcm.byteOffset);
    if (view.getUint32(CODE, true) !== instruction) {
      view.setUint32(CODE, instruction, true);
      core.invalidate(CODE, 4);
    }
    for (const mode of Object.values(MODE)) {
      core.cpsr = mode | MASKS;
      core.spsr = saved | to;
      for (let r = 8; r < 15; r++) core.registers[r] = 1000 * mode + 100 * (n % 9) + r;
    }
    core.cpsr = status | from | MASKS;
    core.registers[14] = link;
    core.registers[15] = CODE;
    core.irq = irq;
    core.run(1);
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

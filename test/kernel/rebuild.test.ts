import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasKernelCompiler, KernelCompiler } from "../../src/codegen/c/compile-kernel.ts";
import { KERNEL_MODELS } from "../../src/codegen/c/kernel-models.ts";

/** DTCM that must stay for states and ring buffers. */
const LEFT_FOR_DATA = 40 * 1024;
const DTCM_BYTES = 64 * 1024;
/** kernel/stacks.h */
const STACK_BYTES = 0x600 + 0x200 + 0x40;
/** The loader's own code lies above. */
const ITCM_LIMIT = 0x7f00;

const name = (model: (typeof KERNEL_MODELS)[number]): string => model?.name ?? "SpikeSourceArray";

describe("the kernels in kernel/bin", () => {
  it("are those of the models there are: no other, none missing", () => {
    const files = readdirSync("kernel/bin").toSorted();
    expect(files).toEqual(KERNEL_MODELS.map((model) => `${name(model)}.aplx`).toSorted());
  });

  describe.skipIf(!hasKernelCompiler())("compiled again (needs arm-none-eabi-gcc)", () => {
    it("are the same bytes, fit the ITCM and leave 40 KB of DTCM", { timeout: 240_000 }, () => {
      using compiler = new KernelCompiler("kernel");
      for (const model of KERNEL_MODELS) {
        const { aplx, codeBytes, variableBytes } = compiler.compile(model);
        const committed = readFileSync(`kernel/bin/${name(model)}.aplx`);
        expect(Buffer.compare(committed, aplx), `${name(model)}: run npm run kernel`).toBe(0);
        expect(codeBytes).toBeLessThanOrEqual(ITCM_LIMIT);
        expect(DTCM_BYTES - STACK_BYTES - variableBytes).toBeGreaterThanOrEqual(LEFT_FOR_DATA);
      }
    });
  });
});

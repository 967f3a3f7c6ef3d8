/**
 * A region of ARM or Thumb code as a WebAssembly module with two functions: `run`, the fast form, begins at a block of a
 * number; `step`, the stepping form, at `block << BLOCK_SHIFT | instruction`.
 *
 * What keeps them equal to the interpreter: nothing that is observed from outside happens unless the cycle count is
 * right, and an access to the chip, after which an interrupt may be pending or the run be over, is followed by a look at
 * the cycles left, which are then 0 (see `Clock.interrupt`).
 */

import { FunctionWriter, I32, writeModule } from "../../../codegen/wasm/module-writer.ts";
import { BLOCK_SHIFT } from "../hot-code.ts";
import { IMPORTED_FUNCTION_TYPES, IMPORTED_FUNCTIONS } from "./bus-functions.ts";
import { CodeWriter, Wasm } from "./code-writer.ts";
import { BASE, LEFT, START } from "./frame.ts";
import type { Region } from "./region.ts";
import { RegionTranslator } from "./region-translator.ts";
import { SteppingTranslator } from "./stepping-translator.ts";

/** @param literal reads a word of the ITCM, which the translation then depends on */
export function translateRegion(region: Region, literal: (address: number) => number): Uint8Array<ArrayBuffer> {
  const run = new RegionTranslator(region, literal).translate();
  const blocks = region.blocks.map((_, i) => new SteppingTranslator(region.blocks, i, literal).translate());
  return writeModule(
    { memory: { initial: 1, maximum: 65_536, shared: false }, functions: IMPORTED_FUNCTION_TYPES },
    { run, step: stepFunction(blocks.length) },
    blocks,
  );
}

/** Calls the function of a block. */
function stepFunction(blocks: number): FunctionWriter {
  const step = new FunctionWriter([I32, I32, I32], [I32]);
  const code = new CodeWriter(step);
  const labels = Array.from({ length: blocks }, () => code.block()).reverse();
  code.get(START).constant(BLOCK_SHIFT).op(Wasm.SHR_U).brTable(labels);
  for (let block = 0; block < blocks; block++) {
    code.end();
    code.get(BASE);
    code
      .get(START)
      .constant((1 << BLOCK_SHIFT) - 1)
      .op(Wasm.AND);
    code
      .get(LEFT)
      .call(IMPORTED_FUNCTIONS + block)
      .return();
  }
  code.constant(0);
  step.code.bytes(code.finish());
  return step;
}

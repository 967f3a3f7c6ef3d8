/**
 * The stepping form of a block: a function that begins at any of its instructions and looks at the cycles left before
 * each. It takes over where the fast form may not be entered, at the beginning and the end of a run.
 */

import type { FunctionWriter } from "../../../codegen/wasm/module-writer.ts";
import { FAST, placeOf } from "../hot-code.ts";
import { BlockTranslator } from "./block-translator.ts";
import { type Label, Wasm } from "./code-writer.ts";
import { LEFT, operation, START } from "./frame.ts";
import { type Block, type CodeKey, isBranch, isHalfCall, linkOf, sizeOf } from "./region.ts";
import { cyclesBeforeLast } from "./region-translator.ts";

export class SteppingTranslator extends BlockTranslator {
  readonly #blocks: readonly Block[];
  readonly #index: number;

  /** @param index of the block among all of its region */
  constructor(blocks: readonly Block[], index: number, literal: (address: number) => number) {
    super(literal);
    this.#blocks = blocks;
    this.#index = index;
  }

  translate(): FunctionWriter {
    const { code } = this;
    const block = this.#blocks[this.#index]!;
    const { code: instructions, next } = block;
    const count = instructions.length / 2;
    this.exit = code.block();
    const labels: Label[] = [];
    for (let i = count - 1; i >= 0; i--) labels[i] = code.block();
    if (count > 0) code.get(START).brTable(labels);
    let linked: number | undefined;
    let key = block.key;
    for (let i = 0; i < count; i++) {
      const w0 = instructions[2 * i]!;
      const w1 = instructions[2 * i + 1]!;
      code.end();
      this.flags.reset();
      code.get(LEFT).constant(0).op(Wasm.LE_S).if();
      this.leave(key, isHalfCall(block, i) ? undefined : placeOf(this.#index, i));
      code.end();
      if (isBranch(operation(w0))) this.branch(key, w0, w1, linked);
      else this.instruction(key, w0, w1);
      this.charge();
      this.pendingCycles = 0;
      this.pendingInstructions = 0;
      code.releaseTemporaries();
      linked = linkOf(w0, w1);
      key += sizeOf(key);
    }
    this.goto(next);
    code.end();
    return this.finish();
  }

  protected override goto(target: CodeKey): void {
    const { code } = this;
    code.constant(target).set(this.key);
    const index = this.#blocks.findIndex(({ key }) => key === target);
    if (index >= 0) {
      code.constant(placeOf(index, 0) | FAST).constant(placeOf(index, 0));
      code.get(LEFT).constant(cyclesBeforeLast(this.#blocks[index]!)).op(Wasm.GT_S, Wasm.SELECT).set(this.place);
    }
    this.gotoKey();
  }

  protected override gotoKey(): void {
    this.code.br(this.exit);
  }
}

/**
 * The fast form of a region: one function for all its blocks.
 *
 * Blocks lie one after the other in a loop around a `br_table`; forward branches go straight to their block. A block is
 * entered only if all its instructions may start within the cycles left, whatever their conditions; an access to the
 * chip, which may take longer or end the run, is followed by a check that the rest still may.
 */

import type { FunctionWriter } from "../../../codegen/wasm/module-writer.ts";
import { placeOf } from "../hot-code.ts";
import { ALWAYS, conditionOf, Op } from "../micro-op.ts";
import { BlockTranslator } from "./block-translator.ts";
import { type Label, Wasm } from "./code-writer.ts";
import { cyclesOf, LEFT, operation, START } from "./frame.ts";
import { type Block, type CodeKey, directTarget, isBranch, isHalfCall, linkOf, type Region, sizeOf } from "./region.ts";

/** Most cycles that pass in a block before its last instruction starts. */
export function cyclesBeforeLast(block: Block): number {
  return cyclesOfInstructions(block, 0, block.code.length / 2 - 1);
}

function cyclesOfInstructions({ code }: Block, from: number, to: number): number {
  let cycles = 0;
  for (let i = from; i < to; i++) cycles += cyclesOf(code[2 * i]!, code[2 * i + 1]!);
  return cycles;
}

export class RegionTranslator extends BlockTranslator {
  readonly #region: Region;
  readonly #indexOf: ReadonlyMap<CodeKey, number>;
  readonly #needs: readonly number[];
  #dispatch: Label = 0;
  #indirect: Label = 0;
  readonly #blockLabels: Label[] = [];
  #self: Label = 0;
  /** Index of the block being translated. */
  #index = 0;

  constructor(region: Region, literal: (address: number) => number) {
    super(literal);
    this.#region = region;
    this.#indexOf = new Map(region.blocks.map((block, i) => [block.key, i]));
    this.#needs = region.blocks.map(cyclesBeforeLast);
  }

  translate(): FunctionWriter {
    const { code } = this;
    const { blocks } = this.#region;
    this.exit = code.block();
    this.#dispatch = code.loop();
    this.#indirect = code.block();
    for (let i = blocks.length - 1; i >= 0; i--) this.#blockLabels[i] = code.block();
    code.get(START).brTable(this.#blockLabels);
    blocks.forEach((block, i) => {
      code.end();
      this.#translateBlock(block, i);
    });
    code.end();
    this.#findIndirectTarget();
    code.end();
    code.end();
    return this.finish();
  }

  /** Binary search for the block that {@link key} names; leaves the function if there is none. */
  #findIndirectTarget(): void {
    const { code } = this;
    const keys = [...this.#region.indirect].filter((key) => this.#indexOf.has(key)).sort((a, b) => a - b);
    const search = (from: number, to: number): void => {
      if (from === to) {
        const index = this.#indexOf.get(keys[from]!)!;
        code.get(this.key).constant(keys[from]!).op(Wasm.EQ).if();
        this.#leaveUnlessAffordable(index);
        code.constant(index).set(START).br(this.#dispatch).end();
        return;
      }
      const middle = (from + to + 1) >> 1;
      code.get(this.key).constant(keys[middle]!).op(Wasm.LT_U).if();
      search(from, middle - 1);
      code.else();
      search(middle, to);
      code.end();
    };
    if (keys.length > 0) search(0, keys.length - 1);
    code.br(this.exit);
  }

  #translateBlock(block: Block, index: number): void {
    const { code } = this;
    this.#index = index;
    this.pendingCycles = 0;
    this.pendingInstructions = 0;
    this.flags.reset();
    const repeats = branchesTo(block, block.key);
    if (repeats) this.#self = code.loop();
    const count = block.code.length / 2;
    let linked: number | undefined;
    let key = block.key;
    for (let i = 0; i < count; i++) {
      const w0 = block.code[2 * i]!;
      const w1 = block.code[2 * i + 1]!;
      const op = operation(w0);
      key += sizeOf(key);
      if (isBranch(op)) this.branch(key - sizeOf(key), w0, w1, linked);
      else {
        this.instruction(key - sizeOf(key), w0, w1);
        if (mayCallChip(op) && i + 1 < count) {
          const needs = this.pendingCycles + cyclesOfInstructions(block, i + 1, count - 1);
          code.get(LEFT).constant(needs).op(Wasm.LE_S).if();
          this.leave(key, isHalfCall(block, i + 1) ? undefined : placeOf(index, i + 1));
          code.end();
        }
      }
      linked = linkOf(w0, w1);
    }
    const last = block.code[block.code.length - 2];
    const ended = last !== undefined && isBranch(operation(last)) && conditionOf(last) === ALWAYS;
    if (!ended) {
      this.charge();
      if (block.interpret) code.constant(block.next).set(this.key).br(this.exit);
      else this.goto(block.next);
    }
    if (repeats) code.end();
    code.releaseTemporaries();
  }

  protected override goto(target: CodeKey): void {
    const { code } = this;
    const index = this.#indexOf.get(target);
    code.constant(target).set(this.key);
    if (index === undefined) {
      code.br(this.exit);
      return;
    }
    this.#leaveUnlessAffordable(index);
    if (index > this.#index) code.br(this.#blockLabels[index]!);
    else if (index === this.#index) code.br(this.#self);
    else code.constant(index).set(START).br(this.#dispatch);
  }

  protected override gotoKey(): void {
    this.code.br(this.#indirect);
  }

  /** Leaves when the cycles may run out within the block; {@link key} is set. */
  #leaveUnlessAffordable(index: number): void {
    const { code } = this;
    code.get(LEFT).constant(this.#needs[index]!).op(Wasm.LE_S).if();
    code.constant(placeOf(index, 0)).set(this.place).br(this.exit).end();
  }
}

/** Single loads and stores. */
function mayCallChip(op: number): boolean {
  return op >= Op.LDR && op <= Op.LDR_LITERAL && (op & 15) < 8;
}

/** Does the block end by a direct branch to `target`? */
function branchesTo(block: Block, target: CodeKey): boolean {
  const { code } = block;
  const w0 = code[code.length - 2];
  if (w0 === undefined) return false;
  const linked = code.length < 4 ? undefined : linkOf(code[code.length - 4]!, code[code.length - 3]!);
  return directTarget(block.key, w0, code[code.length - 1]!, linked) === target;
}

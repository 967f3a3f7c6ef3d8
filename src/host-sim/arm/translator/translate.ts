/**
 * A region of ARM or Thumb code as one WebAssembly function.
 *
 * Registers and flags are locals; they are loaded from the core's state at the beginning and stored back at the end.
 * Blocks lie one after the other in a loop around a `br_table`; forward branches go straight to their block.
 *
 * What keeps it equal to the interpreter:
 * - a block is entered only if all its instructions may start within the cycles left, whatever their conditions;
 * - cycles and instructions are added up during translation and charged where the block is left;
 * - an access to anything but the TCMs, or a store to the ITCM, leaves the function before its instruction with all
 *   state stored, and the interpreter executes that instruction. So nothing that is observed from outside, no abort and
 *   no interrupt, can happen inside.
 *
 * Exported as `run(base, block, left)`: offset of the core in the memory, index of the block to begin with, cycles left.
 * Returns the cycles left times 2, plus 1 if the interpreter has to execute the next instruction.
 */

import { type FunctionWriter, writeModule } from "../../../codegen/wasm/module-writer.ts";
import { DTCM_OFFSET } from "../core-memory.ts";
import { BRANCH_CYCLES, SKIPPED_CYCLES } from "../cycles.ts";
import { DTCM_ADDRESS } from "../data-side.ts";
import { ALWAYS, conditionOf, Op } from "../micro-op.ts";
import { C, CONTROL, F_BIT, I_BIT, INSTRUCTIONS, LINES, MSR_CONTROL, MSR_FLAGS, N, Q, T, USR, V, Z } from "../state.ts";
import { Access, CodeWriter, type Label, Wasm } from "./code-writer.ts";
import { dataProcessing } from "./data-processing.ts";
import type { Flags } from "./flags.ts";
import { BASE, BLOCK, cyclesOf, Frame, LEFT, operation, rdOf, rmOf, stateOffset } from "./frame.ts";
import { multiply } from "./multiplication.ts";
import { type Block, type CodeKey, directTarget, isBranch, isThumb, linkOf, type Region, sizeOf } from "./region.ts";
import { load, loadLiteral, loadMultiple, pushAddress, storeMultiple, transfer } from "./transfers.ts";

/** Condition code NE. */
const NOT_EQUAL = 1;

/** Is there something in the block that translated code does faster than the interpreter? */
export function isWorthEntering({ code }: Block): boolean {
  const delays = operation(code[code.length - 2] ?? 0) === Op.DELAY_LOOP;
  return code.length > (delays ? 4 : 0);
}

/** Most cycles that pass in a block before its last instruction starts. */
export function cyclesBeforeLast(block: Block): number {
  let cycles = 0;
  for (let i = 0; i + 2 < block.code.length; i += 2) cycles += cyclesOf(block.code[i]!, block.code[i + 1]!);
  return cycles;
}

/** @param literal reads a word of the ITCM, which the translation then depends on */
export function translateRegion(region: Region, literal: (address: number) => number): Uint8Array<ArrayBuffer> {
  const translator = new RegionTranslator(region, literal);
  const run = translator.translate();
  return writeModule({ memory: { initial: 1, maximum: 65_536, shared: false } }, { run });
}

class RegionTranslator {
  readonly #region: Region;
  readonly #indexOf: ReadonlyMap<CodeKey, number>;
  readonly #needs: readonly number[];
  readonly #frame: Frame;
  readonly #code: CodeWriter;
  readonly #registers: readonly number[];
  readonly #flags: Flags;
  /** Local: where to go on, when the function is left or a branch is indirect. */
  readonly #key: number;
  /** Local: 1 if the interpreter has to go on, which is what most ways out mean. */
  readonly #interpret: number;
  /** Local: instructions executed. */
  readonly #executed: number;
  #exit: Label = 0;
  #dispatch: Label = 0;
  #indirect: Label = 0;
  readonly #blockLabels: Label[] = [];
  #self: Label = 0;

  // The block being translated, and what is not charged yet
  #index = 0;
  #pendingCycles = 0;
  #pendingInstructions = 0;

  constructor(region: Region, literal: (address: number) => number) {
    this.#region = region;
    this.#indexOf = new Map(region.blocks.map((block, i) => [block.key, i]));
    this.#needs = region.blocks.map(cyclesBeforeLast);
    this.#frame = new Frame(literal, (key) => this.#leaveBefore(key));
    const { code, registers, flags } = this.#frame;
    this.#code = code;
    this.#registers = registers;
    this.#flags = flags;
    this.#key = code.local();
    this.#interpret = code.local();
    this.#executed = code.local();
  }

  translate(): FunctionWriter {
    this.#translateBlocks();
    const { function: run, code, registers, flagLocals, dtcm } = this.#frame;
    const state: readonly (readonly [word: number, local: number])[] = [
      ...registers.entries(),
      [N, flagLocals.n],
      [Z, flagLocals.z],
      [C, flagLocals.c],
      [V, flagLocals.v],
    ];
    const before = new CodeWriter(run);
    for (const [word, local] of state) {
      if (code.used.has(local)) before.get(BASE).access(Access.LOAD, stateOffset(word)).set(local);
    }
    before
      .get(BASE)
      .constant(DTCM_OFFSET - DTCM_ADDRESS)
      .op(Wasm.ADD)
      .set(dtcm);
    before.constant(1).set(this.#interpret);

    const after = new CodeWriter(run);
    for (const [word, local] of state) {
      if (code.assigned.has(local)) after.get(BASE).get(local).access(Access.STORE, stateOffset(word));
    }
    after.get(BASE).get(this.#key).constant(~1).op(Wasm.AND).access(Access.STORE, stateOffset(15));
    after.get(BASE).get(this.#key).constant(1).op(Wasm.AND).access(Access.STORE, stateOffset(T));
    after.get(BASE).get(this.#executed).access(Access.STORE, stateOffset(INSTRUCTIONS));
    after.get(LEFT).constant(1).op(Wasm.SHL).get(this.#interpret).op(Wasm.OR);

    for (const piece of [before, code, after]) run.code.bytes(piece.finish());
    return run;
  }

  #translateBlocks(): void {
    const code = this.#code;
    const { blocks } = this.#region;
    this.#exit = code.block();
    this.#dispatch = code.loop();
    this.#indirect = code.block();
    for (let i = blocks.length - 1; i >= 0; i--) this.#blockLabels[i] = code.block();
    code.get(BLOCK).brTable(this.#blockLabels);
    blocks.forEach((block, i) => {
      code.end();
      this.#translateBlock(block, i);
    });
    code.end();
    this.#findIndirectTarget();
    code.end();
    code.end();
  }

  /** Binary search for the block that {@link #key} names; leaves the function if there is none. */
  #findIndirectTarget(): void {
    const code = this.#code;
    const keys = [...this.#region.indirect].filter((key) => this.#indexOf.has(key)).sort((a, b) => a - b);
    const search = (from: number, to: number): void => {
      if (from === to) {
        const index = this.#indexOf.get(keys[from]!)!;
        code.get(this.#key).constant(keys[from]!).op(Wasm.EQ).if();
        this.#leaveUnlessAffordable(index);
        code.constant(index).set(BLOCK).br(this.#dispatch).end();
        return;
      }
      const middle = (from + to + 1) >> 1;
      code.get(this.#key).constant(keys[middle]!).op(Wasm.LT_U).if();
      search(from, middle - 1);
      code.else();
      search(middle, to);
      code.end();
    };
    if (keys.length > 0) search(0, keys.length - 1);
    code.constant(0).set(this.#interpret).br(this.#exit);
  }

  #translateBlock(block: Block, index: number): void {
    const code = this.#code;
    this.#index = index;
    this.#pendingCycles = 0;
    this.#pendingInstructions = 0;
    this.#flags.reset();
    const repeats = branchesTo(block, block.key);
    if (repeats) this.#self = code.loop();
    let linked: number | undefined;
    let key = block.key;
    for (let i = 0; i < block.code.length; i += 2) {
      const w0 = block.code[i]!;
      const w1 = block.code[i + 1]!;
      if (isBranch(operation(w0))) this.#branch(key, w0, w1, linked);
      else this.#instruction(key, w0, w1);
      linked = linkOf(w0, w1);
      key += sizeOf(key);
    }
    const last = block.code[block.code.length - 2];
    const ended = last !== undefined && isBranch(operation(last)) && conditionOf(last) === ALWAYS;
    if (!ended) {
      this.#charge();
      if (block.interpret) code.constant(block.next).set(this.#key).br(this.#exit);
      else this.#goto(block.next);
    }
    if (repeats) code.end();
    code.releaseTemporaries();
  }

  // Leaving a block

  /** Brings flags, cycles and instructions up to date, with those of the branch that is being taken. */
  #charge(branchCycles = 0): void {
    const code = this.#code;
    const cycles = this.#pendingCycles + branchCycles;
    const instructions = this.#pendingInstructions + (branchCycles === 0 ? 0 : 1);
    this.#flags.materialise();
    if (cycles !== 0) code.get(LEFT).constant(cycles).op(Wasm.SUB).set(LEFT);
    if (instructions !== 0) code.get(this.#executed).constant(instructions).op(Wasm.ADD).set(this.#executed);
  }

  /** Leaves the function before the instruction at `key`, for the interpreter. */
  #leaveBefore(key: CodeKey): void {
    this.#charge();
    this.#code.constant(key).set(this.#key).br(this.#exit);
  }

  /** Everything charged: on to another piece of code. */
  #goto(target: CodeKey): void {
    const code = this.#code;
    const index = this.#indexOf.get(target);
    code.constant(target).set(this.#key);
    if (index === undefined) {
      code.constant(0).set(this.#interpret).br(this.#exit);
      return;
    }
    this.#leaveUnlessAffordable(index);
    if (index > this.#index) code.br(this.#blockLabels[index]!);
    else if (index === this.#index) code.br(this.#self);
    else code.constant(index).set(BLOCK).br(this.#dispatch);
  }

  /** Leaves for the interpreter when the cycles may run out within the block; {@link #key} is set. */
  #leaveUnlessAffordable(index: number): void {
    this.#code.get(LEFT).constant(this.#needs[index]!).op(Wasm.LE_S).brIf(this.#exit);
  }

  /** Pops the target of BX and the like, and goes there. Everything is charged. */
  #gotoIndirect(): void {
    const code = this.#code;
    const target = code.temporary();
    code.tee(target).get(target).constant(~3).op(Wasm.AND).get(target).constant(1).op(Wasm.AND, Wasm.SELECT);
    code.set(this.#key).br(this.#indirect);
  }

  // Branches

  #branch(key: CodeKey, w0: number, w1: number, linked: number | undefined): void {
    const condition = conditionOf(w0);
    if (condition === ALWAYS) {
      this.#takeBranch(key, w0, w1, linked);
      return;
    }
    this.#flags.pushCondition(condition);
    this.#code.if();
    this.#takeBranch(key, w0, w1, linked);
    this.#code.end();
    this.#pendingCycles += SKIPPED_CYCLES;
    this.#pendingInstructions++;
  }

  #takeBranch(key: CodeKey, w0: number, w1: number, linked: number | undefined): void {
    const code = this.#code;
    const rm = this.#registers[rmOf(w0)]!;
    const link = this.#registers[14]!;
    const next = isThumb(key) ? (key + 2) | 1 : key + 4;
    const cycles = cyclesOf(w0, w1);
    const op = operation(w0);
    const target = directTarget(key, w0, w1, linked);
    if (target !== undefined) {
      if (op === Op.DELAY_LOOP) this.#skipThroughDelay(key, w0);
      else this.#charge(cycles);
      if (op !== Op.B && op !== Op.DELAY_LOOP) code.constant(next).set(link);
      this.#goto(target);
      return;
    }
    if (op === Op.LDR_PC || op === Op.LDM_PC || op === Op.JUMP_TABLE) {
      const value = code.temporary();
      if (op === Op.LDM_PC) loadMultiple(this.#frame, key, w0, w1, value);
      else {
        if (op === Op.LDR_PC) pushAddress(this.#frame, w0, w1);
        else code.constant(w1).get(rm).constant(2).op(Wasm.SHL, Wasm.ADD);
        load(this.#frame, key, Access.LOAD, 4, value);
      }
      this.#charge(cycles);
      code.get(value);
    } else {
      this.#charge(cycles);
      if (op === Op.JUMP_CHAIN) code.constant(w1).get(rm).constant(2).op(Wasm.SHL, Wasm.ADD);
      else code.get(rm);
      if (op === Op.BLX_REGISTER) code.constant(next).set(link);
      // A move to r15 keeps the instruction set: make the address say so.
      else if (op === Op.MOV_PC && isThumb(key)) code.constant(1).op(Wasm.OR);
      else if (op === Op.MOV_PC) code.constant(~3).op(Wasm.AND);
    }
    this.#gotoIndirect();
  }

  /** Whole turns of branch and subtraction at once, as the interpreter does it; then charges the branch. */
  #skipThroughDelay(key: CodeKey, w0: number): void {
    const code = this.#code;
    const counter = this.#registers[rdOf(w0)]!;
    const [most, turns, before] = [code.temporary(), code.temporary(), code.temporary()];
    this.#charge();
    // As many as the counter allows, and as the cycles allow: a turn begins while more than 3 are left.
    code.get(counter);
    if (conditionOf(w0) === NOT_EQUAL) code.constant(1).op(Wasm.SUB);
    code.set(most).get(LEFT).constant(2).op(Wasm.SHR_S).set(turns);
    code.get(turns).get(most).get(turns).get(most).op(Wasm.LT_U, Wasm.SELECT).tee(turns).if();
    code.get(counter).get(turns).op(Wasm.SUB).tee(counter).constant(1).op(Wasm.ADD).set(before);
    this.#flags.setLocalsFromDecrement(before, counter);
    code.get(LEFT).get(turns).constant(2).op(Wasm.SHL, Wasm.SUB).set(LEFT);
    code.get(this.#executed).get(turns).constant(1).op(Wasm.SHL, Wasm.ADD).set(this.#executed);
    code.get(LEFT).constant(0).op(Wasm.LE_S).if();
    code.constant(key).set(this.#key).br(this.#exit).end().end();
    code.get(LEFT).constant(BRANCH_CYCLES).op(Wasm.SUB).set(LEFT);
    code.get(this.#executed).constant(1).op(Wasm.ADD).set(this.#executed);
  }

  // Instructions that stay in the block

  #instruction(key: CodeKey, w0: number, w1: number): void {
    const code = this.#code;
    const condition = conditionOf(w0);
    const cycles = cyclesOf(w0, w1);
    if (condition === ALWAYS) {
      this.#execute(key, w0, w1);
      this.#pendingCycles += cycles;
    } else {
      const flags = setsFlags(operation(w0));
      if (flags) this.#flags.materialise();
      this.#flags.pushCondition(condition);
      code.if();
      if (flags) this.#flags.reset();
      this.#execute(key, w0, w1);
      if (flags) this.#flags.materialise();
      if (cycles > SKIPPED_CYCLES)
        code
          .get(LEFT)
          .constant(cycles - SKIPPED_CYCLES)
          .op(Wasm.SUB)
          .set(LEFT);
      code.end();
      if (flags) this.#flags.reset();
      this.#pendingCycles += SKIPPED_CYCLES;
    }
    this.#pendingInstructions++;
  }

  #execute(key: CodeKey, w0: number, w1: number): void {
    const op = operation(w0);
    if (op < 32) dataProcessing(this.#frame, w0, w1);
    else if (op < Op.LDR) multiply(this.#frame, w0, w1);
    else if (op < Op.LDR_LITERAL) transfer(this.#frame, key, w0, w1);
    else if (op === Op.LDR_LITERAL) loadLiteral(this.#frame, key, w0, w1);
    else if (op === Op.LDM) loadMultiple(this.#frame, key, w0, w1, undefined);
    else if (op === Op.STM) storeMultiple(this.#frame, key, w0, w1);
    else if (op === Op.MRS) this.#moveFromStatus(w0);
    else if (op === Op.MSR) this.#moveToStatus(key, w0, w1);
  }

  // Status register

  #moveFromStatus(w0: number): void {
    const code = this.#code;
    this.#flags.pushStatus();
    code.get(BASE).access(Access.LOAD, stateOffset(Q)).constant(27).op(Wasm.SHL, Wasm.OR);
    code.get(BASE).access(Access.LOAD, stateOffset(CONTROL)).op(Wasm.OR).set(this.#registers[rdOf(w0)]!);
  }

  /** A change of mode, or an attempt of user mode, is left to the interpreter. */
  #moveToStatus(key: CodeKey, w0: number, word: number): void {
    const code = this.#code;
    const value = code.temporary();
    code.get(this.#registers[rmOf(w0)]!).set(value);
    if ((word & MSR_CONTROL) !== 0) {
      const control = code.temporary();
      code.get(BASE).access(Access.LOAD, stateOffset(CONTROL)).tee(control);
      code.get(value).op(Wasm.XOR).constant(0x1f).op(Wasm.AND);
      code.get(control).constant(0x1f).op(Wasm.AND).constant(USR).op(Wasm.EQ, Wasm.OR).if();
      this.#leaveBefore(key);
      code.end();
      code
        .get(BASE)
        .get(value)
        .constant(I_BIT | F_BIT | 0x1f)
        .op(Wasm.AND)
        .access(Access.STORE, stateOffset(CONTROL));
    }
    if ((word & MSR_FLAGS) !== 0) {
      this.#flags.setFromStatus(value);
      code
        .get(BASE)
        .get(value)
        .constant(27)
        .op(Wasm.SHR_U)
        .constant(1)
        .op(Wasm.AND)
        .access(Access.STORE, stateOffset(Q));
    }
    if ((word & MSR_CONTROL) === 0) return;
    // An interrupt that is not masked any more is taken before the next instruction.
    code.get(BASE).access(Access.LOAD, stateOffset(LINES));
    code
      .get(value)
      .constant(-1)
      .op(Wasm.XOR, Wasm.AND)
      .constant(I_BIT | F_BIT)
      .op(Wasm.AND)
      .if();
    this.#charge(cyclesOf(w0, word));
    code
      .constant(key + 4)
      .set(this.#key)
      .constant(0)
      .set(this.#interpret)
      .br(this.#exit)
      .end();
  }
}

function setsFlags(op: number): boolean {
  return (op >= Op.FLAGS && op < 32) || op === Op.MULS;
}

/** Does the block end by a direct branch to `target`? */
function branchesTo(block: Block, target: CodeKey): boolean {
  const { code } = block;
  const w0 = code[code.length - 2];
  if (w0 === undefined) return false;
  const linked = code.length < 4 ? undefined : linkOf(code[code.length - 4]!, code[code.length - 3]!);
  return directTarget(block.key, w0, code[code.length - 1]!, linked) === target;
}

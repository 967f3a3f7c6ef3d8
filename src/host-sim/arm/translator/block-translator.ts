/**
 * Instructions of a block as WebAssembly: what the two forms of translated code have in common.
 *
 * Registers and flags are locals; they are loaded from the core's state at the beginning of the function and stored back
 * at its end. Cycles and instructions are added up during translation, and charged where the block is left. Where a
 * branch goes, and what happens between two instructions, is up to the form.
 *
 * A function has three parameters: offset of the core in the memory, where to begin, cycles left. It returns twice the
 * cycles left, plus 1 if the core's owner has to do something before the next instruction: execute it with the
 * interpreter, take an interrupt, or take an abort.
 */

import type { FunctionWriter } from "../../../codegen/wasm/module-writer.ts";
import { DTCM_OFFSET } from "../core-memory.ts";
import { BRANCH_CYCLES, SKIPPED_CYCLES } from "../cycles.ts";
import { DTCM_ADDRESS } from "../data-side.ts";
import { ALWAYS, conditionOf, Op } from "../micro-op.ts";
import {
  ABORTED,
  BANKED_MODES,
  C,
  CONTROL,
  F_BIT,
  I_BIT,
  INSTRUCTIONS,
  LEFT_AT_ACCESS,
  LINES,
  MSR_CONTROL,
  MSR_FLAGS,
  N,
  PLACE,
  Q,
  T,
  USR,
  V,
  Z,
} from "../state.ts";
import { RESTORE_STATUS } from "./bus-functions.ts";
import { Access, CodeWriter, type Label, Wasm } from "./code-writer.ts";
import { dataProcessing } from "./data-processing.ts";
import type { Flags } from "./flags.ts";
import { BASE, cyclesOf, Frame, LEFT, operation, rdOf, rmOf, stateOffset } from "./frame.ts";
import { multiply } from "./multiplication.ts";
import { addressOf, type CodeKey, directTarget, isThumb } from "./region.ts";
import { loadLiteral, loadMultiple, loadWord, pushAddress, storeMultiple, transfer } from "./transfers.ts";

/** In an ARM instruction: the second operand is a constant. */
const IMMEDIATE = 1 << 25;
/** Condition code NE. */
const NOT_EQUAL = 1;

export abstract class BlockTranslator {
  protected readonly code: CodeWriter;
  protected readonly flags: Flags;
  /** Local: where to go on, when the function is left or a branch is indirect. */
  protected readonly key: number;
  /** Local: where that is within this translation, as word PLACE of the state; -1 if it is not known. */
  protected readonly place: number;
  /** Label after which the state is stored and the function left. */
  protected exit: Label = 0;
  /** Of the block being translated, not charged yet. */
  protected pendingCycles = 0;
  protected pendingInstructions = 0;
  readonly #frame: Frame;
  readonly #registers: readonly number[];
  /** Local: 1 if the owner has to do something, which most ways out do not mean. */
  readonly #attention: number;
  /** Local: 1 if the status is to be restored when the state is stored. */
  readonly #returning: number;
  /** Local: instructions executed. */
  readonly #executed: number;

  /** @param literal reads a word of the ITCM, which the translation then depends on */
  constructor(literal: (address: number) => number) {
    this.#frame = new Frame({
      literal,
      leaveBefore: (key) => this.#leaveForOwner(key),
      access: (key, call) => this.#access(key, call),
    });
    const { code, registers, flags } = this.#frame;
    this.code = code;
    this.flags = flags;
    this.#registers = registers;
    this.key = code.local();
    this.place = code.local();
    this.#attention = code.local();
    this.#returning = code.local();
    this.#executed = code.local();
  }

  /** Everything is charged, {@link key} is set: goes on to other code. */
  protected abstract goto(target: CodeKey): void;

  /** Everything is charged: goes on at what {@link key} names. */
  protected abstract gotoKey(): void;

  /** Puts the state's loads and stores around the code written so far. */
  protected finish(): FunctionWriter {
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
    before.constant(-1).set(this.place);

    const after = new CodeWriter(run);
    for (const [word, local] of state) {
      if (code.assigned.has(local)) after.get(BASE).get(local).access(Access.STORE, stateOffset(word));
    }
    after.get(BASE).get(this.key).constant(~1).op(Wasm.AND).access(Access.STORE, stateOffset(15));
    after.get(BASE).get(this.key).constant(1).op(Wasm.AND).access(Access.STORE, stateOffset(T));
    after.get(BASE).get(this.place).access(Access.STORE, stateOffset(PLACE));
    after.get(BASE).get(BASE).access(Access.LOAD, stateOffset(INSTRUCTIONS));
    after.get(this.#executed).op(Wasm.ADD).access(Access.STORE, stateOffset(INSTRUCTIONS));
    if (code.assigned.has(this.#returning)) {
      after.get(this.#returning).if();
      after.get(BASE).call(RESTORE_STATUS).set(this.#attention).end();
    }
    after.get(LEFT).constant(1).op(Wasm.SHL).get(this.#attention).op(Wasm.OR);

    for (const piece of [before, code, after]) run.code.bytes(piece.finish());
    return run;
  }

  // Leaving

  /** Brings flags, cycles and instructions up to date, with those of the branch that is being taken. */
  protected charge(branchCycles = 0): void {
    const code = this.code;
    const cycles = this.pendingCycles + branchCycles;
    const instructions = this.pendingInstructions + (branchCycles === 0 ? 0 : 1);
    this.flags.materialise();
    if (cycles !== 0) code.get(LEFT).constant(cycles).op(Wasm.SUB).set(LEFT);
    if (instructions !== 0) code.get(this.#executed).constant(instructions).op(Wasm.ADD).set(this.#executed);
  }

  /** Leaves the function before the instruction at `key`. */
  protected leave(key: CodeKey, place?: number): void {
    this.charge();
    this.code.constant(key).set(this.key);
    if (place !== undefined) this.code.constant(place).set(this.place);
    this.code.br(this.exit);
  }

  /** Leaves for the owner, who has to do something before the instruction at `key`. */
  #leaveForOwner(key: CodeKey): void {
    this.code.constant(1).set(this.#attention);
    this.leave(key);
  }

  #access(key: CodeKey, call: () => void): void {
    const code = this.code;
    code
      .get(BASE)
      .get(LEFT)
      .constant(this.pendingCycles)
      .op(Wasm.SUB)
      .access(Access.STORE, stateOffset(LEFT_AT_ACCESS));
    code.get(BASE).constant(addressOf(key)).access(Access.STORE, stateOffset(15));
    call();
    code.get(BASE).access(Access.LOAD, stateOffset(LEFT_AT_ACCESS));
    code.constant(this.pendingCycles).op(Wasm.ADD).set(LEFT);
    code.get(BASE).access(Access.LOAD, stateOffset(ABORTED)).if();
    // The instruction counts, but has taken no cycles of its own.
    this.pendingInstructions++;
    this.#leaveForOwner(key);
    this.pendingInstructions--;
    code.end();
  }

  // Branches

  protected branch(key: CodeKey, w0: number, w1: number, linked: number | undefined): void {
    const condition = conditionOf(w0);
    if (condition === ALWAYS) {
      this.#takeBranch(key, w0, w1, linked);
      return;
    }
    this.flags.pushCondition(condition);
    this.code.if();
    this.#takeBranch(key, w0, w1, linked);
    this.code.end();
    this.pendingCycles += SKIPPED_CYCLES;
    this.pendingInstructions++;
  }

  #takeBranch(key: CodeKey, w0: number, w1: number, linked: number | undefined): void {
    const code = this.code;
    const rm = this.#registers[rmOf(w0)]!;
    const link = this.#registers[14]!;
    const next = isThumb(key) ? (key + 2) | 1 : key + 4;
    const cycles = cyclesOf(w0, w1);
    const op = operation(w0);
    if (op === Op.EXCEPTION_RETURN) {
      this.#returnFromException(key, w1, cycles);
      return;
    }
    const target = directTarget(key, w0, w1, linked);
    if (target !== undefined) {
      if (op === Op.DELAY_LOOP) this.#skipThroughDelay(key, w0);
      else this.charge(cycles);
      if (op !== Op.B && op !== Op.DELAY_LOOP) code.constant(next).set(link);
      this.goto(target);
      return;
    }
    if (op === Op.LDR_PC || op === Op.LDM_PC || op === Op.JUMP_TABLE) {
      const value = code.temporary();
      if (op === Op.LDM_PC) loadMultiple(this.#frame, key, w0, w1, value);
      else {
        if (op === Op.LDR_PC) pushAddress(this.#frame, w0, w1);
        else code.constant(w1).get(rm).constant(2).op(Wasm.SHL, Wasm.ADD);
        loadWord(this.#frame, key, value);
      }
      this.charge(cycles);
      code.get(value);
    } else {
      this.charge(cycles);
      if (op === Op.JUMP_CHAIN) code.constant(w1).get(rm).constant(2).op(Wasm.SHL, Wasm.ADD);
      else code.get(rm);
      if (op === Op.BLX_REGISTER) code.constant(next).set(link);
      // A move to r15 keeps the instruction set: make the address say so.
      else if (op === Op.MOV_PC && isThumb(key)) code.constant(1).op(Wasm.OR);
      else if (op === Op.MOV_PC) code.constant(~3).op(Wasm.AND);
    }
    const branchTarget = code.temporary();
    code.tee(branchTarget).get(branchTarget).constant(~3).op(Wasm.AND);
    code.get(branchTarget).constant(1).op(Wasm.AND, Wasm.SELECT).set(this.key);
    this.gotoKey();
  }

  /** Modes without a saved status are left to the interpreter. */
  #returnFromException(key: CodeKey, word: number, cycles: number): void {
    const code = this.code;
    const banked = BANKED_MODES.reduce((modes, [, mode]) => modes | (1 << mode), 0);
    // A shift takes the low five bits of its amount: the mode.
    code.constant(banked).get(BASE).access(Access.LOAD, stateOffset(CONTROL));
    code.op(Wasm.SHR_U).constant(1).op(Wasm.AND, Wasm.EQZ).if();
    this.#leaveForOwner(key);
    code.end();
    this.charge(cycles);
    code.get(this.#registers[14]!);
    if ((word & IMMEDIATE) !== 0) code.constant(word & 0xff).op(Wasm.SUB);
    code.set(this.key).constant(1).set(this.#returning).br(this.exit);
  }

  /** Whole turns of branch and subtraction at once, as the interpreter does it; then charges the branch. */
  #skipThroughDelay(key: CodeKey, w0: number): void {
    const code = this.code;
    const counter = this.#registers[rdOf(w0)]!;
    const [most, turns, before] = [code.temporary(), code.temporary(), code.temporary()];
    this.charge();
    // As many as the counter allows, and as the cycles allow: a turn begins while more than 3 are left.
    code.get(counter);
    if (conditionOf(w0) === NOT_EQUAL) code.constant(1).op(Wasm.SUB);
    code.set(most).get(LEFT).constant(2).op(Wasm.SHR_S).set(turns);
    code.get(turns).get(most).get(turns).get(most).op(Wasm.LT_U, Wasm.SELECT).tee(turns).if();
    code.get(counter).get(turns).op(Wasm.SUB).tee(counter).constant(1).op(Wasm.ADD).set(before);
    this.flags.setLocalsFromDecrement(before, counter);
    code.get(LEFT).get(turns).constant(2).op(Wasm.SHL, Wasm.SUB).set(LEFT);
    code.get(this.#executed).get(turns).constant(1).op(Wasm.SHL, Wasm.ADD).set(this.#executed);
    code.get(LEFT).constant(0).op(Wasm.LE_S).if();
    code.constant(key).set(this.key).br(this.exit).end().end();
    code.get(LEFT).constant(BRANCH_CYCLES).op(Wasm.SUB).set(LEFT);
    code.get(this.#executed).constant(1).op(Wasm.ADD).set(this.#executed);
  }

  // Instructions that stay in the block

  protected instruction(key: CodeKey, w0: number, w1: number): void {
    const code = this.code;
    const condition = conditionOf(w0);
    const cycles = cyclesOf(w0, w1);
    if (condition === ALWAYS) {
      this.#execute(key, w0, w1);
      this.pendingCycles += cycles;
    } else {
      const flags = setsFlags(operation(w0));
      if (flags) this.flags.materialise();
      this.flags.pushCondition(condition);
      code.if();
      if (flags) this.flags.reset();
      this.#execute(key, w0, w1);
      if (flags) this.flags.materialise();
      if (cycles > SKIPPED_CYCLES)
        code
          .get(LEFT)
          .constant(cycles - SKIPPED_CYCLES)
          .op(Wasm.SUB)
          .set(LEFT);
      code.end();
      if (flags) this.flags.reset();
      this.pendingCycles += SKIPPED_CYCLES;
    }
    this.pendingInstructions++;
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
    else if (op === Op.UNCOMMON) this.#leaveForOwner(key);
  }

  // Status register

  #moveFromStatus(w0: number): void {
    const code = this.code;
    this.flags.pushStatus();
    code.get(BASE).access(Access.LOAD, stateOffset(Q)).constant(27).op(Wasm.SHL, Wasm.OR);
    code.get(BASE).access(Access.LOAD, stateOffset(CONTROL)).op(Wasm.OR).set(this.#registers[rdOf(w0)]!);
  }

  /** A change of mode, or an attempt of user mode, is left to the interpreter. */
  #moveToStatus(key: CodeKey, w0: number, word: number): void {
    const code = this.code;
    const value = code.temporary();
    code.get(this.#registers[rmOf(w0)]!).set(value);
    if ((word & MSR_CONTROL) !== 0) {
      const control = code.temporary();
      code.get(BASE).access(Access.LOAD, stateOffset(CONTROL)).tee(control);
      code.get(value).op(Wasm.XOR).constant(0x1f).op(Wasm.AND);
      code.get(control).constant(0x1f).op(Wasm.AND).constant(USR).op(Wasm.EQ, Wasm.OR).if();
      this.#leaveForOwner(key);
      code.end();
      code
        .get(BASE)
        .get(value)
        .constant(I_BIT | F_BIT | 0x1f)
        .op(Wasm.AND)
        .access(Access.STORE, stateOffset(CONTROL));
    }
    if ((word & MSR_FLAGS) !== 0) {
      this.flags.setFromStatus(value);
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
    this.charge(cyclesOf(w0, word));
    code.constant(key + 4).set(this.key);
    code.constant(1).set(this.#attention).br(this.exit).end();
  }
}

function setsFlags(op: number): boolean {
  return (op >= Op.FLAGS && op < 32) || op === Op.MULS;
}

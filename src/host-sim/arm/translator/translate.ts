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

import { writeModule } from "../../../codegen/wasm/module-writer.ts";
import { DTCM_OFFSET, ITCM_BYTES, STATE_OFFSET } from "../core-memory.ts";
import { BRANCH_CYCLES, registerCount, SKIPPED_CYCLES } from "../cycles.ts";
import { DTCM_ADDRESS } from "../data-side.ts";
import { ALWAYS, Op, Operand } from "../micro-op.ts";
import { C, CONTROL, F_BIT, I_BIT, INSTRUCTIONS, LINES, MSR_CONTROL, MSR_FLAGS, N, Q, T, USR, V, Z } from "../state.ts";
import { Access, type AccessForm, CodeWriter, type Label, Wasm } from "./code-writer.ts";
import { type Carry, Flags } from "./flags.ts";
import { type Block, type CodeKey, directTarget, isBranch, isThumb, linkOf, type Region, sizeOf } from "./region.ts";

const BASE = 0;
const BLOCK = 1;
const LEFT = 2;

/** Condition code NE. */
const NOT_EQUAL = 1;

const operation = (w0: number): number => w0 & 0xff;
const conditionOf = (w0: number): number => (w0 >>> 8) & 15;
const rdOf = (w0: number): number => (w0 >>> 12) & 15;
const rnOf = (w0: number): number => (w0 >>> 16) & 15;
const rmOf = (w0: number): number => (w0 >>> 20) & 15;
const operandOf = (w0: number): number => (w0 >>> 24) & 15;

/** By kind of access, from LDR to STRH: how memory is accessed, and how many bytes. */
const FORMS: readonly (readonly [form: AccessForm, bytes: number])[] = [
  [Access.LOAD, 4],
  [Access.LOAD8_U, 1],
  [Access.LOAD16_U, 2],
  [Access.LOAD8_S, 1],
  [Access.LOAD16_S, 2],
  [Access.STORE, 4],
  [Access.STORE8, 1],
  [Access.STORE16, 2],
];

/** Cycles when the condition passes. */
function cyclesOf(w0: number, w1: number): number {
  const listed = w0 >>> 28;
  switch (operation(w0)) {
    case Op.LDM:
    case Op.STM:
      return Math.max(2, registerCount(w1)) + listed;
    case Op.LDM_PC:
      return Math.max(2, registerCount(w1)) + 4;
    default:
      return listed;
  }
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
  return writeModule({ memory: { initial: 1, maximum: 65_536, shared: false } }, { run: run.function });
}

class RegionTranslator {
  readonly #region: Region;
  readonly #literal: (address: number) => number;
  readonly #code: CodeWriter = new CodeWriter(3);
  readonly #indexOf: ReadonlyMap<CodeKey, number>;
  readonly #needs: readonly number[];
  /** Locals of r0 to r14. */
  readonly #registers: readonly number[];
  readonly #flags: Flags;
  readonly #flagLocals: readonly (readonly [word: number, local: number])[];
  /** Where to go on, when the function is left or a branch is indirect. */
  readonly #key: number;
  readonly #interpret: number;
  readonly #executed: number;
  /** Added to a DTCM address gives its offset in memory. */
  readonly #dtcm: number;
  readonly #wide: number;
  #exit: Label = 0;
  #dispatch: Label = 0;
  #indirect: Label = 0;
  readonly #blockLabels: Label[] = [];
  #self: Label = 0;

  // The block being translated
  #index = 0;
  #pendingCycles = 0;
  #pendingInstructions = 0;

  constructor(region: Region, literal: (address: number) => number) {
    this.#region = region;
    this.#literal = literal;
    this.#indexOf = new Map(region.blocks.map((block, i) => [block.key, i]));
    this.#needs = region.blocks.map(cyclesBeforeLast);
    const code = this.#code;
    this.#registers = Array.from({ length: 15 }, () => code.local());
    const [n, z, c, v] = [code.local(), code.local(), code.local(), code.local()];
    this.#flags = new Flags(code, { n, z, c, v });
    this.#flagLocals = [
      [N, n],
      [Z, z],
      [C, c],
      [V, v],
    ];
    this.#key = code.local();
    this.#interpret = code.local();
    this.#executed = code.local();
    this.#dtcm = code.local();
    this.#wide = code.local64();
  }

  translate(): CodeWriter {
    const code = this.#code;
    const { blocks } = this.#region;
    const { read, written } = registersOf(blocks);
    for (let i = 0; i < 15; i++) {
      if (((read | written) >>> i) & 1) code.get(BASE).access(Access.LOAD, stateOffset(i)).set(this.#registers[i]!);
    }
    for (const [word, local] of this.#flagLocals) code.get(BASE).access(Access.LOAD, stateOffset(word)).set(local);
    code
      .get(BASE)
      .constant(DTCM_OFFSET - DTCM_ADDRESS)
      .op(Wasm.ADD)
      .set(this.#dtcm);
    code.constant(1).set(this.#interpret);

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

    for (let i = 0; i < 15; i++) {
      if ((written >>> i) & 1) code.get(BASE).get(this.#registers[i]!).access(Access.STORE, stateOffset(i));
    }
    for (const [word, local] of this.#flagLocals) code.get(BASE).get(local).access(Access.STORE, stateOffset(word));
    code.get(BASE).get(this.#key).constant(~1).op(Wasm.AND).access(Access.STORE, stateOffset(15));
    code.get(BASE).get(this.#key).constant(1).op(Wasm.AND).access(Access.STORE, stateOffset(T));
    code.get(BASE).get(this.#executed).access(Access.STORE, stateOffset(INSTRUCTIONS));
    code.get(LEFT).constant(1).op(Wasm.SHL).get(this.#interpret).op(Wasm.OR);
    return code;
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
      if (op === Op.LDM_PC) this.#loadMultiple(key, w0, w1, value);
      else {
        if (op === Op.LDR_PC) this.#pushAddress(w0, w1);
        else code.constant(w1).get(rm).constant(2).op(Wasm.SHL, Wasm.ADD);
        this.#load(key, Access.LOAD, 4, value);
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
    if (op < 32) this.#dataProcessing(w0, w1);
    else if (op < Op.LDR) this.#multiply(w0, w1);
    else if (op < Op.LDR_LITERAL) this.#transfer(key, w0, w1);
    else if (op === Op.LDR_LITERAL) this.#loadLiteral(key, w0, w1);
    else if (op === Op.LDM) this.#loadMultiple(key, w0, w1, undefined);
    else if (op === Op.STM) this.#storeMultiple(key, w0, w1);
    else if (op === Op.MRS) this.#moveFromStatus(w0);
    else if (op === Op.MSR) this.#moveToStatus(key, w0, w1);
  }

  #dataProcessing(w0: number, w1: number): void {
    const code = this.#code;
    const op = operation(w0);
    const rd = this.#registers[rdOf(w0)]!;
    const rn = this.#registers[rnOf(w0)]!;
    if (op < Op.FLAGS) {
      this.#pushUnflagged(op, rn, w0, w1);
      code.set(rd);
      return;
    }
    const opcode = op - Op.FLAGS;
    const b = code.temporary();
    const result = code.temporary();
    if (isLogical(opcode)) {
      const carry = this.#operandWithCarry(w0, w1, b);
      if (opcode === Op.MOV || opcode === Op.MVN) code.get(b);
      else code.get(rn).get(b);
      this.#logical(opcode);
      code.set(result);
      this.#flags.setLogical(result, carry);
    } else {
      this.#pushOperand(w0, w1);
      code.set(b);
      const a = code.temporary();
      code.get(rn).set(a);
      this.#arithmeticWithFlags(opcode, a, b, result);
    }
    if ((opcode & 12) !== 8) code.get(result).set(rd);
  }

  /** Pushes the result. */
  #pushUnflagged(op: number, rn: number, w0: number, w1: number): void {
    const code = this.#code;
    switch (op) {
      case Op.MOV:
      case Op.MVN:
        this.#pushOperand(w0, w1);
        this.#logical(op);
        break;
      case Op.SUB:
        code.get(rn);
        this.#pushOperand(w0, w1);
        code.op(Wasm.SUB);
        break;
      case Op.RSB:
        this.#pushOperand(w0, w1);
        code.get(rn).op(Wasm.SUB);
        break;
      case Op.ADD:
        code.get(rn);
        this.#pushOperand(w0, w1);
        code.op(Wasm.ADD);
        break;
      case Op.ADC:
        code.get(rn);
        this.#pushOperand(w0, w1);
        code.op(Wasm.ADD);
        this.#flags.pushCarry();
        code.op(Wasm.ADD);
        break;
      case Op.SBC:
        code.get(rn);
        this.#pushOperand(w0, w1);
        code.op(Wasm.SUB).constant(1).op(Wasm.SUB);
        this.#flags.pushCarry();
        code.op(Wasm.ADD);
        break;
      case Op.RSC:
        this.#pushOperand(w0, w1);
        code.get(rn).op(Wasm.SUB).constant(1).op(Wasm.SUB);
        this.#flags.pushCarry();
        code.op(Wasm.ADD);
        break;
      default:
        code.get(rn);
        this.#pushOperand(w0, w1);
        this.#logical(op);
    }
  }

  /** Operands on the stack: b, below it a where there is one. */
  #logical(opcode: number): void {
    const code = this.#code;
    switch (opcode) {
      case 0: // AND
      case 8: // TST
        code.op(Wasm.AND);
        break;
      case 1: // EOR
      case 9: // TEQ
        code.op(Wasm.XOR);
        break;
      case 12: // ORR
        code.op(Wasm.OR);
        break;
      case 14: // BIC
        code.constant(-1).op(Wasm.XOR, Wasm.AND);
        break;
      case 15: // MVN
        code.constant(-1).op(Wasm.XOR);
        break;
      default: // MOV
    }
  }

  #arithmeticWithFlags(opcode: number, a: number, b: number, result: number): void {
    const code = this.#code;
    const flags = this.#flags;
    const subtract = (x: number, y: number): void => {
      code.get(x).get(y).op(Wasm.SUB).set(result);
      flags.setSubtraction(x, y, result);
    };
    const subtractWithCarry = (x: number, y: number): void => {
      const carry = code.temporary();
      code.get(x).op(Wasm.EXTEND_U).get(y).op(Wasm.EXTEND_U, Wasm.I64_SUB).constant64(1).op(Wasm.I64_SUB);
      flags.pushCarry();
      code.op(Wasm.EXTEND_U, Wasm.I64_ADD).tee(this.#wide).op(Wasm.WRAP).set(result);
      code.get(this.#wide).constant64(0).op(Wasm.I64_GE_S).set(carry);
      flags.setSubtraction(x, y, result, { from: "value", local: carry });
    };
    switch (opcode) {
      case 2: // SUB
      case 10: // CMP
        subtract(a, b);
        break;
      case 3: // RSB
        subtract(b, a);
        break;
      case 4: // ADD
      case 11: // CMN
        code.get(a).get(b).op(Wasm.ADD).set(result);
        flags.setAddition(a, b, result);
        break;
      case 5: {
        // ADC
        const carry = code.temporary();
        code.get(a).op(Wasm.EXTEND_U).get(b).op(Wasm.EXTEND_U, Wasm.I64_ADD);
        flags.pushCarry();
        code.op(Wasm.EXTEND_U, Wasm.I64_ADD).tee(this.#wide).op(Wasm.WRAP).set(result);
        code.get(this.#wide).constant64(32).op(Wasm.I64_SHR_U, Wasm.WRAP).set(carry);
        flags.setAddition(a, b, result, { from: "value", local: carry });
        break;
      }
      case 6: // SBC
        subtractWithCarry(a, b);
        break;
      default: // RSC
        subtractWithCarry(b, a);
    }
  }

  // Operands

  #pushOperand(w0: number, w1: number): void {
    const code = this.#code;
    const m = this.#registers[rmOf(w0)]!;
    switch (operandOf(w0)) {
      case Operand.IMMEDIATE:
      case Operand.ROTATED_IMMEDIATE:
        code.constant(w1);
        break;
      case Operand.REGISTER:
        code.get(m);
        break;
      case Operand.LSL:
        code.get(m).constant(w1).op(Wasm.SHL);
        break;
      case Operand.LSR:
        if (w1 === 32) code.constant(0);
        else code.get(m).constant(w1).op(Wasm.SHR_U);
        break;
      case Operand.ASR:
        code.get(m).constant(Math.min(w1, 31)).op(Wasm.SHR_S);
        break;
      case Operand.ROR:
        code.get(m).constant(w1).op(Wasm.ROTR);
        break;
      case Operand.RRX:
        code.get(m).constant(1).op(Wasm.SHR_U);
        this.#flags.pushCarry();
        code.constant(31).op(Wasm.SHL, Wasm.OR);
        break;
      case Operand.MINUS_REGISTER:
        code.constant(0).get(m).op(Wasm.SUB);
        break;
      case Operand.MINUS_LSL:
        code.constant(0).get(m).constant(w1).op(Wasm.SHL, Wasm.SUB);
        break;
      default:
        this.#pushShiftByRegister(operandOf(w0), m, w1);
    }
  }

  #pushShiftByRegister(operand: number, m: number, rs: number): void {
    const code = this.#code;
    const amount = code.temporary();
    code.get(this.#registers[rs]!).constant(0xff).op(Wasm.AND).set(amount);
    switch (operand) {
      case Operand.LSL_REGISTER:
      case Operand.LSR_REGISTER: {
        const shift = operand === Operand.LSL_REGISTER ? Wasm.SHL : Wasm.SHR_U;
        code.get(m).get(amount).op(shift).constant(0).get(amount).constant(32).op(Wasm.LT_U, Wasm.SELECT);
        break;
      }
      case Operand.ASR_REGISTER:
        code.get(m).get(amount).constant(31).get(amount).constant(31).op(Wasm.LT_U, Wasm.SELECT, Wasm.SHR_S);
        break;
      default:
        code.get(m).get(amount).op(Wasm.ROTR);
    }
  }

  /** Puts the operand into local `b`; the carry of the shifter, or undefined where C stays. */
  #operandWithCarry(w0: number, w1: number, b: number): Carry | undefined {
    const code = this.#code;
    const operand = operandOf(w0);
    if (operand === Operand.IMMEDIATE || operand === Operand.REGISTER) {
      this.#pushOperand(w0, w1);
      code.set(b);
      return undefined;
    }
    if (operand === Operand.ROTATED_IMMEDIATE) {
      code.constant(w1).set(b);
      return { from: "constant", value: w1 >>> 31 };
    }
    const m = code.temporary();
    code.get(this.#registers[rmOf(w0)]!).set(m);
    if (operand >= Operand.LSL_REGISTER) return this.#shiftWithCarry(operand, m, w1, b);
    this.#pushOperand(w0, w1);
    code.set(b);
    const bit = operand === Operand.LSL ? 32 - w1 : operand === Operand.RRX ? 0 : w1 - 1;
    return { from: "bit", local: m, bit };
  }

  /** In 64 bits, so that the bit shifted out last stays. An amount beyond 33 shifts everything out as 33 does. */
  #shiftWithCarry(operand: number, m: number, rs: number, b: number): Carry {
    const code = this.#code;
    const amount = code.temporary();
    const carry = code.temporary();
    code.get(this.#registers[rs]!).constant(0xff).op(Wasm.AND).set(amount);
    const pushLimited = (): void => {
      code.get(amount).constant(33).get(amount).constant(33).op(Wasm.LT_U, Wasm.SELECT, Wasm.EXTEND_U);
    };
    switch (operand) {
      case Operand.LSL_REGISTER:
        code.get(m).op(Wasm.EXTEND_U);
        pushLimited();
        code.op(Wasm.I64_SHL).tee(this.#wide).op(Wasm.WRAP).set(b);
        code.get(this.#wide).constant64(32).op(Wasm.I64_SHR_U, Wasm.WRAP).constant(1).op(Wasm.AND);
        break;
      case Operand.LSR_REGISTER:
      case Operand.ASR_REGISTER: {
        const signed = operand === Operand.ASR_REGISTER;
        code
          .get(m)
          .op(signed ? Wasm.EXTEND_S : Wasm.EXTEND_U)
          .constant64(1)
          .op(Wasm.I64_SHL);
        pushLimited();
        code
          .op(signed ? Wasm.I64_SHR_S : Wasm.I64_SHR_U)
          .tee(this.#wide)
          .constant64(1)
          .op(Wasm.I64_SHR_S, Wasm.WRAP);
        code.set(b).get(this.#wide).op(Wasm.WRAP).constant(1).op(Wasm.AND);
        break;
      }
      default:
        code.get(m).get(amount).op(Wasm.ROTR).tee(b).constant(31).op(Wasm.SHR_U);
    }
    this.#flags.pushCarry();
    code.get(amount).op(Wasm.SELECT).set(carry);
    return { from: "value", local: carry };
  }

  // Multiplies

  #multiply(w0: number, w1: number): void {
    const code = this.#code;
    const rd = this.#registers[rdOf(w0)]!;
    const rn = this.#registers[rnOf(w0)]!;
    const rm = this.#registers[rmOf(w0)]!;
    const rs = this.#registers[w1 & 15]!;
    switch (operation(w0)) {
      case Op.MUL:
        code.get(rm).get(rs).op(Wasm.MUL).set(rd);
        break;
      case Op.MLA:
        code.get(rm).get(rs).op(Wasm.MUL).get(rn).op(Wasm.ADD).set(rd);
        break;
      case Op.MULS: {
        const result = code.temporary();
        code.get(rm).get(rs).op(Wasm.MUL).tee(result).set(rd);
        this.#flags.setLogical(result);
        break;
      }
      case Op.UMULL:
      case Op.UMLAL:
      case Op.SMULL:
      case Op.SMLAL: {
        const signed = operation(w0) >= Op.SMULL;
        const extend = signed ? Wasm.EXTEND_S : Wasm.EXTEND_U;
        code.get(rm).op(extend).get(rs).op(extend, Wasm.I64_MUL);
        if (operation(w0) === Op.UMLAL || operation(w0) === Op.SMLAL) {
          this.#pushWide(rd, rn);
          code.op(Wasm.I64_ADD);
        }
        this.#popWide(rd, rn);
        break;
      }
      case Op.SMULXY:
        this.#pushHalfProduct(rm, rs, w1);
        code.set(rd);
        break;
      case Op.SMLAXY:
        this.#pushHalfProduct(rm, rs, w1);
        this.#accumulate(rn, rd);
        break;
      case Op.SMULW:
        this.#pushWordHalfProduct(rm, rs, w1);
        code.set(rd);
        break;
      case Op.SMLAW:
        this.#pushWordHalfProduct(rm, rs, w1);
        this.#accumulate(rn, rd);
        break;
      case Op.SMLALXY:
        this.#pushHalfProduct(rm, rs, w1);
        code.op(Wasm.EXTEND_S);
        this.#pushWide(rd, rn);
        code.op(Wasm.I64_ADD);
        this.#popWide(rd, rn);
        break;
      default: // CLZ
        code.get(rm).op(Wasm.CLZ).set(rd);
    }
  }

  #pushWide(high: number, low: number): void {
    const code = this.#code;
    code.get(high).op(Wasm.EXTEND_U).constant64(32).op(Wasm.I64_SHL).get(low).op(Wasm.EXTEND_U, Wasm.I64_OR);
  }

  #popWide(high: number, low: number): void {
    const code = this.#code;
    code.tee(this.#wide).op(Wasm.WRAP).set(low);
    code.get(this.#wide).constant64(32).op(Wasm.I64_SHR_U, Wasm.WRAP).set(high);
  }

  #pushHalf(local: number, top: boolean): void {
    this.#code.get(local);
    if (top) this.#code.constant(16).op(Wasm.SHR_S);
    else this.#code.op(Wasm.EXTEND16_S);
  }

  #pushHalfProduct(rm: number, rs: number, w1: number): void {
    this.#pushHalf(rm, (w1 & 0x10) !== 0);
    this.#pushHalf(rs, (w1 & 0x20) !== 0);
    this.#code.op(Wasm.MUL);
  }

  #pushWordHalfProduct(rm: number, rs: number, w1: number): void {
    const code = this.#code;
    code.get(rm).op(Wasm.EXTEND_S);
    this.#pushHalf(rs, (w1 & 0x20) !== 0);
    code.op(Wasm.EXTEND_S, Wasm.I64_MUL).constant64(16).op(Wasm.I64_SHR_S, Wasm.WRAP);
  }

  /** Adds the accumulator to the product on the stack; Q on overflow. */
  #accumulate(accumulator: number, rd: number): void {
    const code = this.#code;
    const product = code.temporary();
    const sum = code.temporary();
    code.tee(product).get(accumulator).op(Wasm.ADD).set(sum);
    code.get(product).get(sum).op(Wasm.XOR).get(accumulator).get(sum).op(Wasm.XOR, Wasm.AND);
    code.constant(0).op(Wasm.LT_S).if();
    code.get(BASE).constant(1).access(Access.STORE, stateOffset(Q)).end();
    code.get(sum).set(rd);
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

  // Loads and stores

  /** Pushes rn + b. */
  #pushAddress(w0: number, w1: number): void {
    this.#code.get(this.#registers[rnOf(w0)]!);
    if (operandOf(w0) === Operand.IMMEDIATE && w1 === 0) return;
    this.#pushOperand(w0, w1);
    this.#code.op(Wasm.ADD);
  }

  #transfer(key: CodeKey, w0: number, w1: number): void {
    const code = this.#code;
    const op = operation(w0);
    const kind = op & 15;
    const post = op >= Op.LDR + Op.POST_INDEXED;
    const rd = this.#registers[rdOf(w0)]!;
    const rn = this.#registers[rnOf(w0)]!;
    const moved = code.temporary();
    const address = post ? code.temporary() : moved;
    this.#pushAddress(w0, w1);
    code.set(moved);
    if (post) code.get(rn).set(address);
    const writeBack = (): void => {
      if (op >= Op.LDR + Op.PRE_INDEXED) code.get(moved).set(rn);
    };
    if (kind < 5) {
      const [form, bytes] = FORMS[kind]!;
      const value = code.temporary();
      code.get(address);
      this.#load(key, form, bytes, value);
      writeBack();
      code.get(value).set(rd);
    } else if (kind < 8) {
      const [form, bytes] = FORMS[kind]!;
      this.#requireDtcm(key, address, bytes);
      code.get(address).get(this.#dtcm).op(Wasm.ADD).get(rd).access(form, 0);
      writeBack();
    } else {
      const second = this.#registers[rdOf(w0) + 1]!;
      const place = code.temporary();
      this.#requireDtcm(key, address, 8);
      code.get(address).get(this.#dtcm).op(Wasm.ADD).set(place);
      if (kind === 9) {
        code.get(place).get(rd).access(Access.STORE, 0);
        code.get(place).get(second).access(Access.STORE, 4);
        writeBack();
      } else {
        writeBack();
        code.get(place).access(Access.LOAD, 0).set(rd);
        code.get(place).access(Access.LOAD, 4).set(second);
      }
    }
  }

  /** Loads from the address on the stack into local `value`. */
  #load(key: CodeKey, form: AccessForm, bytes: number, value: number): void {
    const code = this.#code;
    const address = code.temporary();
    code
      .tee(address)
      .constant(~0xffff | (bytes - 1))
      .op(Wasm.AND)
      .constant(DTCM_ADDRESS)
      .op(Wasm.EQ)
      .ifValue();
    code.get(address).get(this.#dtcm).op(Wasm.ADD).access(form, 0);
    code.else();
    code
      .get(address)
      .constant(~(ITCM_BYTES - 1) | (bytes - 1))
      .op(Wasm.AND, Wasm.EQZ)
      .ifValue();
    code.get(address).get(BASE).op(Wasm.ADD).access(form, 0);
    code.else();
    this.#leaveBefore(key);
    code.end().end().set(value);
  }

  /** Leaves the function unless `address` is an aligned one of the DTCM. */
  #requireDtcm(key: CodeKey, address: number, bytes: number): void {
    const code = this.#code;
    code
      .get(address)
      .constant(~0xffff | (bytes - 1))
      .op(Wasm.AND)
      .constant(DTCM_ADDRESS)
      .op(Wasm.NE)
      .if();
    this.#leaveBefore(key);
    code.end();
  }

  #loadLiteral(key: CodeKey, w0: number, w1: number): void {
    const code = this.#code;
    const rd = this.#registers[rdOf(w0)]!;
    if ((w1 & (~(ITCM_BYTES - 1) | 3)) === 0) code.constant(this.#literal(w1)).set(rd);
    else {
      code.constant(w1);
      this.#load(key, Access.LOAD, 4, rd);
    }
  }

  /** @param forPc local that takes the word for r15 */
  #loadMultiple(key: CodeKey, w0: number, w1: number, forPc: number | undefined): void {
    const code = this.#code;
    const rn = this.#registers[rnOf(w0)]!;
    const place = this.#placeOfMultiple(key, rn, w1);
    const delta = (w1 >> 24) << 2;
    if (delta !== 0) code.get(rn).constant(delta).op(Wasm.ADD).set(rn);
    let offset = 0;
    for (let register = 0; register < 16; register++) {
      if (((w1 >>> register) & 1) === 0) continue;
      code
        .get(place)
        .access(Access.LOAD, offset)
        .set(register === 15 ? forPc! : this.#registers[register]!);
      offset += 4;
    }
  }

  #storeMultiple(key: CodeKey, w0: number, w1: number): void {
    const code = this.#code;
    const rn = this.#registers[rnOf(w0)]!;
    const place = this.#placeOfMultiple(key, rn, w1);
    let offset = 0;
    for (let register = 0; register < 15; register++) {
      if (((w1 >>> register) & 1) === 0) continue;
      code.get(place).get(this.#registers[register]!).access(Access.STORE, offset);
      offset += 4;
    }
    const delta = (w1 >> 24) << 2;
    if (delta !== 0) code.get(rn).constant(delta).op(Wasm.ADD).set(rn);
  }

  /** Local with the offset in memory of a multiple transfer, which lies in the DTCM from its first to its last word. */
  #placeOfMultiple(key: CodeKey, rn: number, w1: number): number {
    const code = this.#code;
    const first = code.temporary();
    const start = ((w1 << 8) >> 24) << 2;
    code.get(rn).constant(start).op(Wasm.ADD).set(first);
    this.#requireDtcm(key, first, 4);
    const last = code.temporary();
    code
      .get(first)
      .constant(4 * registerCount(w1) - 4)
      .op(Wasm.ADD)
      .set(last);
    this.#requireDtcm(key, last, 4);
    const place = code.temporary();
    code.get(first).get(this.#dtcm).op(Wasm.ADD).set(place);
    return place;
  }
}

function stateOffset(word: number): number {
  return STATE_OFFSET + 4 * word;
}

function isLogical(opcode: number): boolean {
  return opcode < 2 || opcode === 8 || opcode === 9 || opcode >= 12;
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

/** Which registers a region may read or write, as bit sets; more than needed does no harm. */
function registersOf(blocks: readonly Block[]): { readonly read: number; readonly written: number } {
  let read = 0;
  let written = 0;
  for (const { code } of blocks) {
    for (let i = 0; i < code.length; i += 2) {
      const w0 = code[i]!;
      const w1 = code[i + 1]!;
      const op = operation(w0);
      read |= (1 << rdOf(w0)) | (1 << rnOf(w0)) | (1 << rmOf(w0)) | (1 << (w1 & 15));
      written |= 1 << rdOf(w0);
      if ((op >= Op.UMULL && op <= Op.SMLAL) || op === Op.SMLALXY || op >= Op.LDR) written |= 1 << rnOf(w0);
      if (op >= Op.LDR && op < Op.LDR_LITERAL) {
        written |= 2 << rdOf(w0);
        read |= 2 << rdOf(w0);
      }
      if (op === Op.LDM || op === Op.LDM_PC) written |= w1 & 0x7fff;
      if (op === Op.STM) read |= w1 & 0x7fff;
      if (op >= Op.B && op <= Op.BLX_SUFFIX) written |= 1 << 14;
    }
  }
  return { read, written };
}

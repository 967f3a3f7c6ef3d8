/**
 * Instruction words to micro-operations.
 *
 * @see ARM Architecture Reference Manual (DDI 0100) A3, A5, A7
 */

import { BRANCH_CYCLES, cyclesOf, interlockCycles, NO_SOURCES } from "./cycles.ts";
import { ALWAYS, microOp, Op, Operand } from "./micro-op.ts";
import { armEquivalent } from "./thumb.ts";

/**
 * Decodes an ARM instruction into `out[at]` and `out[at + 1]`.
 *
 * @param address where it lies, a multiple of 4
 * @param next the instruction after it, for interlocks
 */
export function decodeArm(word: number, next: number, address: number, out: Int32Array, at: number): void {
  const condition = word >>> 28;
  if (condition === 15) decodeUnconditional(word, address, out, at);
  else if ((word & 0x0e00_0000) === 0x0a00_0000) {
    const target = (address + 8 + ((word << 8) >> 6)) | 0;
    out[at] = microOp((word & 0x0100_0000) !== 0 ? Op.BL : Op.B, condition, 0, 0, 0, 0, BRANCH_CYCLES);
    out[at + 1] = target;
  } else decodeCommon(word, next, address + 8, out, at);
}

/**
 * Decodes a Thumb instruction into `out[at]` and `out[at + 1]`.
 *
 * @param address where it lies, a multiple of 2
 * @param before the halfword before it, for delay loops
 * @param next the halfword after it, for interlocks
 */
export function decodeThumb(
  half: number,
  before: number,
  next: number,
  address: number,
  out: Int32Array,
  at: number,
): void {
  const word = armEquivalent(half);
  if (word !== undefined) {
    decodeCommon(word, armEquivalent(next) ?? NO_SOURCES, address + 4, out, at);
    return;
  }
  const offset11 = (half << 21) >> 20;
  const target = (address + 4 + offset11) | 0;
  switch (half >>> 11) {
    case 28:
      branch(Op.B, ALWAYS, target, out, at);
      break;
    case 29:
      branch(Op.BLX_SUFFIX, ALWAYS, (half & 0x7ff) << 1, out, at);
      break;
    case 30:
      out[at] = microOp(Op.MOV, ALWAYS, 14, 0, 0, Operand.IMMEDIATE, 1);
      out[at + 1] = (address + 4 + (offset11 << 11)) | 0;
      break;
    case 31:
      branch(Op.BL_SUFFIX, ALWAYS, (half & 0x7ff) << 1, out, at);
      break;
    default: {
      const condition = (half >>> 8) & 15;
      const back = (half & 0xff) === 0xfd;
      if (back && (before & 0xf8ff) === 0x3801 && isDelayCondition(condition)) {
        out[at] = microOp(Op.DELAY_LOOP, condition, (before >>> 8) & 7, 0, 0, 0, BRANCH_CYCLES);
        out[at + 1] = (address - 2) | 0;
      } else branch(Op.B, condition, (address + 4 + ((half << 24) >> 23)) | 0, out, at);
    }
  }
}

/** "Until it borrows" (CS) and "until it is zero" (NE): the two a delay is written with. */
function isDelayCondition(condition: number): boolean {
  return condition === 1 || condition === 2;
}

function branch(op: number, condition: number, target: number, out: Int32Array, at: number): void {
  out[at] = microOp(op, condition, 0, 0, 0, 0, BRANCH_CYCLES);
  out[at + 1] = target;
}

/** Condition field 1111: BLX, PLD; all else is undefined in ARMv5TE. */
function decodeUnconditional(word: number, address: number, out: Int32Array, at: number): void {
  if ((word & 0x0e00_0000) === 0x0a00_0000) {
    const halfword = (word >>> 23) & 2;
    branch(Op.BLX, ALWAYS, (address + 8 + ((word << 8) >> 6) + halfword) | 0, out, at);
  } else if ((word & 0x0d70_f000) === 0x0550_f000) {
    out[at] = microOp(Op.NOP, ALWAYS, 0, 0, 0, 0, 1);
    out[at + 1] = 0;
  } else uncommon(word, ALWAYS, 1, out, at);
}

function uncommon(word: number, condition: number, cycles: number, out: Int32Array, at: number): void {
  out[at] = microOp(Op.UNCOMMON, condition, 0, 0, 0, 0, Math.min(cycles, 15));
  out[at + 1] = word;
}

/** All that ARM and Thumb share. `pc` is what r15 reads as. */
function decodeCommon(word: number, next: number, pc: number, out: Int32Array, at: number): void {
  const condition = word >>> 28;
  const stall = interlockCycles(word, next);
  const cycles = cyclesOf(word) + stall;
  const decoded =
    (word & 0x0e00_0000) === 0x0800_0000
      ? decodeBlockTransfer(word, condition, stall, out, at)
      : (word & 0x0c00_0000) === 0x0400_0000
        ? decodeTransfer(word, condition, cycles, pc, out, at)
        : (word & 0x0c00_0000) === 0 && decodeGroup0(word, condition, cycles, pc, out, at);
  if (decoded) return;
  uncommon(word, condition, cycles, out, at);
  if (isExceptionReturn(word)) out[at] = microOp(Op.EXCEPTION_RETURN, condition, 0, 0, 0, 0, cycles);
}

/** With an offset that is not rotated, as compilers and people write it. */
function isExceptionReturn(word: number): boolean {
  return (word & 0x0fff_ff00) === 0x025e_f000 || (word & 0x0fff_ffff) === 0x01b0_f00e;
}

function decodeGroup0(
  word: number,
  condition: number,
  cycles: number,
  pc: number,
  out: Int32Array,
  at: number,
): boolean {
  if ((word & 0x0200_0000) === 0 && (word & 0x90) === 0x90) {
    if ((word & 0x60) !== 0) return decodeExtraTransfer(word, condition, cycles, out, at);
    return (word & 0x0100_0000) === 0 && decodeMultiply(word, condition, cycles, out, at);
  }
  if ((word & 0x0190_0000) === 0x0100_0000) {
    return (word & 0x0200_0000) === 0 && decodeMiscellaneous(word, condition, cycles, out, at);
  }
  return decodeDataProcessing(word, condition, cycles, pc, out, at);
}

/** Multiply opcodes 0 to 7 (bits 23:21) without flags; opcodes 2 and 3 do not exist. */
const MULTIPLIES: readonly number[] = [Op.MUL, Op.MLA, -1, -1, Op.UMULL, Op.UMLAL, Op.SMULL, Op.SMLAL];

function decodeMultiply(word: number, condition: number, cycles: number, out: Int32Array, at: number): boolean {
  const high = (word >>> 16) & 15;
  const low = (word >>> 12) & 15;
  const rs = (word >>> 8) & 15;
  const rm = word & 15;
  const flags = (word & 0x0010_0000) !== 0;
  const opcode = (word >>> 21) & 7;
  const op = flags ? (opcode === 0 ? Op.MULS : -1) : MULTIPLIES[opcode]!;
  if (op < 0 || high === 15 || low === 15 || rs === 15 || rm === 15) return false;
  out[at] = microOp(op, condition, high, low, rm, 0, cycles);
  out[at + 1] = rs;
  return true;
}

/** BX, BLX, CLZ, the 16-bit multiplies, MRS and MSR of the CPSR. */
function decodeMiscellaneous(word: number, condition: number, cycles: number, out: Int32Array, at: number): boolean {
  const rm = word & 15;
  const opcode = (word >>> 21) & 3;
  const high = (word >>> 16) & 15;
  const low = (word >>> 12) & 15;
  const rs = (word >>> 8) & 15;
  if (rm === 15) return false;
  if ((word & 0x90) === 0x80) {
    if (high === 15 || low === 15 || rs === 15) return false;
    const swap = (word & 0x20) !== 0;
    const op =
      opcode === 0 ? Op.SMLAXY : opcode === 1 ? (swap ? Op.SMULW : Op.SMLAW) : opcode === 2 ? Op.SMLALXY : Op.SMULXY;
    const tops = opcode === 1 ? (word & 0x40) >> 1 : ((word & 0x20) >> 1) | ((word & 0x40) >> 1);
    out[at] = microOp(op, condition, high, low, rm, 0, cycles);
    out[at + 1] = rs | tops;
    return true;
  }
  if (condition === ALWAYS && (word & 0x0fff_0fff) === 0x010f_0000 && low !== 15) {
    out[at] = microOp(Op.MRS, condition, low, 0, 0, 0, cycles);
    out[at + 1] = 0;
    return true;
  }
  if (condition === ALWAYS && (word & 0x0ff0_fff0) === 0x0120_f000) {
    out[at] = microOp(Op.MSR, condition, 0, 0, rm, 0, cycles);
    out[at + 1] = word;
    return true;
  }
  const kind = (word >>> 4) & 15;
  const op =
    opcode === 1 && kind === 1
      ? Op.BX
      : opcode === 1 && kind === 3
        ? Op.BLX_REGISTER
        : opcode === 3 && kind === 1 && low !== 15
          ? Op.CLZ
          : -1;
  if (op < 0) return false;
  out[at] = microOp(op, condition, low, 0, rm, 0, cycles);
  out[at + 1] = 0;
  return true;
}

function decodeDataProcessing(
  word: number,
  condition: number,
  cycles: number,
  pc: number,
  out: Int32Array,
  at: number,
): boolean {
  const opcode = (word >>> 21) & 15;
  const flags = (word & 0x0010_0000) !== 0;
  const rd = (word >>> 12) & 15;
  const rn = (word >>> 16) & 15;
  const rm = word & 15;
  const compares = (opcode & 12) === 8;
  const usesRn = opcode !== 13 && opcode !== 15;
  const op = opcode + (flags ? Op.FLAGS : 0);
  if ((word & 0x0200_0000) !== 0) {
    const rotation = (word >>> 7) & 30;
    const value = rotate(word & 0xff, rotation);
    if (rd === 15) return false;
    if (usesRn && rn === 15) {
      if (flags || (opcode !== 2 && opcode !== 4)) return false;
      const base = pc & ~3;
      out[at] = microOp(Op.MOV, condition, rd, 0, 0, Operand.IMMEDIATE, cycles);
      out[at + 1] = opcode === 4 ? base + value : base - value;
      return true;
    }
    const operand = rotation !== 0 && flags ? Operand.ROTATED_IMMEDIATE : Operand.IMMEDIATE;
    out[at] = microOp(op, condition, rd, rn, 0, operand, cycles);
    out[at + 1] = value;
    return true;
  }
  const plain = (word & 0xff0) === 0;
  if ((word & 0x0fff_fff0) === 0x008f_f100 && rm !== 15) {
    out[at] = microOp(Op.JUMP_CHAIN, condition, 0, 0, rm, 0, cycles);
    out[at + 1] = pc;
    return true;
  }
  if (rd === 15 && !compares) {
    if (opcode !== 13 || flags || !plain || rm === 15) return false;
    out[at] = microOp(Op.MOV_PC, condition, 0, 0, rm, 0, cycles);
    out[at + 1] = 0;
    return true;
  }
  if (rm === 15 && opcode === 13 && !flags && plain) {
    out[at] = microOp(Op.MOV, condition, rd, 0, 0, Operand.IMMEDIATE, cycles);
    out[at + 1] = pc;
    return true;
  }
  if (rd === 15 || rm === 15 || (usesRn && rn === 15)) return false;
  if ((word & 0x10) !== 0) {
    const rs = (word >>> 8) & 15;
    if (rs === 15) return false;
    out[at] = microOp(op, condition, rd, rn, rm, Operand.LSL_REGISTER + ((word >>> 5) & 3), cycles);
    out[at + 1] = rs;
    return true;
  }
  const [operand, amount] = immediateShift(word);
  out[at] = microOp(op, condition, rd, rn, rm, operand, cycles);
  out[at + 1] = amount;
  return true;
}

export function rotate(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by));
}

/** Shift by a constant as operand form and amount; amount 0 means 32 or RRX except for LSL. */
function immediateShift(word: number): readonly [operand: number, amount: number] {
  const amount = (word >>> 7) & 31;
  switch ((word >>> 5) & 3) {
    case 0:
      return amount === 0 ? [Operand.REGISTER, 0] : [Operand.LSL, amount];
    case 1:
      return [Operand.LSR, amount === 0 ? 32 : amount];
    case 2:
      return [Operand.ASR, amount === 0 ? 32 : amount];
    default:
      return amount === 0 ? [Operand.RRX, 0] : [Operand.ROR, amount];
  }
}

/** LDR, STR, LDRB, STRB. */
function decodeTransfer(
  word: number,
  condition: number,
  cycles: number,
  pc: number,
  out: Int32Array,
  at: number,
): boolean {
  const registerOffset = (word & 0x0200_0000) !== 0;
  if (registerOffset && (word & 0x10) !== 0) return false;
  const load = (word & 0x0010_0000) !== 0;
  const byte = (word & 0x0040_0000) !== 0;
  const up = (word & 0x0080_0000) !== 0;
  const indexing = indexingOf(word);
  const rd = (word >>> 12) & 15;
  const rn = (word >>> 16) & 15;
  const rm = word & 15;
  if (indexing < 0) return false;
  const offset = up ? word & 0xfff : -(word & 0xfff);
  if (rn === 15) {
    if ((word & 0x03f0_fff0) === 0x0390_f100 && rm !== 15) {
      out[at] = microOp(Op.JUMP_TABLE, condition, 0, 0, rm, 0, cycles);
      out[at + 1] = pc;
      return true;
    }
    if (registerOffset || indexing !== 0 || !load || byte || rd === 15) return false;
    out[at] = microOp(Op.LDR_LITERAL, condition, rd, 0, 0, 0, cycles);
    out[at + 1] = ((pc & ~3) + offset) | 0;
    return true;
  }
  const toPc = rd === 15;
  if (toPc && (!load || byte || indexing !== 0)) return false;
  const op = toPc ? Op.LDR_PC : (load ? (byte ? Op.LDRB : Op.LDR) : byte ? Op.STRB : Op.STR) + indexing;
  if (!registerOffset) {
    out[at] = microOp(op, condition, rd, rn, 0, Operand.IMMEDIATE, cycles);
    out[at + 1] = offset;
    return true;
  }
  if (rm === 15) return false;
  const [shift, amount] = immediateShift(word);
  const operand = up
    ? shift
    : shift === Operand.REGISTER
      ? Operand.MINUS_REGISTER
      : shift === Operand.LSL
        ? Operand.MINUS_LSL
        : -1;
  if (operand < 0) return false;
  out[at] = microOp(op, condition, rd, rn, rm, operand, cycles);
  out[at + 1] = amount;
  return true;
}

/** 0, or what to add to an {@link Op} for write-back; -1 for the user-mode forms LDRT and STRT. */
function indexingOf(word: number): number {
  const writeBack = (word & 0x0020_0000) !== 0;
  if ((word & 0x0100_0000) === 0) return writeBack ? -1 : Op.POST_INDEXED;
  return writeBack ? Op.PRE_INDEXED : 0;
}

/** By bits 6:5, loads when the load bit is set. */
const EXTRA_LOADS: readonly number[] = [-1, Op.LDRH, Op.LDRSB, Op.LDRSH];
const EXTRA_STORES: readonly number[] = [-1, Op.STRH, Op.LDRD, Op.STRD];

function decodeExtraTransfer(word: number, condition: number, cycles: number, out: Int32Array, at: number): boolean {
  const up = (word & 0x0080_0000) !== 0;
  const rd = (word >>> 12) & 15;
  const rn = (word >>> 16) & 15;
  const rm = word & 15;
  const indexing = indexingOf(word);
  const kind = ((word & 0x0010_0000) !== 0 ? EXTRA_LOADS : EXTRA_STORES)[(word >>> 5) & 3]!;
  const double = kind === Op.LDRD || kind === Op.STRD;
  if (indexing < 0 || rd === 15 || rn === 15 || (double && ((rd & 1) !== 0 || rd === 14))) return false;
  if ((word & 0x0040_0000) !== 0) {
    const offset = ((word >>> 4) & 0xf0) | rm;
    out[at] = microOp(kind + indexing, condition, rd, rn, 0, Operand.IMMEDIATE, cycles);
    out[at + 1] = up ? offset : -offset;
    return true;
  }
  if (rm === 15) return false;
  out[at] = microOp(kind + indexing, condition, rd, rn, rm, up ? Operand.REGISTER : Operand.MINUS_REGISTER, cycles);
  out[at + 1] = 0;
  return true;
}

/** LDM, STM; the cycles field holds the interlock only, the rest depends on the list. */
function decodeBlockTransfer(word: number, condition: number, stall: number, out: Int32Array, at: number): boolean {
  const list = word & 0xffff;
  const rn = (word >>> 16) & 15;
  const load = (word & 0x0010_0000) !== 0;
  const withPc = (list & 0x8000) !== 0;
  const writeBack = (word & 0x0020_0000) !== 0;
  if ((word & 0x0040_0000) !== 0 || rn === 15 || list === 0 || (withPc && !load)) return false;
  if (writeBack && ((list >>> rn) & 1) !== 0) return false;
  const { start, delta } = blockTransferSpan(word);
  const op = load ? (withPc ? Op.LDM_PC : Op.LDM) : Op.STM;
  out[at] = microOp(op, condition, 0, rn, 0, 0, stall);
  out[at + 1] = list | ((start & 0xff) << 16) | ((writeBack ? delta : 0) << 24);
  return true;
}

/** Words from the base to the lowest address, and what is added to the base, also in words. */
export function blockTransferSpan(word: number): { readonly start: number; readonly delta: number } {
  let count = 0;
  for (let rest = word & 0xffff; rest !== 0; rest &= rest - 1) count++;
  const before = (word & 0x0100_0000) !== 0;
  if ((word & 0x0080_0000) !== 0) return { start: before ? 1 : 0, delta: count };
  return { start: before ? -count : 1 - count, delta: -count };
}

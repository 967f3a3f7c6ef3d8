/**
 * Cycle counts of the ARM968E-S with zero-wait TCMs, instruction by instruction.
 *
 * A result that arrives late stalls the next instruction in memory if that one uses it. The stall is charged to the
 * instruction that produces the result, so that an instruction's cost depends on itself and its successor in memory
 * only, not on the path that led to it: a taken branch hides any stall anyway.
 *
 * @see ARM9E-S Technical Reference Manual (DDI 0165B) chapter 8, ARM9EJ-S TRM (DDI 0222B) table 8.2
 */

export const EXCEPTION_CYCLES = 3;
export const INTERRUPT_CYCLES = 4;
/** Cost of an instruction whose condition failed. */
export const SKIPPED_CYCLES = 1;
export const BRANCH_CYCLES = 3;

/** ARM instruction without source registers, for asking about what follows. */
export const NO_SOURCES: number = 0xea00_0000 | 0;

const rd = (word: number): number => (word >>> 12) & 15;
const rn = (word: number): number => (word >>> 16) & 15;
const bit = (register: number): number => 1 << register;

/** Multiplies and swaps: 0000xxxx or 00010x00 with 1001 in bits 7:4. */
const isMultiply = (word: number): boolean => (word & 0x0f00_00f0) === 0x0000_0090;
const isSwap = (word: number): boolean => (word & 0x0fb0_00f0) === 0x0100_0090;
/** LDRH, STRH, LDRSB, LDRSH, LDRD, STRD. */
const isExtraTransfer = (word: number): boolean => (word & 0x0e00_0090) === 0x0000_0090 && (word & 0x60) !== 0;
/** BX, BLX, CLZ, QADD, BKPT, MRS, MSR register and the 16-bit multiplies. */
const isMiscellaneous = (word: number): boolean => (word & 0x0f90_0000) === 0x0100_0000 && (word & 0x90) !== 0x90;
const isHalfMultiply = (word: number): boolean => isMiscellaneous(word) && (word & 0x90) === 0x80;
const isSaturating = (word: number): boolean => isMiscellaneous(word) && (word & 0xf0) === 0x50;

/** Cycles when the condition passes, interlock excluded. */
export function cyclesOf(word: number): number {
  switch ((word >>> 25) & 7) {
    case 0:
      if (isMultiply(word)) {
        const flags = (word & 0x0010_0000) !== 0 ? 2 : 0;
        return (word & 0x0080_0000) !== 0 ? 3 + flags : 2 + flags;
      }
      if (isSwap(word)) return 2;
      if (isExtraTransfer(word)) return (word & 0x0010_0040) === 0x40 ? 2 : 1;
      if (isMiscellaneous(word)) return miscellaneousCycles(word);
      return dataCycles(word, (word & 0x10) !== 0 ? 1 : 0, (word & 0xff0) !== 0);
    case 1:
      if ((word & 0x0190_0000) === 0x0100_0000) return (word & 0x0007_0000) !== 0 ? 3 : 1;
      return dataCycles(word, 0, false);
    case 2:
    case 3: {
      const scaled = (word & 0x0200_0ff0) > 0x0200_0000 ? 1 : 0;
      const toPc = (word & 0x0010_f000) === 0x0010_f000 ? 4 : 0;
      return 1 + scaled + toPc;
    }
    case 4: {
      const count = registerCount(word & 0xffff);
      return (count > 1 ? count : 2) + ((word & 0x0010_8000) === 0x0010_8000 ? 4 : 0);
    }
    case 5:
      return BRANCH_CYCLES;
    default:
      return (word & 0x0f00_0000) === 0x0f00_0000 ? EXCEPTION_CYCLES : 1;
  }
}

/** Only 3 for a move or addition of plain registers to r15: what is shifted or logical takes one more. */
function dataCycles(word: number, registerShift: number, shifted: boolean): number {
  const opcode = (word >>> 21) & 15;
  const compares = (opcode & 12) === 8;
  if (rd(word) !== 15 || compares) return 1 + registerShift;
  const arithmetic = (opcode >= 2 && opcode <= 7) || opcode === 13;
  return (arithmetic && !shifted ? 3 : 4) + registerShift;
}

function miscellaneousCycles(word: number): number {
  switch ((word >>> 4) & 15) {
    case 0:
      if ((word & 0x0020_0000) === 0) return 2;
      return (word & 0x0007_0000) !== 0 ? 3 : 1;
    case 1:
      return (word & 0x0060_0000) === 0x0060_0000 ? 1 : BRANCH_CYCLES;
    case 3:
      return BRANCH_CYCLES;
    case 7:
      return EXCEPTION_CYCLES;
    default:
      return isHalfMultiply(word) && (word & 0x0060_0000) === 0x0040_0000 ? 2 : 1;
  }
}

/** Cycles that `next`, the following instruction in memory, waits for the result of `word`. */
export function interlockCycles(word: number, next: number): number {
  let late = 0;
  let wait = 1;
  switch ((word >>> 25) & 7) {
    case 0:
      if (isMultiply(word)) {
        late = bit(rn(word)) | ((word & 0x0080_0000) !== 0 ? bit(rd(word)) : 0);
        if ((word & 0x0010_0000) !== 0) late = 0;
      } else if (isExtraTransfer(word)) {
        if ((word & 0x0010_0000) !== 0) {
          late = bit(rd(word));
          wait = 2;
        } else if ((word & 0x60) === 0x40) late = bit(rd(word) | 1);
      } else if (isHalfMultiply(word)) {
        late = bit(rn(word)) | ((word & 0x0060_0000) === 0x0040_0000 ? bit(rd(word)) : 0);
      } else if (isSaturating(word)) late = bit(rd(word));
      else if (isSwap(word)) late = bit(rd(word));
      break;
    case 2:
    case 3:
      if ((word & 0x0010_0000) !== 0) {
        late = bit(rd(word));
        wait = (word & 0x0040_0000) !== 0 ? 2 : 1;
      }
      break;
    case 4:
      if ((word & 0x0010_0000) !== 0) late = bit(31 - Math.clz32(word & 0xffff));
      break;
    default:
  }
  return (late & sources(next) & 0x7fff) !== 0 ? wait : 0;
}

/** Set of registers that must be there when the instruction begins; the accumulator of a multiply may come later. */
function sources(word: number): number {
  const rm = bit(word & 15);
  const rs = bit((word >>> 8) & 15);
  switch ((word >>> 25) & 7) {
    case 0: {
      if (isMultiply(word) || isHalfMultiply(word)) return rm | rs;
      if (isSwap(word)) return rm | bit(rn(word));
      if (isExtraTransfer(word)) {
        const stores = (word & 0x0010_0000) === 0 && (word & 0x60) !== 0x40 ? bit(rd(word)) : 0;
        return bit(rn(word)) | stores | ((word & 0x0040_0000) === 0 ? rm : 0);
      }
      if (isSaturating(word)) return rm | bit(rn(word));
      if (isMiscellaneous(word)) return (word & 0xf0) === 0 && (word & 0x0020_0000) === 0 ? 0 : rm;
      const shift = (word & 0x10) !== 0 ? rs : 0;
      return rm | shift | firstOperand(word);
    }
    case 1:
      return firstOperand(word);
    case 2:
      return bit(rn(word)) | stored(word);
    case 3:
      return bit(rn(word)) | rm | stored(word);
    case 4:
      return bit(rn(word)) | ((word & 0x0010_0000) === 0 ? word & 0xffff : 0);
    case 7:
      return (word & 0x0110_0010) === 0x10 ? bit(rd(word)) : 0;
    default:
      return 0;
  }
}

const stored = (word: number): number => ((word & 0x0010_0000) === 0 ? bit(rd(word)) : 0);

function firstOperand(word: number): number {
  const opcode = (word >>> 21) & 15;
  return opcode === 13 || opcode === 15 ? 0 : bit(rn(word));
}

export function registerCount(list: number): number {
  let count = 0;
  for (let rest = list & 0xffff; rest !== 0; rest &= rest - 1) count++;
  return count;
}

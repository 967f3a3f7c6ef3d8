/**
 * Decoded form of an instruction, shared by interpreter and translator: two words per instruction.
 *
 * | word 0 bits | field |
 * |---|---|
 * | 7:0 | operation, one of {@link Op} |
 * | 11:8 | condition, exclusive-or 14: 0 is "always" |
 * | 15:12, 19:16, 23:20 | rd, rn, rm |
 * | 27:24 | {@link Operand}: how the second operand `b` is made |
 * | 31:28 | cycles when the condition passes |
 *
 * A word 0 of 0 is an instruction that is not decoded yet: real ones take at least a cycle. So caches of them begin as
 * empty memory, which the operating system provides when it is used.
 *
 * Word 1 belongs to the operand (immediate, shift amount, or the register that holds it), or else to the operation:
 * branch target, rs of multiplies, register list.
 */

/** Second operand `b` (address offset of loads and stores). Register forms take rm; shifts set the shifter carry. */
export const Operand = {
  /** Word 1. */
  IMMEDIATE: 0,
  REGISTER: 1,
  /** By word 1, 1 to 31 (LSR and ASR also 32). */
  LSL: 2,
  LSR: 3,
  ASR: 4,
  ROR: 5,
  RRX: 6,
  /** By the low byte of register word 1. */
  LSL_REGISTER: 7,
  LSR_REGISTER: 8,
  ASR_REGISTER: 9,
  ROR_REGISTER: 10,
  /** Minus rm. */
  MINUS_REGISTER: 11,
  /** Minus rm LSL word 1. */
  MINUS_LSL: 12,
  /** Word 1, whose bit 31 is the shifter carry (a rotated immediate). */
  ROTATED_IMMEDIATE: 13,
} as const;

/**
 * Operations. Whatever is not here, or has r15 where the operation does not expect it, is `UNCOMMON`, with the ARM
 * instruction (for Thumb code its ARM equivalent) in word 1.
 *
 * The interpreter's switch repeats these numbers as literals, because V8 makes a jump table of literals only.
 */
export const Op = {
  // 0 to 15: data processing, in the order of the ARM opcode field; +16 when flags are set.
  AND: 0,
  EOR: 1,
  SUB: 2,
  RSB: 3,
  ADD: 4,
  ADC: 5,
  SBC: 6,
  RSC: 7,
  TST: 24,
  TEQ: 25,
  CMP: 26,
  CMN: 27,
  ORR: 12,
  MOV: 13,
  BIC: 14,
  MVN: 15,
  FLAGS: 16,

  // Multiplies: rd, rm, rs in word 1 bits 3:0, accumulator in rn. Long: rd high, rn low.
  MUL: 32,
  MLA: 33,
  MULS: 34,
  UMULL: 35,
  UMLAL: 36,
  SMULL: 37,
  SMLAL: 38,
  /** 16-bit forms: word 1 bit 4 takes the top half of rm, bit 5 that of rs. */
  SMULXY: 39,
  SMLAXY: 40,
  SMULW: 41,
  SMLAW: 42,
  SMLALXY: 43,
  CLZ: 44,

  // Loads and stores: at rn + b; +16 with rn = rn + b before, +32 after the access.
  LDR: 48,
  LDRB: 49,
  LDRH: 50,
  LDRSB: 51,
  LDRSH: 52,
  STR: 53,
  STRB: 54,
  STRH: 55,
  LDRD: 56,
  STRD: 57,
  PRE_INDEXED: 16,
  POST_INDEXED: 32,
  /** From the address in word 1. */
  LDR_LITERAL: 96,
  /** Into r15, no write-back. */
  LDR_PC: 97,
  // Word 1: 15:0 list, 23:16 words from rn to the lowest address, 31:24 words added to rn (0: no write-back), both signed.
  LDM: 98,
  LDM_PC: 99,
  STM: 100,

  // Branches: target in word 1, except where it is in a register.
  B: 104,
  BL: 105,
  /** To Thumb code. */
  BLX: 106,
  BX: 107,
  BLX_REGISTER: 108,
  /** Second half of a Thumb call: to r14 + word 1. */
  BL_SUFFIX: 109,
  BLX_SUFFIX: 110,
  /** Conditional branch back to `subs rd, rd, #1` right before it. */
  DELAY_LOOP: 111,
  /** `mov pc, rm` */
  MOV_PC: 112,
  NOP: 113,

  /** `ldr pc, [pc, rm, lsl #2]` and `add pc, pc, rm, lsl #2`: the ways compilers choose among many; r15 in word 1. */
  JUMP_TABLE: 114,
  JUMP_CHAIN: 115,

  /** `mrs rd, cpsr` */
  MRS: 116,
  /** To the CPSR from register rm; word 1 is the ARM instruction. Where that changes the mode it is uncommon. */
  MSR: 117,

  /** `subs pc, lr, #n` and `movs pc, lr`, by which interrupts end; word 1 is the ARM instruction. */
  EXCEPTION_RETURN: 118,

  UNCOMMON: 127,
} as const;

/** Condition "always". */
export const ALWAYS = 14;

export function conditionOf(word0: number): number {
  return ((word0 >>> 8) & 15) ^ ALWAYS;
}

export function microOp(
  op: number,
  condition: number,
  rd: number,
  rn: number,
  rm: number,
  operand: number,
  cycles: number,
): number {
  return op | ((condition ^ ALWAYS) << 8) | (rd << 12) | (rn << 16) | (rm << 20) | (operand << 24) | (cycles << 28);
}

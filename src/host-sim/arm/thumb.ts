/**
 * Thumb instructions as the ARM instructions they abbreviate. Those without an equivalent (branches) are left to the
 * decoder. With r15 as base of a load or an addition of an immediate, the reader must use the Thumb program counter
 * with its lowest two bits cleared.
 *
 * @see ARM Architecture Reference Manual (DDI 0100) A7.1, "equivalent ARM syntax and encoding"
 */

/** An instruction of the permanently undefined space. */
export const UNDEFINED_WORD: number = 0xe7f0_00f0 | 0;

/** 010000 group by opcode: ARM word to which the registers are added. */
const DATA_PROCESSING: readonly number[] = [
  0xe010_0000, 0xe030_0000, 0xe1b0_0010, 0xe1b0_0030, 0xe1b0_0050, 0xe0b0_0000, 0xe0d0_0000, 0xe1b0_0070, 0xe110_0000,
  0xe270_0000, 0xe150_0000, 0xe170_0000, 0xe190_0000, 0xe010_0090, 0xe1d0_0000, 0xe1f0_0000,
];
/** 0101 group: STR, STRH, STRB, LDRSB, LDR, LDRH, LDRB, LDRSH with register offset. */
const REGISTER_OFFSET: readonly number[] = [
  0xe780_0000, 0xe180_00b0, 0xe7c0_0000, 0xe190_00d0, 0xe790_0000, 0xe190_00b0, 0xe7d0_0000, 0xe190_00f0,
];

/** @returns the ARM instruction, or undefined for B, B<cond>, the two halves of BL and the second half of BLX */
export function armEquivalent(half: number): number | undefined {
  const low = half & 7;
  const middle = (half >>> 3) & 7;
  const high = (half >>> 6) & 7;
  const offset5 = (half >>> 6) & 31;
  const rd8 = (half >>> 8) & 7;
  const byte = half & 0xff;
  switch (half >>> 11) {
    case 0:
    case 1:
    case 2:
      return 0xe1b0_0000 | (low << 12) | (offset5 << 7) | ((half >>> 11) << 5) | middle;
    case 3: {
      const base = (half & 0x200) !== 0 ? 0xe050_0000 : 0xe090_0000;
      return base | ((half & 0x400) << 15) | (middle << 16) | (low << 12) | high;
    }
    case 4:
      return 0xe3b0_0000 | (rd8 << 12) | byte;
    case 5:
      return 0xe350_0000 | (rd8 << 16) | byte;
    case 6:
      return 0xe290_0000 | (rd8 << 16) | (rd8 << 12) | byte;
    case 7:
      return 0xe250_0000 | (rd8 << 16) | (rd8 << 12) | byte;
    case 8:
      return (half & 0x400) === 0 ? registerOperation((half >>> 6) & 15, low, middle) : highRegisters(half);
    case 9:
      return 0xe59f_0000 | (rd8 << 12) | (byte << 2);
    case 10:
    case 11:
      return REGISTER_OFFSET[(half >>> 9) & 7]! | (middle << 16) | (low << 12) | high;
    case 12:
    case 13:
      return (half & 0x800 ? 0xe590_0000 : 0xe580_0000) | (middle << 16) | (low << 12) | (offset5 << 2);
    case 14:
    case 15:
      return (half & 0x800 ? 0xe5d0_0000 : 0xe5c0_0000) | (middle << 16) | (low << 12) | offset5;
    case 16:
    case 17: {
      const base = half & 0x800 ? 0xe1d0_00b0 : 0xe1c0_00b0;
      return base | (middle << 16) | (low << 12) | ((offset5 >>> 3) << 8) | ((offset5 & 7) << 1);
    }
    case 18:
      return 0xe58d_0000 | (rd8 << 12) | (byte << 2);
    case 19:
      return 0xe59d_0000 | (rd8 << 12) | (byte << 2);
    case 20:
      return 0xe28f_0f00 | (rd8 << 12) | byte;
    case 21:
      return 0xe28d_0f00 | (rd8 << 12) | byte;
    case 22:
    case 23:
      return miscellaneous(half);
    case 24:
      return 0xe8a0_0000 | (rd8 << 16) | byte;
    case 25:
      return ((byte >>> rd8) & 1 ? 0xe890_0000 : 0xe8b0_0000) | (rd8 << 16) | byte;
    case 26:
    case 27:
      if (rd8 + (half & 0x800 ? 8 : 0) < 14) return undefined;
      return rd8 === 7 && (half & 0x800) !== 0 ? 0xef00_0000 | byte : UNDEFINED_WORD;
    case 29:
      return (half & 1) !== 0 ? UNDEFINED_WORD : undefined;
    default:
      return undefined;
  }
}

function registerOperation(opcode: number, rd: number, rm: number): number {
  const base = DATA_PROCESSING[opcode]!;
  switch (opcode) {
    case 2:
    case 3:
    case 4:
    case 7:
      return base | (rd << 12) | (rm << 8) | rd;
    case 9:
      return base | (rm << 16) | (rd << 12);
    case 13:
      return base | (rd << 16) | (rd << 8) | rm;
    case 8:
    case 10:
    case 11:
      return base | (rd << 16) | rm;
    case 15:
      return base | (rd << 12) | rm;
    default:
      return base | (rd << 16) | (rd << 12) | rm;
  }
}

function highRegisters(half: number): number {
  const rd = (half & 7) | ((half >>> 4) & 8);
  const rm = (half >>> 3) & 15;
  switch ((half >>> 8) & 3) {
    case 0:
      return 0xe080_0000 | (rd << 16) | (rd << 12) | rm;
    case 1:
      return 0xe150_0000 | (rd << 16) | rm;
    case 2:
      return 0xe1a0_0000 | (rd << 12) | rm;
    default:
      return (half & 0x80 ? 0xe12f_ff30 : 0xe12f_ff10) | rm;
  }
}

function miscellaneous(half: number): number {
  switch ((half >>> 8) & 15) {
    case 0:
      return (half & 0x80 ? 0xe24d_df00 : 0xe28d_df00) | (half & 0x7f);
    case 4:
    case 5:
      return 0xe92d_0000 | (half & 0xff) | ((half & 0x100) << 6);
    case 12:
    case 13:
      return 0xe8bd_0000 | (half & 0xff) | ((half & 0x100) << 7);
    case 14:
      return 0xe120_0070 | ((half & 0xf0) << 4) | (half & 15);
    default:
      return UNDEFINED_WORD;
  }
}

/**
 * What is known of the code at each ITCM address: how often it is reached, and where its translation is.
 *
 * Two words an instruction, by decode cache index, in the core's memory, so that translated code finds its way by itself.
 * Word 0 says what there is:
 *
 * | word 0 | |
 * |---|---|
 * | above 0 | translated code: function << 14, block << 6, instruction within the block |
 * | 0 to 1 - threshold | minus the number of times it was reached |
 * | -threshold | to be translated |
 * | -threshold - 1 | not worth it |
 * | {@link SINGLE_STEP} | between translated instructions, itself for the interpreter |
 *
 * Word 1, where translated code is: it may be entered in its fast form while more cycles than this are left.
 */
export interface HotCode {
  readonly entries: Int32Array;
  readonly threshold: number;
}

export const SINGLE_STEP: number = 1 << 31;

/** Word 1 of an instruction that is not the first of its block. */
export const NEVER_FAST = 0x7fff_ffff;

export const FUNCTION_SHIFT = 14;
export const BLOCK_SHIFT = 6;
/** In a place within a function: the fast form may be entered there now. */
export const FAST: number = 1 << FUNCTION_SHIFT;

/** Place of an instruction within its function, also the start of the stepping form. */
export function placeOf(block: number, instruction: number): number {
  return (block << BLOCK_SHIFT) | instruction;
}

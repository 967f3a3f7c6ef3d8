import { SpinloomError } from "../../errors.ts";

/** Cubes of keys that no net may use: SCAMP's signals, in router entry 0, and the key SARK marks unused entries with. */
export const RESERVED_KEYS: readonly { readonly key: number; readonly mask: number }[] = [
  { key: 0xffff_5554, mask: 0xffff_fffe },
  { key: 0xffff_ffff, mask: 0xffff_ffff },
];

/** Keys from the first reserved one on are not given out: one limit instead of holes costs 43,692 of 2^32 keys. */
export const KEY_LIMIT = 0xffff_5554;

/** Mask of an aligned block of `2^bits` keys, 0 to 31 bits. */
export function blockMask(bits: number): number {
  return (0xffff_ffff << bits) >>> 0;
}

/** Nets need more 32-bit keys than there are. */
export class KeySpaceExhaustedError extends SpinloomError {
  readonly code = "KEY_SPACE_EXHAUSTED";
  /** Keys all blocks together need, alignment gaps included. */
  readonly needed: number;

  constructor(needed: number) {
    super(
      "routing keys",
      `${needed} keys needed for all nets, ${KEY_LIMIT} can be given out`,
      "Use fewer colour bits, or put more neurons on a core so that fewer blocks are rounded up to a power of two.",
    );
    this.needed = needed;
  }
}

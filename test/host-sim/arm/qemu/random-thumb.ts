/**
 * Random Thumb instructions whose result the architecture defines. r7 points to the middle of the data area (a multiple
 * of 8), r6 is an index, a multiple of 8 below 256; r13 belongs to the surrounding program and comes back to its value.
 */

import { registerCount } from "../../../../src/host-sim/arm/cycles.ts";
import type { Random } from "./random.ts";

const FREE: readonly number[] = [0, 1, 2, 3, 4, 5];
const LOW: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];
const HIGH_WRITABLE: readonly number[] = [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 14];
const BASE = 7;
const INDEX = 6;

/** One instruction, or a few that belong together. @param after as in `randomArm` */
export function randomThumb(random: Random, after: number): readonly number[] {
  const rd = random.pick(FREE);
  const rm = random.pick(LOW);
  const kind = random.below(100);
  if (kind < 14) return [(random.below(3) << 11) | (random.below(32) << 6) | (rm << 3) | rd];
  if (kind < 24) return [0x1800 | (random.below(4) << 9) | (random.pick(LOW) << 6) | (rm << 3) | rd];
  if (kind < 36) return [0x2000 | (random.below(4) << 11) | (rd << 8) | random.below(256)];
  if (kind < 54) return [0x4000 | (random.below(16) << 6) | (rm << 3) | rd];
  if (kind < 62) return [highRegisters(random)];
  if (kind < 68) return [0x5000 | (random.below(8) << 9) | (INDEX << 6) | (BASE << 3) | rd];
  if (kind < 76) return [0x6000 | (random.below(4) << 11) | (random.below(32) << 6) | (BASE << 3) | rd];
  if (kind < 80) return [0x8000 | (random.below(2) << 11) | (random.below(32) << 6) | (BASE << 3) | rd];
  if (kind < 83) return [0x9000 | (random.below(2) << 11) | (rd << 8) | (128 + random.below(128))];
  if (kind < 86) return [0xa000 | (random.below(2) << 11) | (rd << 8) | random.below(256)];
  if (kind === 86) return [0x4800 | (rd << 8) | random.below(128)]; // ldr rd, [pc, #offset]
  if (kind < 89) {
    const amount = random.below(128);
    return [0xb000 | 0x80 | amount, 0xb000 | amount];
  }
  if (kind < 92) return stackPair(random);
  if (kind < 94) return multipleTransfer(random);
  const skip = random.below(Math.min(after, 4) + 1);
  if (skip === 0) return [0x46c0]; // mov r8, r8
  // The target is `skip` halfwords on; offsets count from two halfwords on.
  if (random.chance(4) && after > skip) return [0xf000, 0xf800 | skip];
  if (random.chance(3)) return [0xe000 | ((skip - 1) & 0x7ff)];
  return [0xd000 | (random.below(14) << 8) | ((skip - 1) & 0xff)];
}

function highRegisters(random: Random): number {
  const rd = random.pick(HIGH_WRITABLE);
  const rm = random.chance(8) ? 15 : random.below(15);
  const operation = rd < 8 && rm < 8 ? 2 : random.below(3);
  if (operation === 1 && rm === 15) return 0x46c0;
  if (rd < 8 && rm < 8) return 0x4600 | ((rd | 8) << 3) | rd;
  return 0x4400 | (operation << 8) | ((rd & 8) << 4) | (rm << 3) | (rd & 7);
}

/** A push and a pop of equally many registers. */
function stackPair(random: Random): readonly number[] {
  const pushed = random.below(256);
  let n = registerCount(pushed);
  const withLink = random.chance(2) || n === 0;
  if (withLink) n++;
  if (n > FREE.length) return [0x46c0];
  let popped = 0;
  const order = [...FREE];
  for (let i = 0; i < n; i++) popped |= 1 << order.splice(random.below(order.length), 1)[0]!;
  return [0xb400 | (withLink ? 0x100 : 0) | pushed, 0xbc00 | popped];
}

/** STMIA, or LDMIA, with an even number of registers to keep the base a multiple of 8. */
function multipleTransfer(random: Random): readonly number[] {
  const list = random.pick([0x03, 0x05, 0x0f, 0x30, 0x3c, 0x3f, 0x21]);
  return [0xc000 | (random.below(2) << 11) | (BASE << 8) | list];
}

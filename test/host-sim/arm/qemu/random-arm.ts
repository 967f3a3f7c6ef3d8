/**
 * Random ARM instructions whose result the architecture defines, and whose memory accesses stay in the data area.
 *
 * Register use: r12 points to the middle of the data area, always a multiple of 8, and moves only by write-back of
 * small multiples of 8; r11 is an index, a multiple of 8 below 256; r13 belongs to the surrounding program.
 */

import { registerCount } from "../../../../src/host-sim/arm/cycles.ts";
import type { Random } from "./random.ts";

const FREE: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14];
const READABLE: readonly number[] = [...FREE, 11, 12, 13];
const BASE = 12;
const INDEX = 11;

const conditionOf = (random: Random): number => (random.chance(2) ? 14 : random.below(15));

/** @param after how many instructions of the block follow: branches stay within them */
export function randomArm(random: Random, after: number): number {
  const condition = conditionOf(random) << 28;
  const kind = random.below(100);
  if (kind < 50) return condition | dataProcessing(random);
  if (kind < 56) return condition | multiply(random);
  if (kind < 64) return condition | dspOrStatus(random);
  if (kind < 78) return condition | transfer(random);
  if (kind < 88) return condition | extraTransfer(random);
  if (kind < 94) return condition | blockTransfer(random);
  if (kind < 95) return condition | 0x0100_0090 | (random.below(2) << 22) | (BASE << 16) | differentPair(random);
  if (kind < 96) return 0xf5d0_f000 | (BASE << 16) | random.below(64); // PLD
  const skip = random.below(Math.min(after, 4) + 1);
  if (skip === 0) return condition | dataProcessing(random);
  return condition | 0x0a00_0000 | (random.below(4) === 0 ? 0x0100_0000 : 0) | ((skip - 1) & 0xff_ffff);
}

function dataProcessing(random: Random): number {
  const opcode = random.below(16);
  const compares = (opcode & 12) === 8;
  const flags = compares || random.chance(2) ? 1 : 0;
  const rd = compares ? 0 : random.pick(FREE);
  const form = random.below(4);
  const canReadPc = form !== 3 && random.chance(16);
  const rn = opcode === 13 || opcode === 15 ? 0 : canReadPc ? 15 : random.pick(READABLE);
  const base = (opcode << 21) | (flags << 20) | (rn << 16) | (rd << 12);
  if (form < 2) return base | 0x0200_0000 | ((random.chance(2) ? 0 : random.below(16)) << 8) | random.below(256);
  const rm = form === 2 && random.chance(16) ? 15 : random.pick(READABLE);
  const shift = random.below(4) << 5;
  if (form === 2) return base | (random.chance(2) ? 0 : (random.below(32) << 7) | shift) | rm;
  return base | 0x10 | (random.pick(READABLE) << 8) | shift | rm;
}

function multiply(random: Random): number {
  const [high, low, rm] = different(random, 3);
  const opcode = random.pick([0, 1, 4, 5, 6, 7]);
  const accumulator = opcode === 0 ? 0 : low;
  return (
    (opcode << 21) | (random.below(2) << 20) | (high << 16) | (accumulator << 12) | (random.pick(FREE) << 8) | 0x90 | rm
  );
}

function dspOrStatus(random: Random): number {
  const [high, low, rm] = different(random, 3);
  const rs = random.pick(READABLE);
  switch (random.below(8)) {
    case 0:
      return 0x016f_0f10 | (low << 12) | random.pick(READABLE); // CLZ
    case 1:
    case 2:
      return 0x0100_0050 | (random.below(4) << 21) | (rs << 16) | (low << 12) | rm; // QADD family
    case 3:
      return 0x010f_0000 | (low << 12); // MRS
    case 4:
      return 0x0128_f000 | rs; // MSR CPSR_f
    default: {
      const opcode = random.below(4);
      const accumulator = opcode === 3 || opcode === 1 ? 0 : low;
      const halves = opcode === 1 ? random.pick([0x80, 0xc0, 0xa0, 0xe0]) : 0x80 | (random.below(4) << 5);
      const ra = opcode === 1 && (halves & 0x20) === 0 ? low : accumulator;
      return 0x0100_0000 | (opcode << 21) | (high << 16) | (ra << 12) | (rs << 8) | halves | rm;
    }
  }
}

function transfer(random: Random): number {
  const load = random.below(2);
  const byte = random.below(2);
  const rd = random.pick(FREE);
  const up = random.below(2);
  if (random.chance(8)) return 0x051f_0000 | (rd << 12) | (4 * random.below(32)); // LDR rd, [pc, #-offset]
  const base = 0x0400_0000 | (up << 23) | (byte << 22) | (load << 20) | (BASE << 16) | (rd << 12);
  if (random.chance(3)) {
    const shift = random.pick([0, 0, 1, 2]);
    return base | 0x0300_0000 | (shift << 7) | INDEX | (random.chance(4) ? 0x0020_0000 : 0);
  }
  const [indexing, writesBack] = random.pick(INDEXINGS);
  const offset = writesBack ? 8 * random.below(8) : byte === 1 ? random.below(512) : 4 * random.below(128);
  return base | indexing | offset;
}

/** P and W bits, and whether the base changes. */
const INDEXINGS: readonly (readonly [bits: number, writesBack: boolean])[] = [
  [0x0100_0000, false],
  [0x0120_0000, true],
  [0x0000_0000, true],
];

function extraTransfer(random: Random): number {
  const kind = random.pick(["LDRH", "STRH", "LDRSB", "LDRSH", "LDRD", "STRD"] as const);
  const double = kind === "LDRD" || kind === "STRD";
  const rd = double ? 2 * random.below(5) : random.pick(FREE);
  const opcode = { LDRH: 0x0010_00b0, STRH: 0xb0, LDRSB: 0x0010_00d0, LDRSH: 0x0010_00f0, LDRD: 0xd0, STRD: 0xf0 };
  const base = opcode[kind] | (random.below(2) << 23) | (BASE << 16) | (rd << 12);
  const [indexing, writesBack] = random.pick(INDEXINGS);
  if (random.chance(3)) return base | indexing | INDEX;
  const step = writesBack || double ? 8 : kind === "LDRSB" ? 1 : 2;
  const offset = step * random.below(Math.floor((writesBack ? 64 : 256) / step));
  return base | 0x0040_0000 | indexing | ((offset & 0xf0) << 4) | (offset & 15);
}

/** Lists have an even length when they write back, to keep the base a multiple of 8. */
function blockTransfer(random: Random): number {
  const load = random.below(2);
  const writesBack = random.below(2);
  let list = 0;
  for (const register of FREE) if (random.chance(3)) list |= 1 << register;
  if (writesBack === 1 && registerCount(list) % 2 === 1) list ^= 1;
  if (list === 0) list = 0x0011;
  return 0x0800_0000 | (random.below(4) << 23) | (writesBack << 21) | (load << 20) | (BASE << 16) | list;
}

function different(random: Random, n: number): [number, number, number] {
  const registers: number[] = [];
  while (registers.length < n) {
    const register = random.pick(FREE);
    if (!registers.includes(register)) registers.push(register);
  }
  return [registers[0]!, registers[1]!, registers[2]!];
}

/** rd and rm of a swap. */
function differentPair(random: Random): number {
  const [rd, rm] = different(random, 3);
  return (rd << 12) | rm;
}

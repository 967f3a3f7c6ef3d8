/**
 * A program that runs blocks of random instructions from many register states and keeps every outcome.
 *
 * The same image runs under `qemu-arm` (as a static executable) and on our core (ITCM and DTCM hold the two segments):
 *
 * | address | what |
 * |---|---|
 * | 0x00000100 | driver, then the blocks |
 * | 0x00400000 | data area of 0x8000 bytes, r12 (ARM) or r7 (Thumb) points around its middle |
 * | 0x00408000 | context: what the driver knows, r13 points here |
 * | 0x00409000 | register states, 64 bytes each |
 * | 0x60000000 | outcomes: 15 words per run (r0 to r12, r14, CPSR) |
 *
 * For each block and each state, the driver loads registers and flags, runs the block and appends the outcome. It ends by
 * a software interrupt, which on Linux writes data area and outcomes to the standard output and exits.
 */

import { Random } from "./random.ts";
import { randomArm } from "./random-arm.ts";
import { randomThumb } from "./random-thumb.ts";

export const DATA_ADDRESS = 0x0040_0000;
export const DATA_BYTES = 0x8000;
export const OUTCOME_ADDRESS = 0x6000_0000;
export const OUTCOME_WORDS = 15;
const CONTEXT = 0x0040_8000;
const STATES = 0x0040_9000;
const STATE_BYTES = 64;
export const ENTRY = 0x100;
const BLOCKS = 0x400;
const CODE_END = 0x8000;
const MOST_BLOCKS = 400;
/** Addresses of the blocks, bit 0 set for Thumb. */
const TABLE = CODE_END - 4 * MOST_BLOCKS;

/** Offsets in the context, above the 15 words of the outcome. */
const STATE_POINTER = 64;
const OUTCOME_POINTER = 68;
const TARGET = 72;
const BLOCK_POINTER = 76;

export interface RandomProgram {
  readonly thumb: boolean;
  /** From address 0 and from 0x400000. */
  readonly code: Uint8Array;
  readonly data: Uint8Array;
  readonly blocks: number;
  readonly states: number;
  /** Halfwords or words per block that were drawn at random. */
  readonly blockInstructions: number;
  readonly blockAddresses: readonly number[];
}

export interface ProgramShape {
  readonly seed: number;
  readonly thumb: boolean;
  readonly blockInstructions: number;
  readonly states: number;
  /** How many blocks, at most {@link MOST_BLOCKS} and what the ITCM holds. */
  readonly blocks: number;
}

export function randomProgram(shape: ProgramShape): RandomProgram {
  const random = new Random(shape.seed);
  const code = new Uint8Array(CODE_END);
  const data = new Uint8Array(0x1_0000);
  const view = new DataView(data.buffer);
  for (let at = 0; at < DATA_BYTES; at += 4) view.setInt32(at, random.word(), true);
  for (let state = 0; state < shape.states; state++) {
    const at = STATES - DATA_ADDRESS + state * STATE_BYTES;
    for (let word = 0; word < 14; word++) view.setInt32(at + 4 * word, random.interestingWord(), true);
    const middle = DATA_ADDRESS + 0x3000 + 8 * random.below(0x400);
    const index = 8 * random.below(32);
    view.setInt32(at + 4 * (shape.thumb ? 7 : 12), middle, true);
    view.setInt32(at + 4 * (shape.thumb ? 6 : 11), index, true);
    view.setInt32(at + 4 * 14, (random.below(16) << 28) | (random.below(2) << 27), true);
  }
  const blockAddresses: number[] = [];
  const codeView = new DataView(code.buffer);
  let at = BLOCKS;
  const longest = 4 * shape.blockInstructions + 16;
  while (at + longest < TABLE && blockAddresses.length < Math.min(shape.blocks, MOST_BLOCKS)) {
    blockAddresses.push(at);
    at = shape.thumb ? thumbBlock(codeView, at, random, shape) : armBlock(codeView, at, random, shape);
  }
  blockAddresses.forEach((address, i) => {
    codeView.setInt32(TABLE + 4 * i, address | (shape.thumb ? 1 : 0), true);
  });
  driver(codeView, blockAddresses.length, shape.states);
  return { ...shape, code, data, blocks: blockAddresses.length, blockAddresses };
}

function armBlock(view: DataView, start: number, random: Random, shape: ProgramShape): number {
  for (let i = 0; i < shape.blockInstructions; i++) {
    view.setInt32(start + 4 * i, randomArm(random, shape.blockInstructions - 1 - i), true);
  }
  const end = start + 4 * shape.blockInstructions;
  view.setInt32(end, branch(end, EPILOGUE), true);
  return end + 4;
}

function thumbBlock(view: DataView, start: number, random: Random, shape: ProgramShape): number {
  let at = start;
  let left = shape.blockInstructions;
  // A branch must not jump between a push and its pop: it may only skip what is drawn one by one after it.
  let guarded = 0;
  while (left > 0) {
    let halves = randomThumb(random, guarded > 0 ? 0 : left - 1);
    if (halves.length > left || (guarded > 0 && halves.length > 1)) halves = [0x46c0];
    const half = halves[0]!;
    if (half >= 0xd000) guarded = 5;
    for (const each of halves) {
      view.setUint16(at, each, true);
      at += 2;
    }
    left -= halves.length;
    guarded--;
  }
  if ((at & 2) !== 0) {
    view.setUint16(at, 0x46c0, true);
    at += 2;
  }
  view.setUint16(at, 0x4778, true); // bx pc
  view.setUint16(at + 2, 0x46c0, true);
  view.setInt32(at + 4, branch(at + 4, EPILOGUE), true);
  return at + 8;
}

function branch(from: number, to: number): number {
  return 0xea00_0000 | (((to - from - 8) >> 2) & 0xff_ffff);
}

const EPILOGUE = ENTRY + 4 * 24;

/** `mov rd, #value` in as many instructions as bytes. */
function load(rd: number, value: number): number[] {
  const words = [0xe3a0_0000 | (rd << 12) | (value & 0xff)];
  for (let byte = 1; byte < 4; byte++) {
    const part = (value >>> (8 * byte)) & 0xff;
    words.push(0xe380_0000 | (rd << 16) | (rd << 12) | ((16 - 4 * byte) << 8) | part);
  }
  return words;
}

function driver(view: DataView, blocks: number, states: number): void {
  const put = (at: number, words: readonly number[]): number => {
    words.forEach((word, i) => {
      view.setInt32(at + 4 * i, word, true);
    });
    return at + 4 * words.length;
  };
  const storeContext = (rd: number, offset: number): number => 0xe58d_0000 | (rd << 12) | offset;
  const loadContext = (rd: number, offset: number): number => 0xe59d_0000 | (rd << 12) | offset;
  const statesEnd = STATES + STATE_BYTES * states;
  const outcomeBytes = 4 * OUTCOME_WORDS * blocks * states;

  let at = put(ENTRY, [
    ...load(13, CONTEXT),
    ...load(0, OUTCOME_ADDRESS),
    storeContext(0, OUTCOME_POINTER),
    ...load(0, TABLE),
    storeContext(0, BLOCK_POINTER),
    ...load(0, STATES), // what `run` expects
  ]);
  const run = EPILOGUE + 4 * 40;
  at = put(at, [branch(at, run)]);
  if (at > EPILOGUE) throw new Error("driver overlaps its epilogue");

  at = put(EPILOGUE, [
    0xe88d_1fff, // stmia r13, {r0-r12}
    storeContext(14, 52),
    0xe10f_0000, // mrs r0, cpsr
    storeContext(0, 56),
    loadContext(12, OUTCOME_POINTER),
    0xe89d_00ff, // ldmia r13, {r0-r7}
    0xe8ac_00ff, // stmia r12!, {r0-r7}
    0xe28d_e020, // add r14, r13, #32
    0xe89e_007f, // ldmia r14, {r0-r6}
    0xe8ac_007f, // stmia r12!, {r0-r6}
    storeContext(12, OUTCOME_POINTER),
    loadContext(0, STATE_POINTER),
    0xe280_0040, // add r0, r0, #64
    ...load(1, statesEnd),
    0xe150_0001, // cmp r0, r1
  ]);
  const wrap = [
    ...load(0, STATES),
    loadContext(2, BLOCK_POINTER),
    0xe282_2004, // add r2, r2, #4
    storeContext(2, BLOCK_POINTER),
    ...load(1, TABLE + 4 * blocks),
    0xe152_0001, // cmp r2, r1
  ];
  const finish = run + 4 * 12;
  at = put(at, [0x3a00_0000 | (((run - at - 8) >> 2) & 0xff_ffff)]); // blo run
  at = put(at, wrap);
  at = put(at, [0x0a00_0000 | (((finish - at - 8) >> 2) & 0xff_ffff)]); // beq finish
  if (at > run) throw new Error("epilogue overlaps");

  at = put(run, [
    storeContext(0, STATE_POINTER),
    loadContext(1, BLOCK_POINTER),
    0xe591_1000, // ldr r1, [r1]
    storeContext(1, TARGET),
    0xe590_1038, // ldr r1, [r0, #56]
    0xe128_f001, // msr cpsr_f, r1
    0xe1a0_e000, // mov r14, r0
    0xe89e_1fff, // ldmia r14, {r0-r12}
    0xe59e_e034, // ldr r14, [r14, #52]
    loadContext(15, TARGET),
  ]);
  if (at > finish) throw new Error("driver overlaps its end");

  const write = (address: number, bytes: number): number[] => [
    ...load(0, 1),
    ...load(1, address),
    ...load(2, bytes),
    0xe3a0_7004, // mov r7, #4
    0xef00_0000,
  ];
  at = put(finish, [
    ...write(DATA_ADDRESS, DATA_BYTES),
    ...write(OUTCOME_ADDRESS, outcomeBytes),
    0xe3a0_0000,
    0xe3a0_7001, // exit(0)
    0xef00_0000,
  ]);
  if (at > BLOCKS) throw new Error("driver overlaps the blocks");
}

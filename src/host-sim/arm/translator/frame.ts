/**
 * What the translators of instructions share: the function being written, its locals, and the fields of micro-operations.
 */

import { FunctionWriter, I32 } from "../../../codegen/wasm/module-writer.ts";
import { STATE_OFFSET } from "../core-memory.ts";
import { registerCount } from "../cycles.ts";
import { Op } from "../micro-op.ts";
import { CodeWriter } from "./code-writer.ts";
import { type FlagLocals, Flags } from "./flags.ts";
import type { CodeKey } from "./region.ts";

/** Parameters of the function: offset of the core in the memory, block or instruction to begin with, cycles left. */
export const BASE = 0;
export const START = 1;
export const LEFT = 2;

/** What the code of an instruction needs of the function that it is part of. */
export interface Surroundings {
  /** Reads a word of the ITCM, which the translation then depends on. */
  literal(address: number): number;
  /** Writes code that leaves the function before the instruction at `key`, for the interpreter to execute it. */
  leaveBefore(key: CodeKey): void;
  /**
   * Writes code for an access of the instruction at `key` to something beyond the TCMs: what `call` writes calls the
   * chip. Afterwards {@link LEFT} is less by wait cycles; the function is left if the access ended in an abort.
   */
  access(key: CodeKey, call: () => void): void;
}

export const operation = (w0: number): number => w0 & 0xff;
export const rdOf = (w0: number): number => (w0 >>> 12) & 15;
export const rnOf = (w0: number): number => (w0 >>> 16) & 15;
export const rmOf = (w0: number): number => (w0 >>> 20) & 15;
export const operandOf = (w0: number): number => (w0 >>> 24) & 15;

/** Offset from {@link BASE} of a word of the core's state. */
export function stateOffset(word: number): number {
  return STATE_OFFSET + 4 * word;
}

/** Cycles when the condition passes. */
export function cyclesOf(w0: number, w1: number): number {
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

export class Frame {
  readonly function: FunctionWriter = new FunctionWriter([I32, I32, I32], [I32]);
  readonly code: CodeWriter = new CodeWriter(this.function);
  /** Locals of r0 to r14. */
  readonly registers: readonly number[];
  readonly flagLocals: FlagLocals;
  readonly flags: Flags;
  /** Added to a DTCM address gives its offset in memory. */
  readonly dtcm: number;
  /** An i64 for intermediate results. */
  readonly wide: number;
  readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    const { code } = this;
    this.surroundings = surroundings;
    this.registers = Array.from({ length: 15 }, () => code.local());
    this.flagLocals = { n: code.local(), z: code.local(), c: code.local(), v: code.local() };
    this.flags = new Flags(code, this.flagLocals);
    this.dtcm = code.local();
    this.wide = code.local64();
  }
}

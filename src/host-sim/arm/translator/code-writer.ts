/**
 * WebAssembly instructions by name, with labels instead of nesting depths.
 *
 * @see WebAssembly core specification 2.0, section 5.4
 */

import { ByteWriter, type FunctionWriter, I32, I64, VOID } from "../../../codegen/wasm/module-writer.ts";

/** Numeric instructions without immediates. */
export const Wasm = {
  EQZ: 0x45,
  EQ: 0x46,
  NE: 0x47,
  LT_S: 0x48,
  LT_U: 0x49,
  GT_S: 0x4a,
  GT_U: 0x4b,
  LE_S: 0x4c,
  LE_U: 0x4d,
  GE_S: 0x4e,
  GE_U: 0x4f,
  CLZ: 0x67,
  ADD: 0x6a,
  SUB: 0x6b,
  MUL: 0x6c,
  AND: 0x71,
  OR: 0x72,
  XOR: 0x73,
  SHL: 0x74,
  SHR_S: 0x75,
  SHR_U: 0x76,
  ROTL: 0x77,
  ROTR: 0x78,
  I64_ADD: 0x7c,
  I64_SUB: 0x7d,
  I64_MUL: 0x7e,
  I64_AND: 0x83,
  I64_OR: 0x84,
  I64_SHL: 0x86,
  I64_SHR_S: 0x87,
  I64_SHR_U: 0x88,
  I64_GE_S: 0x59,
  WRAP: 0xa7,
  EXTEND_S: 0xac,
  EXTEND_U: 0xad,
  EXTEND8_S: 0xc0,
  EXTEND16_S: 0xc1,
  SELECT: 0x1b,
} as const;

/** Loads and stores with their natural alignment (as a power of two). */
export const Access = {
  LOAD: [0x28, 2],
  LOAD_64: [0x29, 3],
  LOAD8_S: [0x2c, 0],
  LOAD8_U: [0x2d, 0],
  LOAD16_S: [0x2e, 1],
  LOAD16_U: [0x2f, 1],
  STORE: [0x36, 2],
  STORE8: [0x3a, 0],
  STORE16: [0x3b, 1],
} as const;

export type AccessForm = (typeof Access)[keyof typeof Access];

/** An open block, loop or if; what `br` leaves or repeats. */
export type Label = number;

/** A piece of the code of a function; pieces may be written in any order and put together at the end. */
export class CodeWriter {
  readonly #function: FunctionWriter;
  readonly #bytes = new ByteWriter();
  /** Locals that are used here at all, and those that are set. */
  readonly used: Set<number> = new Set();
  readonly assigned: Set<number> = new Set();
  #depth = 0;
  /** Temporaries handed out since {@link releaseTemporaries}, and all there are. */
  #temporariesUsed = 0;
  readonly #temporaries: number[] = [];

  /** @param owner the function, which declares the locals */
  constructor(owner: FunctionWriter) {
    this.#function = owner;
  }

  finish(): Uint8Array {
    return this.#bytes.finish();
  }

  local(): number {
    return this.#function.local(I32);
  }

  local64(): number {
    return this.#function.local(I64);
  }

  /** A local for use until {@link releaseTemporaries}. */
  temporary(): number {
    const local = this.#temporaries[this.#temporariesUsed] ?? this.local();
    this.#temporaries[this.#temporariesUsed++] = local;
    return local;
  }

  releaseTemporaries(): void {
    this.#temporariesUsed = 0;
  }

  get(local: number): this {
    this.used.add(local);
    this.#bytes.byte(0x20).u32(local);
    return this;
  }

  set(local: number): this {
    this.used.add(local);
    this.assigned.add(local);
    this.#bytes.byte(0x21).u32(local);
    return this;
  }

  tee(local: number): this {
    this.used.add(local);
    this.assigned.add(local);
    this.#bytes.byte(0x22).u32(local);
    return this;
  }

  constant(value: number): this {
    this.#bytes.byte(0x41).s32(value);
    return this;
  }

  /** Small constants only. */
  constant64(value: number): this {
    this.#bytes.byte(0x42).s32(value);
    return this;
  }

  op(...codes: readonly number[]): this {
    this.#bytes.byte(...codes);
    return this;
  }

  access(form: AccessForm, offset: number): this {
    this.#bytes.byte(form[0], form[1]).u32(offset);
    return this;
  }

  block(): Label {
    this.op(0x02, VOID);
    return ++this.#depth;
  }

  loop(): Label {
    this.op(0x03, VOID);
    return ++this.#depth;
  }

  /** Takes a condition from the stack. */
  if(): Label {
    this.op(0x04, VOID);
    return ++this.#depth;
  }

  /** An if whose arms leave an i32. */
  ifValue(): Label {
    this.op(0x04, I32);
    return ++this.#depth;
  }

  else(): this {
    return this.op(0x05);
  }

  end(): this {
    this.#depth--;
    return this.op(0x0b);
  }

  br(label: Label): this {
    this.#bytes.byte(0x0c).u32(this.#depth - label);
    return this;
  }

  brIf(label: Label): this {
    this.#bytes.byte(0x0d).u32(this.#depth - label);
    return this;
  }

  /** @param index imported functions come first */
  call(index: number): this {
    this.#bytes.byte(0x10).u32(index);
    return this;
  }

  /** Pops an index of the imported table, below it the arguments. The function is of type 0. */
  callIndirect(): this {
    return this.op(0x11, 0, 0);
  }

  return(): this {
    return this.op(0x0f);
  }

  /** The last label is taken when the index is beyond. */
  brTable(labels: readonly Label[]): this {
    const code = this.#bytes;
    code.byte(0x0e).u32(labels.length - 1);
    for (const label of labels) code.u32(this.#depth - label);
    return this;
  }
}

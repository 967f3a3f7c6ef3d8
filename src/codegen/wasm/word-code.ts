import { type FunctionWriter, I32, VOID } from "./module-writer.ts";

/** Code that leaves one 32-bit word on the stack. */
export type Word = () => void;
/** A local of type i32. */
export type WordLocal = number;

/** Statements and expressions of 32-bit words, written in the order they are called in. Addresses are bytes. */
export class WordCode {
  readonly #f: FunctionWriter;

  constructor(f: FunctionWriter) {
    this.#f = f;
  }

  local(): WordLocal {
    return this.#f.local(I32);
  }

  get(local: WordLocal): Word {
    return () => {
      this.#f.code.byte(0x20).u32(local);
    };
  }

  constant(value: number): Word {
    return () => {
      this.#f.code.byte(0x41).s32(value);
    };
  }

  binary(operation: BinaryOperation, a: Word, b: Word): Word {
    return () => {
      a();
      b();
      this.#f.code.byte(BINARY[operation]);
    };
  }

  add(a: Word, ...others: readonly Word[]): Word {
    return others.reduce((sum, term) => this.binary("add", sum, term), a);
  }

  not(a: Word): Word {
    return () => {
      a();
      this.#f.code.byte(0x45);
    };
  }

  /** Number of the lowest bit that is set. */
  lowestBit(a: Word): Word {
    return () => {
      a();
      this.#f.code.byte(0x68);
    };
  }

  countBits(a: Word): Word {
    return () => {
      a();
      this.#f.code.byte(0x69);
    };
  }

  /** One of two values, both of which are computed. */
  choose(condition: Word, a: Word, b: Word): Word {
    return () => {
      a();
      b();
      condition();
      this.#f.code.byte(0x1b);
    };
  }

  /** Word at an address. */
  load(address: Word, offsetBytes = 0): Word {
    return () => {
      address();
      this.#f.code.byte(0x28, 2).u32(offsetBytes);
    };
  }

  loadByte(address: Word): Word {
    return () => {
      address();
      this.#f.code.byte(0x2d, 0).u32(0);
    };
  }

  set(local: WordLocal, value: Word): void {
    value();
    this.#f.code.byte(0x21).u32(local);
  }

  advance(local: WordLocal, bytes: number): void {
    this.set(local, this.add(this.get(local), this.constant(bytes)));
  }

  store(address: Word, value: Word, offsetBytes = 0): void {
    address();
    value();
    this.#f.code.byte(0x36, 2).u32(offsetBytes);
  }

  storeByte(address: Word, value: Word): void {
    address();
    value();
    this.#f.code.byte(0x3a, 0).u32(0);
  }

  when(condition: Word, then: () => void, otherwise?: () => void): void {
    condition();
    this.#f.code.byte(0x04, VOID);
    then();
    if (otherwise !== undefined) {
      this.#f.code.byte(0x05);
      otherwise();
    }
    this.#f.code.byte(0x0b);
  }

  /** Repeats the body while the condition holds. */
  loopWhile(condition: Word, body: () => void): void {
    this.#f.code.byte(0x02, VOID, 0x03, VOID);
    this.not(condition)();
    this.#f.code.byte(0x0d).u32(1);
    body();
    this.#f.code.byte(0x0c).u32(0).byte(0x0b, 0x0b);
  }

  /** Does it once, then again while the condition holds. */
  repeatWhile(condition: Word, body: () => void): void {
    this.#f.code.byte(0x03, VOID);
    body();
    condition();
    this.#f.code.byte(0x0d).u32(0).byte(0x0b);
  }

  whileBelow(local: WordLocal, end: WordLocal, body: () => void): void {
    this.loopWhile(this.binary("ltU", this.get(local), this.get(end)), body);
  }

  /** Leaves the function. */
  giveBack(value: Word): void {
    value();
    this.#f.code.byte(0x0f);
  }

  /** Calls the function with this index in the module. */
  call(index: number, args: readonly Word[]): Word {
    return () => {
      for (const arg of args) arg();
      this.#f.code.byte(0x10).u32(index);
    };
  }

  /** Calls the function that the module's table has at `slot`; its type is that of the function with index `like`. */
  callIndirect(slot: Word, like: number, args: readonly Word[]): Word {
    return () => {
      for (const arg of args) arg();
      slot();
      this.#f.code.byte(0x11).u32(like).u32(0);
    };
  }

  /** Sequentially consistent, as all that follow. */
  atomicLoad(address: Word, offsetBytes = 0): Word {
    return () => {
      address();
      this.#f.code.byte(0xfe, 0x10, 2).u32(offsetBytes);
    };
  }

  atomicStore(address: Word, value: Word, offsetBytes = 0): void {
    address();
    value();
    this.#f.code.byte(0xfe, 0x17, 2).u32(offsetBytes);
  }

  atomicAdd(address: Word, value: Word, offsetBytes = 0): void {
    address();
    value();
    this.#f.code.byte(0xfe, 0x1e, 2).u32(offsetBytes).byte(0x1a);
  }

  /** Wakes all that wait at an address. */
  notify(address: Word): void {
    address();
    this.constant(-1)();
    this.#f.code.byte(0xfe, 0x00, 2).u32(0).byte(0x1a);
  }

  /** Sleeps while the word at an address has this value; {@link TIMED_OUT} if nothing woke it in time. */
  wait(address: Word, value: Word, nanoseconds: bigint): Word {
    return () => {
      address();
      value();
      this.#f.code.byte(0x42).s64(nanoseconds).byte(0xfe, 0x01, 2).u32(0);
    };
  }
}

/** What {@link WordCode.wait} gives when its time is over. */
export const TIMED_OUT = 2;

export type BinaryOperation = keyof typeof BINARY;

const BINARY = {
  eq: 0x46,
  ne: 0x47,
  ltU: 0x49,
  ltS: 0x48,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  divU: 0x6e,
  remU: 0x70,
  and: 0x71,
  or: 0x72,
  shl: 0x74,
  shrU: 0x76,
} as const;

/**
 * Condition flags during the translation of a block: which value each comes from, computed only where someone asks.
 *
 * At the beginning of a block the flags are in four locals, as words of the kind described in `state.ts`. After an
 * instruction that sets them they are known by its operands; {@link Flags.materialise} brings the locals up to date.
 */

import { type CodeWriter, Wasm } from "./code-writer.ts";

/** Locals that hold the flags between blocks. */
export interface FlagLocals {
  readonly n: number;
  readonly z: number;
  readonly c: number;
  readonly v: number;
}

/** Where C comes from; operands are locals that do not change any more. */
export type Carry =
  | { readonly from: "local" }
  | { readonly from: "constant"; readonly value: number }
  /** Local that is 0 or 1. */
  | { readonly from: "value"; readonly local: number }
  | { readonly from: "bit"; readonly local: number; readonly bit: number }
  /** a >= b, unsigned: no borrow. */
  | { readonly from: "subtraction"; readonly a: number; readonly b: number }
  /** result < a, unsigned. */
  | { readonly from: "addition"; readonly a: number; readonly result: number };

/** Where V comes from. */
type Overflow =
  | { readonly from: "local" }
  | { readonly from: "subtraction" | "addition"; readonly a: number; readonly b: number; readonly result: number };

const IN_LOCAL = { from: "local" } as const;

/** Comparison that a condition is, after a subtraction of b from a. */
const COMPARISONS: readonly (number | undefined)[] = [
  Wasm.EQ,
  Wasm.NE,
  Wasm.GE_U,
  Wasm.LT_U,
  undefined,
  undefined,
  undefined,
  undefined,
  Wasm.GT_U,
  Wasm.LE_U,
  Wasm.GE_S,
  Wasm.LT_S,
  Wasm.GT_S,
  Wasm.LE_S,
];

export class Flags {
  readonly #code: CodeWriter;
  readonly #locals: FlagLocals;
  /** Local that N and Z come from, if not from their own. */
  #result: number | undefined;
  #carry: Carry = IN_LOCAL;
  #overflow: Overflow = IN_LOCAL;
  /** All four come from this subtraction. */
  #compared: { readonly a: number; readonly b: number } | undefined;

  constructor(code: CodeWriter, locals: FlagLocals) {
    this.#code = code;
    this.#locals = locals;
  }

  /** The locals are up to date. */
  reset(): void {
    this.#result = undefined;
    this.#carry = IN_LOCAL;
    this.#overflow = IN_LOCAL;
    this.#compared = undefined;
  }

  /** After a logical instruction or multiplication; no carry given: C stays. */
  setLogical(result: number, carry?: Carry): void {
    this.#result = result;
    if (carry !== undefined) this.#carry = carry;
    this.#compared = undefined;
  }

  /** After result = a - b; `carry` where a carry went in. */
  setSubtraction(a: number, b: number, result: number, carry?: Carry): void {
    this.#result = result;
    this.#carry = carry ?? { from: "subtraction", a, b };
    this.#overflow = { from: "subtraction", a, b, result };
    this.#compared = carry === undefined ? { a, b } : undefined;
  }

  /** After result = a + b; `carry` where a carry went in. */
  setAddition(a: number, b: number, result: number, carry?: Carry): void {
    this.#result = result;
    this.#carry = carry ?? { from: "addition", a, result };
    this.#overflow = { from: "addition", a, b, result };
    this.#compared = undefined;
  }

  /** Writes code that brings the locals up to date; what is known of the flags stays. */
  materialise(): void {
    const { n, z, c, v } = this.#locals;
    if (this.#result !== undefined) this.#code.get(this.#result).tee(n).set(z);
    if (this.#carry.from !== "local") {
      this.pushCarry();
      this.#code.set(c);
    }
    if (this.#overflow.from !== "local") {
      this.#pushV();
      this.#code.set(v);
    }
  }

  /** Pushes N, Z, C and V in their places of a status register. */
  pushStatus(): void {
    const code = this.#code;
    this.#pushN();
    code.constant(1 << 31).op(Wasm.AND);
    this.#pushZ();
    code.op(Wasm.EQZ).constant(30).op(Wasm.SHL, Wasm.OR);
    this.pushCarry();
    code.constant(29).op(Wasm.SHL, Wasm.OR);
    this.#pushV();
    code.constant(31).op(Wasm.SHR_U).constant(28).op(Wasm.SHL, Wasm.OR);
  }

  /** All four from their places in the status register that is in local `status`. */
  setFromStatus(status: number): void {
    const code = this.#code;
    const { n, z, c, v } = this.#locals;
    code.get(status).set(n);
    code
      .get(status)
      .constant(-1)
      .op(Wasm.XOR)
      .constant(1 << 30)
      .op(Wasm.AND)
      .set(z);
    code.get(status).constant(29).op(Wasm.SHR_U).constant(1).op(Wasm.AND).set(c);
    code.get(status).constant(3).op(Wasm.SHL).set(v);
    this.reset();
  }

  /**
   * After whole turns of a delay loop: `result` is the counter after the last subtraction of 1. Writes to the locals,
   * which are up to date.
   */
  setLocalsFromDecrement(before: number, result: number): void {
    const code = this.#code;
    const { n, z, c, v } = this.#locals;
    code.get(result).tee(n).set(z);
    code.get(before).constant(0).op(Wasm.NE).set(c);
    code.get(before).constant(1).op(Wasm.XOR).get(before).get(result).op(Wasm.XOR, Wasm.AND).set(v);
  }

  /** Pushes 0 or 1. */
  pushCarry(): void {
    const code = this.#code;
    const carry = this.#carry;
    switch (carry.from) {
      case "local":
        code.get(this.#locals.c);
        break;
      case "constant":
        code.constant(carry.value);
        break;
      case "value":
        code.get(carry.local);
        break;
      case "bit":
        code.get(carry.local).constant(carry.bit).op(Wasm.SHR_U);
        if (carry.bit !== 31) code.constant(1).op(Wasm.AND);
        break;
      case "subtraction":
        code.get(carry.a).get(carry.b).op(Wasm.GE_U);
        break;
      case "addition":
        code.get(carry.result).get(carry.a).op(Wasm.LT_U);
        break;
    }
  }

  /** Pushes something that is not 0 if the condition (0 to 13) holds. */
  pushCondition(condition: number): void {
    const code = this.#code;
    const comparison = COMPARISONS[condition];
    if (this.#compared !== undefined && comparison !== undefined) {
      code.get(this.#compared.a).get(this.#compared.b).op(comparison);
      return;
    }
    switch (condition & ~1) {
      case 0:
        this.#pushZ();
        if (condition === 0) code.op(Wasm.EQZ);
        return;
      case 2:
        this.pushCarry();
        break;
      case 4:
        this.#pushN();
        code.constant(0).op(Wasm.LT_S);
        break;
      case 6:
        this.#pushV();
        code.constant(0).op(Wasm.LT_S);
        break;
      case 8:
        this.pushCarry();
        this.#pushZ();
        code.constant(0).op(Wasm.NE, Wasm.AND);
        break;
      case 10:
        this.#pushSignsAgree();
        break;
      default:
        this.#pushSignsAgree();
        this.#pushZ();
        code.constant(0).op(Wasm.NE, Wasm.AND);
    }
    if ((condition & 1) !== 0) code.op(Wasm.EQZ);
  }

  #pushSignsAgree(): void {
    this.#pushN();
    this.#pushV();
    this.#code.op(Wasm.XOR).constant(0).op(Wasm.GE_S);
  }

  #pushN(): void {
    this.#code.get(this.#result ?? this.#locals.n);
  }

  #pushZ(): void {
    this.#code.get(this.#result ?? this.#locals.z);
  }

  /** Pushes a word that is negative if V is set. */
  #pushV(): void {
    const code = this.#code;
    const overflow = this.#overflow;
    if (overflow.from === "local") {
      code.get(this.#locals.v);
      return;
    }
    const { a, b, result } = overflow;
    if (overflow.from === "subtraction") code.get(a).get(b);
    else code.get(b).get(result);
    code.op(Wasm.XOR).get(a).get(result).op(Wasm.XOR, Wasm.AND);
  }
}

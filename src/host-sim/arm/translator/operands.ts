/** The second operand of an instruction, and the carry of the shifter. */

import { Operand } from "../micro-op.ts";
import { Wasm } from "./code-writer.ts";
import type { Carry } from "./flags.ts";
import { type Frame, operandOf, rmOf } from "./frame.ts";

/** Pushes the operand. */
export function pushOperand(frame: Frame, w0: number, w1: number): void {
  const code = frame.code;
  const m = frame.registers[rmOf(w0)]!;
  switch (operandOf(w0)) {
    case Operand.IMMEDIATE:
    case Operand.ROTATED_IMMEDIATE:
      code.constant(w1);
      break;
    case Operand.REGISTER:
      code.get(m);
      break;
    case Operand.LSL:
      code.get(m).constant(w1).op(Wasm.SHL);
      break;
    case Operand.LSR:
      if (w1 === 32) code.constant(0);
      else code.get(m).constant(w1).op(Wasm.SHR_U);
      break;
    case Operand.ASR:
      code.get(m).constant(Math.min(w1, 31)).op(Wasm.SHR_S);
      break;
    case Operand.ROR:
      code.get(m).constant(w1).op(Wasm.ROTR);
      break;
    case Operand.RRX:
      code.get(m).constant(1).op(Wasm.SHR_U);
      frame.flags.pushCarry();
      code.constant(31).op(Wasm.SHL, Wasm.OR);
      break;
    case Operand.MINUS_REGISTER:
      code.constant(0).get(m).op(Wasm.SUB);
      break;
    case Operand.MINUS_LSL:
      code.constant(0).get(m).constant(w1).op(Wasm.SHL, Wasm.SUB);
      break;
    default:
      pushShiftByRegister(frame, operandOf(w0), m, w1);
  }
}

function pushShiftByRegister(frame: Frame, operand: number, m: number, rs: number): void {
  const code = frame.code;
  const amount = code.temporary();
  code.get(frame.registers[rs]!).constant(0xff).op(Wasm.AND).set(amount);
  switch (operand) {
    case Operand.LSL_REGISTER:
    case Operand.LSR_REGISTER: {
      const shift = operand === Operand.LSL_REGISTER ? Wasm.SHL : Wasm.SHR_U;
      code.get(m).get(amount).op(shift).constant(0).get(amount).constant(32).op(Wasm.LT_U, Wasm.SELECT);
      break;
    }
    case Operand.ASR_REGISTER:
      code.get(m).get(amount).constant(31).get(amount).constant(31).op(Wasm.LT_U, Wasm.SELECT, Wasm.SHR_S);
      break;
    default:
      code.get(m).get(amount).op(Wasm.ROTR);
  }
}

/** Puts the operand into local `b`; the carry of the shifter, or undefined where C stays. */
export function operandWithCarry(frame: Frame, w0: number, w1: number, b: number): Carry | undefined {
  const code = frame.code;
  const operand = operandOf(w0);
  if (operand === Operand.IMMEDIATE || operand === Operand.REGISTER) {
    pushOperand(frame, w0, w1);
    code.set(b);
    return undefined;
  }
  if (operand === Operand.ROTATED_IMMEDIATE) {
    code.constant(w1).set(b);
    return { from: "constant", value: w1 >>> 31 };
  }
  const m = code.temporary();
  code.get(frame.registers[rmOf(w0)]!).set(m);
  if (operand >= Operand.LSL_REGISTER) return shiftWithCarry(frame, operand, m, w1, b);
  pushOperand(frame, w0, w1);
  code.set(b);
  const bit = operand === Operand.LSL ? 32 - w1 : operand === Operand.RRX ? 0 : w1 - 1;
  return { from: "bit", local: m, bit };
}

/** In 64 bits, so that the bit shifted out last stays. An amount beyond 33 shifts everything out as 33 does. */
function shiftWithCarry(frame: Frame, operand: number, m: number, rs: number, b: number): Carry {
  const code = frame.code;
  const amount = code.temporary();
  const carry = code.temporary();
  code.get(frame.registers[rs]!).constant(0xff).op(Wasm.AND).set(amount);
  const pushLimited = (): void => {
    code.get(amount).constant(33).get(amount).constant(33).op(Wasm.LT_U, Wasm.SELECT, Wasm.EXTEND_U);
  };
  switch (operand) {
    case Operand.LSL_REGISTER:
      code.get(m).op(Wasm.EXTEND_U);
      pushLimited();
      code.op(Wasm.I64_SHL).tee(frame.wide).op(Wasm.WRAP).set(b);
      code.get(frame.wide).constant64(32).op(Wasm.I64_SHR_U, Wasm.WRAP).constant(1).op(Wasm.AND);
      break;
    case Operand.LSR_REGISTER:
    case Operand.ASR_REGISTER: {
      const signed = operand === Operand.ASR_REGISTER;
      code
        .get(m)
        .op(signed ? Wasm.EXTEND_S : Wasm.EXTEND_U)
        .constant64(1)
        .op(Wasm.I64_SHL);
      pushLimited();
      code
        .op(signed ? Wasm.I64_SHR_S : Wasm.I64_SHR_U)
        .tee(frame.wide)
        .constant64(1)
        .op(Wasm.I64_SHR_S, Wasm.WRAP);
      code.set(b).get(frame.wide).op(Wasm.WRAP).constant(1).op(Wasm.AND);
      break;
    }
    default:
      code.get(m).get(amount).op(Wasm.ROTR).tee(b).constant(31).op(Wasm.SHR_U);
  }
  frame.flags.pushCarry();
  code.get(amount).op(Wasm.SELECT).set(carry);
  return { from: "value", local: carry };
}

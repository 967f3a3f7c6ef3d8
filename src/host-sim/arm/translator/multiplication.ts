/** Multiplications and CLZ. */

import { Op } from "../micro-op.ts";
import { Q } from "../state.ts";
import { Access, Wasm } from "./code-writer.ts";
import { BASE, type Frame, operation, rdOf, rmOf, rnOf, stateOffset } from "./frame.ts";

export function multiply(frame: Frame, w0: number, w1: number): void {
  const code = frame.code;
  const rd = frame.registers[rdOf(w0)]!;
  const rn = frame.registers[rnOf(w0)]!;
  const rm = frame.registers[rmOf(w0)]!;
  const rs = frame.registers[w1 & 15]!;
  switch (operation(w0)) {
    case Op.MUL:
      code.get(rm).get(rs).op(Wasm.MUL).set(rd);
      break;
    case Op.MLA:
      code.get(rm).get(rs).op(Wasm.MUL).get(rn).op(Wasm.ADD).set(rd);
      break;
    case Op.MULS: {
      const result = code.temporary();
      code.get(rm).get(rs).op(Wasm.MUL).tee(result).set(rd);
      frame.flags.setLogical(result);
      break;
    }
    case Op.UMULL:
    case Op.UMLAL:
    case Op.SMULL:
    case Op.SMLAL: {
      const signed = operation(w0) >= Op.SMULL;
      const extend = signed ? Wasm.EXTEND_S : Wasm.EXTEND_U;
      code.get(rm).op(extend).get(rs).op(extend, Wasm.I64_MUL);
      if (operation(w0) === Op.UMLAL || operation(w0) === Op.SMLAL) {
        pushWide(frame, rd, rn);
        code.op(Wasm.I64_ADD);
      }
      popWide(frame, rd, rn);
      break;
    }
    case Op.SMULXY:
      pushHalfProduct(frame, rm, rs, w1);
      code.set(rd);
      break;
    case Op.SMLAXY:
      pushHalfProduct(frame, rm, rs, w1);
      accumulate(frame, rn, rd);
      break;
    case Op.SMULW:
      pushWordHalfProduct(frame, rm, rs, w1);
      code.set(rd);
      break;
    case Op.SMLAW:
      pushWordHalfProduct(frame, rm, rs, w1);
      accumulate(frame, rn, rd);
      break;
    case Op.SMLALXY:
      pushHalfProduct(frame, rm, rs, w1);
      code.op(Wasm.EXTEND_S);
      pushWide(frame, rd, rn);
      code.op(Wasm.I64_ADD);
      popWide(frame, rd, rn);
      break;
    default: // CLZ
      code.get(rm).op(Wasm.CLZ).set(rd);
  }
}

function pushWide(frame: Frame, high: number, low: number): void {
  const code = frame.code;
  code.get(high).op(Wasm.EXTEND_U).constant64(32).op(Wasm.I64_SHL).get(low).op(Wasm.EXTEND_U, Wasm.I64_OR);
}

function popWide(frame: Frame, high: number, low: number): void {
  const code = frame.code;
  code.tee(frame.wide).op(Wasm.WRAP).set(low);
  code.get(frame.wide).constant64(32).op(Wasm.I64_SHR_U, Wasm.WRAP).set(high);
}

function pushHalf(frame: Frame, local: number, top: boolean): void {
  frame.code.get(local);
  if (top) frame.code.constant(16).op(Wasm.SHR_S);
  else frame.code.op(Wasm.EXTEND16_S);
}

function pushHalfProduct(frame: Frame, rm: number, rs: number, w1: number): void {
  pushHalf(frame, rm, (w1 & 0x10) !== 0);
  pushHalf(frame, rs, (w1 & 0x20) !== 0);
  frame.code.op(Wasm.MUL);
}

function pushWordHalfProduct(frame: Frame, rm: number, rs: number, w1: number): void {
  const code = frame.code;
  code.get(rm).op(Wasm.EXTEND_S);
  pushHalf(frame, rs, (w1 & 0x20) !== 0);
  code.op(Wasm.EXTEND_S, Wasm.I64_MUL).constant64(16).op(Wasm.I64_SHR_S, Wasm.WRAP);
}

/** Adds the accumulator to the product on the stack; Q on overflow. */
function accumulate(frame: Frame, accumulator: number, rd: number): void {
  const code = frame.code;
  const product = code.temporary();
  const sum = code.temporary();
  code.tee(product).get(accumulator).op(Wasm.ADD).set(sum);
  code.get(product).get(sum).op(Wasm.XOR).get(accumulator).get(sum).op(Wasm.XOR, Wasm.AND);
  code.constant(0).op(Wasm.LT_S).if();
  code.get(BASE).constant(1).access(Access.STORE, stateOffset(Q)).end();
  code.get(sum).set(rd);
}

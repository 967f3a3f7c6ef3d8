/** Data-processing instructions. */

import { Op } from "../micro-op.ts";
import { Wasm } from "./code-writer.ts";
import { type Frame, operation, rdOf, rnOf } from "./frame.ts";
import { operandWithCarry, pushOperand } from "./operands.ts";

export function dataProcessing(frame: Frame, w0: number, w1: number): void {
  const code = frame.code;
  const op = operation(w0);
  const rd = frame.registers[rdOf(w0)]!;
  const rn = frame.registers[rnOf(w0)]!;
  if (op < Op.FLAGS) {
    pushUnflagged(frame, op, rn, w0, w1);
    code.set(rd);
    return;
  }
  const opcode = op - Op.FLAGS;
  const b = code.temporary();
  const result = code.temporary();
  if (isLogical(opcode)) {
    const carry = operandWithCarry(frame, w0, w1, b);
    if (opcode === Op.MOV || opcode === Op.MVN) code.get(b);
    else code.get(rn).get(b);
    logical(frame, opcode);
    code.set(result);
    frame.flags.setLogical(result, carry);
  } else {
    pushOperand(frame, w0, w1);
    code.set(b);
    const a = code.temporary();
    code.get(rn).set(a);
    arithmeticWithFlags(frame, opcode, a, b, result);
  }
  if ((opcode & 12) !== 8) code.get(result).set(rd);
}

/** Pushes the result. */
function pushUnflagged(frame: Frame, op: number, rn: number, w0: number, w1: number): void {
  const code = frame.code;
  switch (op) {
    case Op.MOV:
    case Op.MVN:
      pushOperand(frame, w0, w1);
      logical(frame, op);
      break;
    case Op.SUB:
      code.get(rn);
      pushOperand(frame, w0, w1);
      code.op(Wasm.SUB);
      break;
    case Op.RSB:
      pushOperand(frame, w0, w1);
      code.get(rn).op(Wasm.SUB);
      break;
    case Op.ADD:
      code.get(rn);
      pushOperand(frame, w0, w1);
      code.op(Wasm.ADD);
      break;
    case Op.ADC:
      code.get(rn);
      pushOperand(frame, w0, w1);
      code.op(Wasm.ADD);
      frame.flags.pushCarry();
      code.op(Wasm.ADD);
      break;
    case Op.SBC:
      code.get(rn);
      pushOperand(frame, w0, w1);
      code.op(Wasm.SUB).constant(1).op(Wasm.SUB);
      frame.flags.pushCarry();
      code.op(Wasm.ADD);
      break;
    case Op.RSC:
      pushOperand(frame, w0, w1);
      code.get(rn).op(Wasm.SUB).constant(1).op(Wasm.SUB);
      frame.flags.pushCarry();
      code.op(Wasm.ADD);
      break;
    default:
      code.get(rn);
      pushOperand(frame, w0, w1);
      logical(frame, op);
  }
}

/** Operands on the stack: b, below it a where there is one. */
function logical(frame: Frame, opcode: number): void {
  const code = frame.code;
  switch (opcode) {
    case 0: // AND
    case 8: // TST
      code.op(Wasm.AND);
      break;
    case 1: // EOR
    case 9: // TEQ
      code.op(Wasm.XOR);
      break;
    case 12: // ORR
      code.op(Wasm.OR);
      break;
    case 14: // BIC
      code.constant(-1).op(Wasm.XOR, Wasm.AND);
      break;
    case 15: // MVN
      code.constant(-1).op(Wasm.XOR);
      break;
    default: // MOV
  }
}

function arithmeticWithFlags(frame: Frame, opcode: number, a: number, b: number, result: number): void {
  const code = frame.code;
  const flags = frame.flags;
  const subtract = (x: number, y: number): void => {
    code.get(x).get(y).op(Wasm.SUB).set(result);
    flags.setSubtraction(x, y, result);
  };
  const subtractWithCarry = (x: number, y: number): void => {
    const carry = code.temporary();
    code.get(x).op(Wasm.EXTEND_U).get(y).op(Wasm.EXTEND_U, Wasm.I64_SUB).constant64(1).op(Wasm.I64_SUB);
    flags.pushCarry();
    code.op(Wasm.EXTEND_U, Wasm.I64_ADD).tee(frame.wide).op(Wasm.WRAP).set(result);
    code.get(frame.wide).constant64(0).op(Wasm.I64_GE_S).set(carry);
    flags.setSubtraction(x, y, result, { from: "value", local: carry });
  };
  switch (opcode) {
    case 2: // SUB
    case 10: // CMP
      subtract(a, b);
      break;
    case 3: // RSB
      subtract(b, a);
      break;
    case 4: // ADD
    case 11: // CMN
      code.get(a).get(b).op(Wasm.ADD).set(result);
      flags.setAddition(a, b, result);
      break;
    case 5: {
      // ADC
      const carry = code.temporary();
      code.get(a).op(Wasm.EXTEND_U).get(b).op(Wasm.EXTEND_U, Wasm.I64_ADD);
      flags.pushCarry();
      code.op(Wasm.EXTEND_U, Wasm.I64_ADD).tee(frame.wide).op(Wasm.WRAP).set(result);
      code.get(frame.wide).constant64(32).op(Wasm.I64_SHR_U, Wasm.WRAP).set(carry);
      flags.setAddition(a, b, result, { from: "value", local: carry });
      break;
    }
    case 6: // SBC
      subtractWithCarry(a, b);
      break;
    default: // RSC
      subtractWithCarry(b, a);
  }
}

function isLogical(opcode: number): boolean {
  return opcode < 2 || opcode === 8 || opcode === 9 || opcode >= 12;
}

/**
 * Loads and stores: those of the TCMs in place, stores to the ITCM and single accesses beyond the TCMs by a call of the
 * chip. Whatever else reaches beyond the DTCM (double and multiple transfers) leaves the function before its instruction.
 */

import { ITCM_BYTES } from "../core-memory.ts";
import { registerCount } from "../cycles.ts";
import { DTCM_ADDRESS } from "../data-side.ts";
import { Op, Operand } from "../micro-op.ts";
import { BUS_FUNCTION } from "./bus-functions.ts";
import { Access, type AccessForm, Wasm } from "./code-writer.ts";
import { BASE, type Frame, operandOf, operation, rdOf, rnOf } from "./frame.ts";
import { pushOperand } from "./operands.ts";
import type { CodeKey } from "./region.ts";

/** A kind of access: how the TCMs are accessed, how many bytes, what to call for the rest, how its result is widened. */
interface Form {
  readonly tcm: AccessForm;
  readonly bytes: number;
  readonly bus: number;
  readonly widen?: number;
}

const WORD: Form = { tcm: Access.LOAD, bytes: 4, bus: BUS_FUNCTION.load32 };

/** From LDR to STRH. */
const FORMS: readonly Form[] = [
  WORD,
  { tcm: Access.LOAD8_U, bytes: 1, bus: BUS_FUNCTION.load8 },
  { tcm: Access.LOAD16_U, bytes: 2, bus: BUS_FUNCTION.load16 },
  { tcm: Access.LOAD8_S, bytes: 1, bus: BUS_FUNCTION.load8, widen: Wasm.EXTEND8_S },
  { tcm: Access.LOAD16_S, bytes: 2, bus: BUS_FUNCTION.load16, widen: Wasm.EXTEND16_S },
  { tcm: Access.STORE, bytes: 4, bus: BUS_FUNCTION.store32 },
  { tcm: Access.STORE8, bytes: 1, bus: BUS_FUNCTION.store8 },
  { tcm: Access.STORE16, bytes: 2, bus: BUS_FUNCTION.store16 },
];

/** Pushes rn + b. */
export function pushAddress(frame: Frame, w0: number, w1: number): void {
  frame.code.get(frame.registers[rnOf(w0)]!);
  if (operandOf(w0) === Operand.IMMEDIATE && w1 === 0) return;
  pushOperand(frame, w0, w1);
  frame.code.op(Wasm.ADD);
}

export function transfer(frame: Frame, key: CodeKey, w0: number, w1: number): void {
  const code = frame.code;
  const op = operation(w0);
  const kind = op & 15;
  const post = op >= Op.LDR + Op.POST_INDEXED;
  const rd = frame.registers[rdOf(w0)]!;
  const rn = frame.registers[rnOf(w0)]!;
  const moved = code.temporary();
  const address = post ? code.temporary() : moved;
  pushAddress(frame, w0, w1);
  code.set(moved);
  if (post) code.get(rn).set(address);
  const writeBack = (): void => {
    if (op >= Op.LDR + Op.PRE_INDEXED) code.get(moved).set(rn);
  };
  if (kind < 5) {
    const value = code.temporary();
    code.get(address);
    load(frame, key, FORMS[kind]!, value);
    writeBack();
    code.get(value).set(rd);
  } else if (kind < 8) {
    const { tcm, bytes, bus } = FORMS[kind]!;
    pushOutsideDtcm(frame, address, bytes);
    code.if();
    frame.surroundings.access(key, () => code.get(BASE).get(address).get(rd).call(bus));
    code.else();
    code.get(address).get(frame.dtcm).op(Wasm.ADD).get(rd).access(tcm, 0);
    code.end();
    writeBack();
  } else {
    const second = frame.registers[rdOf(w0) + 1]!;
    const place = code.temporary();
    requireDtcm(frame, key, address, 8);
    code.get(address).get(frame.dtcm).op(Wasm.ADD).set(place);
    if (kind === 9) {
      code.get(place).get(rd).access(Access.STORE, 0);
      code.get(place).get(second).access(Access.STORE, 4);
      writeBack();
    } else {
      writeBack();
      code.get(place).access(Access.LOAD, 0).set(rd);
      code.get(place).access(Access.LOAD, 4).set(second);
    }
  }
}

/** Loads from the address on the stack into local `value`. */
function load(frame: Frame, key: CodeKey, { tcm, bytes, bus, widen }: Form, value: number): void {
  const code = frame.code;
  const address = code.temporary();
  code
    .tee(address)
    .constant(~0xffff | (bytes - 1))
    .op(Wasm.AND)
    .constant(DTCM_ADDRESS)
    .op(Wasm.EQ)
    .if();
  code.get(address).get(frame.dtcm).op(Wasm.ADD).access(tcm, 0).set(value);
  code.else();
  code
    .get(address)
    .constant(~(ITCM_BYTES - 1) | (bytes - 1))
    .op(Wasm.AND, Wasm.EQZ)
    .if();
  code.get(address).get(BASE).op(Wasm.ADD).access(tcm, 0).set(value);
  code.else();
  frame.surroundings.access(key, () => {
    code.get(BASE).get(address).call(bus);
    if (widen !== undefined) code.op(widen);
    code.set(value);
  });
  code.end().end();
}

/** Loads the word at the address on the stack into local `value`. */
export function loadWord(frame: Frame, key: CodeKey, value: number): void {
  load(frame, key, WORD, value);
}

/** Leaves the function unless `address` is an aligned one of the DTCM. */
function requireDtcm(frame: Frame, key: CodeKey, address: number, bytes: number): void {
  pushOutsideDtcm(frame, address, bytes);
  frame.code.if();
  frame.surroundings.leaveBefore(key);
  frame.code.end();
}

/** Pushes 0 if `address` is an aligned one of the DTCM. */
function pushOutsideDtcm({ code }: Frame, address: number, bytes: number): void {
  code
    .get(address)
    .constant(~0xffff | (bytes - 1))
    .op(Wasm.AND)
    .constant(DTCM_ADDRESS)
    .op(Wasm.NE);
}

export function loadLiteral(frame: Frame, key: CodeKey, w0: number, w1: number): void {
  const code = frame.code;
  const rd = frame.registers[rdOf(w0)]!;
  if ((w1 & (~(ITCM_BYTES - 1) | 3)) === 0) code.constant(frame.surroundings.literal(w1)).set(rd);
  else {
    const value = code.temporary();
    code.constant(w1);
    loadWord(frame, key, value);
    code.get(value).set(rd);
  }
}

/** @param forPc local that takes the word for r15 */
export function loadMultiple(frame: Frame, key: CodeKey, w0: number, w1: number, forPc: number | undefined): void {
  const code = frame.code;
  const rn = frame.registers[rnOf(w0)]!;
  const place = placeOfMultiple(frame, key, rn, w1);
  const delta = (w1 >> 24) << 2;
  if (delta !== 0) code.get(rn).constant(delta).op(Wasm.ADD).set(rn);
  let offset = 0;
  for (let register = 0; register < 16; register++) {
    if (((w1 >>> register) & 1) === 0) continue;
    code
      .get(place)
      .access(Access.LOAD, offset)
      .set(register === 15 ? forPc! : frame.registers[register]!);
    offset += 4;
  }
}

export function storeMultiple(frame: Frame, key: CodeKey, w0: number, w1: number): void {
  const code = frame.code;
  const rn = frame.registers[rnOf(w0)]!;
  const place = placeOfMultiple(frame, key, rn, w1);
  let offset = 0;
  for (let register = 0; register < 15; register++) {
    if (((w1 >>> register) & 1) === 0) continue;
    code.get(place).get(frame.registers[register]!).access(Access.STORE, offset);
    offset += 4;
  }
  const delta = (w1 >> 24) << 2;
  if (delta !== 0) code.get(rn).constant(delta).op(Wasm.ADD).set(rn);
}

/** Local with the offset in memory of a multiple transfer, which lies in the DTCM from its first to its last word. */
function placeOfMultiple(frame: Frame, key: CodeKey, rn: number, w1: number): number {
  const code = frame.code;
  const first = code.temporary();
  const start = ((w1 << 8) >> 24) << 2;
  code.get(rn).constant(start).op(Wasm.ADD).set(first);
  requireDtcm(frame, key, first, 4);
  const last = code.temporary();
  code
    .get(first)
    .constant(4 * registerCount(w1) - 4)
    .op(Wasm.ADD)
    .set(last);
  requireDtcm(frame, key, last, 4);
  const place = code.temporary();
  code.get(first).get(frame.dtcm).op(Wasm.ADD).set(place);
  return place;
}

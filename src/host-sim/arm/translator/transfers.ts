/** Loads and stores of the TCMs; all other accesses leave the function before their instruction. */

import { ITCM_BYTES } from "../core-memory.ts";
import { registerCount } from "../cycles.ts";
import { DTCM_ADDRESS } from "../data-side.ts";
import { Op, Operand } from "../micro-op.ts";
import { Access, type AccessForm, Wasm } from "./code-writer.ts";
import { BASE, type Frame, operandOf, operation, rdOf, rnOf } from "./frame.ts";
import { pushOperand } from "./operands.ts";
import type { CodeKey } from "./region.ts";

/** By kind of access, from LDR to STRH: how memory is accessed, and how many bytes. */
const FORMS: readonly (readonly [form: AccessForm, bytes: number])[] = [
  [Access.LOAD, 4],
  [Access.LOAD8_U, 1],
  [Access.LOAD16_U, 2],
  [Access.LOAD8_S, 1],
  [Access.LOAD16_S, 2],
  [Access.STORE, 4],
  [Access.STORE8, 1],
  [Access.STORE16, 2],
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
    const [form, bytes] = FORMS[kind]!;
    const value = code.temporary();
    code.get(address);
    load(frame, key, form, bytes, value);
    writeBack();
    code.get(value).set(rd);
  } else if (kind < 8) {
    const [form, bytes] = FORMS[kind]!;
    requireDtcm(frame, key, address, bytes);
    code.get(address).get(frame.dtcm).op(Wasm.ADD).get(rd).access(form, 0);
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
export function load(frame: Frame, key: CodeKey, form: AccessForm, bytes: number, value: number): void {
  const code = frame.code;
  const address = code.temporary();
  code
    .tee(address)
    .constant(~0xffff | (bytes - 1))
    .op(Wasm.AND)
    .constant(DTCM_ADDRESS)
    .op(Wasm.EQ)
    .ifValue();
  code.get(address).get(frame.dtcm).op(Wasm.ADD).access(form, 0);
  code.else();
  code
    .get(address)
    .constant(~(ITCM_BYTES - 1) | (bytes - 1))
    .op(Wasm.AND, Wasm.EQZ)
    .ifValue();
  code.get(address).get(BASE).op(Wasm.ADD).access(form, 0);
  code.else();
  frame.leaveBefore(key);
  code.end().end().set(value);
}

/** Leaves the function unless `address` is an aligned one of the DTCM. */
function requireDtcm(frame: Frame, key: CodeKey, address: number, bytes: number): void {
  const code = frame.code;
  code
    .get(address)
    .constant(~0xffff | (bytes - 1))
    .op(Wasm.AND)
    .constant(DTCM_ADDRESS)
    .op(Wasm.NE)
    .if();
  frame.leaveBefore(key);
  code.end();
}

export function loadLiteral(frame: Frame, key: CodeKey, w0: number, w1: number): void {
  const code = frame.code;
  const rd = frame.registers[rdOf(w0)]!;
  if ((w1 & (~(ITCM_BYTES - 1) | 3)) === 0) code.constant(frame.literal(w1)).set(rd);
  else {
    code.constant(w1);
    load(frame, key, Access.LOAD, 4, rd);
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

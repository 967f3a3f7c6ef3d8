/**
 * How translated code returns from an exception: CPSR from the SPSR of the current mode, banks of registers switched, in
 * WebAssembly itself, since every interrupt ends this way. `CoreState` does the same for all else.
 */

import { FunctionWriter, I32, writeModule } from "../../../codegen/wasm/module-writer.ts";
import { WASM, type WasmFunction, type WasmMemory, type WasmModule } from "../../../codegen/wasm/webassembly.ts";
import {
  BANKED_MODES,
  C,
  CONTROL,
  F_BIT,
  FIQ_8_TO_12,
  I_BIT,
  LINES,
  N,
  Q,
  SHARED_8_TO_12,
  SPSR,
  STACK_AND_LINK,
  T,
  V,
  Z,
} from "../state.ts";
import { Access, CodeWriter, Wasm } from "./code-writer.ts";
import { BASE, stateOffset } from "./frame.ts";

const FIQ_BANK = 1;
const MASKS = I_BIT | F_BIT;

let statusRestoreModule: WasmModule | undefined;

/**
 * The function for the cores of a memory. Parameter: offset of a core, whose registers are all in its state, r15 being
 * where to go on, and whose mode has an SPSR. Returns 1 if an interrupt is to be taken first, else 0.
 */
export function statusRestore(memory: WasmMemory): WasmFunction {
  statusRestoreModule ??= new WASM.Module(writeStatusRestore());
  return new WASM.Instance(statusRestoreModule, { env: { memory } }).exports.restore as WasmFunction;
}

function writeStatusRestore(): Uint8Array<ArrayBuffer> {
  const restore = new FunctionWriter([I32], [I32]);
  const code = new CodeWriter(restore);
  const [status, mode, from, to, at, kept, taken] = Array.from({ length: 7 }, () => code.local()) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const pushWord = (word: number): CodeWriter => code.get(BASE).access(Access.LOAD, stateOffset(word));
  const setWord = (word: number, push: () => void): void => {
    code.get(BASE);
    push();
    code.access(Access.STORE, stateOffset(word));
  };
  const setBank = (bank: number): void => {
    code.constant(0).set(bank);
    for (const [number, banked] of BANKED_MODES) {
      code.constant(number).get(bank).get(mode).constant(banked).op(Wasm.EQ, Wasm.SELECT).set(bank);
    }
  };
  const pushStatusBit = (bit: number): CodeWriter =>
    code.get(status).constant(bit).op(Wasm.SHR_U).constant(1).op(Wasm.AND);

  pushWord(CONTROL).constant(0x1f).op(Wasm.AND).set(mode);
  setBank(from);
  code.get(from).constant(2).op(Wasm.SHL).get(BASE).op(Wasm.ADD).access(Access.LOAD, stateOffset(SPSR)).set(status);
  code.get(status).constant(0x1f).op(Wasm.AND).set(mode);
  setBank(to);

  setWord(N, () => code.get(status));
  setWord(Z, () =>
    code
      .get(status)
      .constant(-1)
      .op(Wasm.XOR)
      .constant(1 << 30)
      .op(Wasm.AND),
  );
  setWord(C, () => pushStatusBit(29));
  setWord(V, () => code.get(status).constant(3).op(Wasm.SHL));
  setWord(Q, () => pushStatusBit(27));
  setWord(T, () => pushStatusBit(5));
  setWord(CONTROL, () =>
    code
      .get(status)
      .constant(MASKS | 0x1f)
      .op(Wasm.AND),
  );
  setWord(15, () => {
    pushWord(15).constant(~1).constant(~3);
    pushStatusBit(5).op(Wasm.SELECT, Wasm.AND);
  });

  code.get(from).get(to).op(Wasm.NE).if();
  for (const [bank, save] of [
    [from, true],
    [to, false],
  ] as const) {
    code.get(bank).constant(3).op(Wasm.SHL).get(BASE).op(Wasm.ADD).set(at);
    for (const word of [0, 1]) {
      const offset = stateOffset(STACK_AND_LINK + word);
      if (save) {
        code.get(at);
        pushWord(13 + word).access(Access.STORE, offset);
      } else setWord(13 + word, () => code.get(at).access(Access.LOAD, offset));
    }
  }
  code.get(from).constant(FIQ_BANK).op(Wasm.EQ).get(to).constant(FIQ_BANK).op(Wasm.EQ, Wasm.OR).if();
  for (const [local, toFiq, toOthers] of [
    [kept, SHARED_8_TO_12, FIQ_8_TO_12],
    [taken, FIQ_8_TO_12, SHARED_8_TO_12],
  ] as const) {
    code.constant(stateOffset(toFiq)).constant(stateOffset(toOthers));
    code.get(to).constant(FIQ_BANK).op(Wasm.EQ, Wasm.SELECT).get(BASE).op(Wasm.ADD).set(local);
  }
  for (let i = 0; i < 5; i++) {
    code.get(kept);
    pushWord(8 + i).access(Access.STORE, 4 * i);
    setWord(8 + i, () => code.get(taken).access(Access.LOAD, 4 * i));
  }
  code.end().end();

  pushWord(LINES);
  pushWord(CONTROL).constant(-1).op(Wasm.XOR, Wasm.AND).constant(MASKS).op(Wasm.AND).constant(0).op(Wasm.NE);
  restore.code.bytes(code.finish());
  return writeModule({ memory: { initial: 1, maximum: 65_536, shared: false } }, { restore });
}

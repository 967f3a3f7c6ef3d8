/**
 * Runs translated code of the cores of one memory, from function to function until cycles are used up or there is none.
 *
 * All functions are in one table: at twice its number the fast form of a region, after it the stepping form. The loop
 * that finds them by the core's `entries` is WebAssembly itself, since a call from there costs a fraction of one from
 * JavaScript.
 *
 * What was looked up lately is in a table that all cores share: cores of the same program find it there, while their
 * entries are spread over pages that compete for the host's caches.
 */

import { FunctionWriter, I32, writeModule } from "../../../codegen/wasm/module-writer.ts";
import { WASM, type WasmFunction, type WasmModule, type WasmTable } from "../../../codegen/wasm/webassembly.ts";
import { BYTES_PER_CORE, type CoreMemory, ENTRIES_OFFSET, ITCM_BYTES, RECENT_BYTES } from "../core-memory.ts";
import { THUMB_ENTRIES } from "../decode-cache.ts";
import { BLOCK_SHIFT, FAST, FUNCTION_SHIFT } from "../hot-code.ts";
import { PLACE, PROGRAM, RESUME_ENTRY, RESUME_KEY, T } from "../state.ts";
import type { BusAccesses } from "./bus-functions.ts";
import { Access, CodeWriter, Wasm } from "./code-writer.ts";
import { counterLoad } from "./counter-load.ts";
import { BASE, stateOffset } from "./frame.ts";
import { statusRestore } from "./status-restore.ts";
import type { Translation } from "./translation.ts";

/** Parameters: offset of the core in the memory, cycles left. Returns as translated functions do. */
export type Dispatch = (base: number, left: number) => number;

export class Dispatcher {
  readonly dispatch: Dispatch;
  readonly #memory: CoreMemory;
  readonly #table: WasmTable;
  readonly #functions: Readonly<Record<keyof BusAccesses | "restoreStatus", unknown>>;
  readonly #cores: BusAccesses[] = [];
  readonly #numbers = new Map<Translation, number>();

  constructor(memory: CoreMemory) {
    this.#memory = memory;
    // Function 0 does not exist, so that no entry is 0.
    this.#table = new WASM.Table({ element: "anyfunc", initial: 2 });
    const cores = this.#cores;
    const of = (base: number): BusAccesses => cores[(base / BYTES_PER_CORE) | 0]!;
    this.#functions = {
      load32: counterLoad(memory.memory, (base, address) => of(base).load32(address)),
      load16: (base: number, address: number) => of(base).load16(address),
      load8: (base: number, address: number) => of(base).load8(address),
      store32: (base: number, address: number, value: number) => of(base).store32(address, value),
      store16: (base: number, address: number, value: number) => of(base).store16(address, value),
      store8: (base: number, address: number, value: number) => of(base).store8(address, value),
      restoreStatus: statusRestore(memory.memory),
    };
    dispatchModule ??= new WASM.Module(writeDispatch());
    const env = { memory: memory.memory, table: this.#table };
    this.dispatch = new WASM.Instance(dispatchModule, { env }).exports.dispatch as Dispatch;
  }

  /** What the accesses of the core at `base` beyond its TCMs call. */
  attach(base: number, accesses: BusAccesses): void {
    this.#cores[(base / BYTES_PER_CORE) | 0] = accesses;
  }

  /** Number of the functions of a translation. */
  numberOf(translation: Translation): number {
    const known = this.#numbers.get(translation);
    if (known !== undefined) return known;
    const { run, step } = translation.bind({ memory: this.#memory.memory, ...this.#functions });
    const place = this.#table.grow(2);
    this.#table.set(place, run as WasmFunction);
    this.#table.set(place + 1, step as WasmFunction);
    this.#numbers.set(translation, place >> 1);
    return place >> 1;
  }
}

/** log2 of the bytes of one of the recent entries: key, number of the program, words 0 and 1 of the core's entry. */
const RECENT_SHIFT = 4;
const RECENT = { KEY: 0, PROGRAM: 4, ENTRY: 8, NEEDS: 12 } as const;
const RECENT_COUNT = RECENT_BYTES >> RECENT_SHIFT;
/** Spreads the programs of a chip over the table. */
const PROGRAM_STEP = 37;

let dispatchModule: WasmModule | undefined;

function writeDispatch(): Uint8Array<ArrayBuffer> {
  const dispatch = new FunctionWriter([I32, I32], [I32]);
  const code = new CodeWriter(dispatch);
  const left = 1;
  const [key, at, place, result] = [code.local(), code.local(), code.local(), code.local()];
  /** Word 0 of the entry of the next instruction; 0: to be looked up. And is its fast form to be called? */
  const [entry, fast] = [code.local(), code.local()];
  const [recent, program] = [code.local(), code.local()];
  const pushState = (word: number): CodeWriter => code.get(BASE).access(Access.LOAD, stateOffset(word));
  const setKey = (): void => {
    pushState(15);
    pushState(T).op(Wasm.OR).set(key);
  };
  const pushPlace = (): CodeWriter =>
    code
      .get(entry)
      .constant(FAST - 1)
      .op(Wasm.AND);
  const pushFunction = (): CodeWriter =>
    code.get(entry).constant(FUNCTION_SHIFT).op(Wasm.SHR_U).constant(1).op(Wasm.SHL);

  setKey();
  pushState(RESUME_KEY).get(key).op(Wasm.EQ).if();
  pushState(RESUME_ENTRY).set(entry).end();
  const exit = code.block();
  const again = code.loop();

  code.get(entry).op(Wasm.EQZ).if();
  pushState(PROGRAM).tee(program).constant(PROGRAM_STEP).op(Wasm.MUL).get(key);
  code.get(key).constant(2).op(Wasm.SHR_U, Wasm.XOR, Wasm.XOR);
  code
    .constant(RECENT_COUNT - 1)
    .op(Wasm.AND)
    .constant(RECENT_SHIFT)
    .op(Wasm.SHL)
    .tee(recent);
  code.access(Access.LOAD, RECENT.KEY).get(key).op(Wasm.NE);
  code.get(recent).access(Access.LOAD, RECENT.PROGRAM).get(program).op(Wasm.NE, Wasm.OR).if();
  code.get(key).constant(ITCM_BYTES).op(Wasm.GE_U).brIf(exit);
  code
    .get(key)
    .constant(THUMB_ENTRIES - 1)
    .op(Wasm.ADD)
    .constant(2)
    .op(Wasm.SHL);
  code.get(key).get(key).op(Wasm.ADD);
  code.get(key).constant(1).op(Wasm.AND, Wasm.SELECT).get(BASE).op(Wasm.ADD).tee(at);
  code.access(Access.LOAD, ENTRIES_OFFSET).tee(entry).constant(0).op(Wasm.LE_S).brIf(exit);
  code.get(recent).get(entry).access(Access.STORE, RECENT.ENTRY);
  code
    .get(recent)
    .get(at)
    .access(Access.LOAD, ENTRIES_OFFSET + 4)
    .access(Access.STORE, RECENT.NEEDS);
  code.get(recent).get(program).access(Access.STORE, RECENT.PROGRAM);
  code.get(recent).get(key).access(Access.STORE, RECENT.KEY).end();
  code.get(recent).access(Access.LOAD, RECENT.ENTRY).set(entry);
  code.get(left).get(recent).access(Access.LOAD, RECENT.NEEDS).op(Wasm.GT_S).set(fast);
  code.end();

  code.get(fast).ifValue();
  code.get(BASE);
  pushPlace().constant(BLOCK_SHIFT).op(Wasm.SHR_U).get(left);
  pushFunction().callIndirect();
  code.else().get(BASE);
  pushPlace().get(left);
  pushFunction().constant(1).op(Wasm.OR).callIndirect();
  code.end().tee(result).constant(1).op(Wasm.SHR_S).set(left);
  code.get(result).constant(1).op(Wasm.AND).brIf(exit);

  setKey();
  pushState(PLACE).tee(place).constant(FUNCTION_SHIFT).op(Wasm.SHR_U).set(fast);
  code.get(entry).constant(-FAST).op(Wasm.AND);
  code
    .get(place)
    .constant(FAST - 1)
    .op(Wasm.AND, Wasm.OR);
  code.constant(0).get(place).constant(0).op(Wasm.GE_S, Wasm.SELECT).set(entry);
  code.get(left).constant(0).op(Wasm.GT_S).brIf(again);

  code.get(entry).if();
  code.get(BASE).get(key).access(Access.STORE, stateOffset(RESUME_KEY));
  code.get(BASE).get(entry).access(Access.STORE, stateOffset(RESUME_ENTRY));
  code.end();
  code.get(left).constant(1).op(Wasm.SHL).return();
  code.end().end();
  code.get(left).constant(1).op(Wasm.SHL).constant(1).op(Wasm.OR);
  dispatch.code.bytes(code.finish());
  return writeModule(
    {
      memory: { initial: 1, maximum: 65_536, shared: false },
      tableOf: { params: [I32, I32, I32], results: [I32] },
    },
    { dispatch },
  );
}

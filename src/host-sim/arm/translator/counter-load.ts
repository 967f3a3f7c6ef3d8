/**
 * Word loads beyond the TCMs: programs mostly measure time with them. The register that counts with the clock (see
 * `CycleCounter`) is read in WebAssembly itself, at a fraction of what a call of the chip costs.
 */

import { FunctionWriter, I32, writeModule } from "../../../codegen/wasm/module-writer.ts";
import { WASM, type WasmFunction, type WasmMemory, type WasmModule } from "../../../codegen/wasm/webassembly.ts";
import { CLOCK_END, COUNTER_ADDRESSES, COUNTER_WAIT, COUNTER_ZERO_AT, LEFT_AT_ACCESS } from "../state.ts";
import { Access, CodeWriter, Wasm } from "./code-writer.ts";
import { BASE, stateOffset } from "./frame.ts";

const ADDRESS = 1;
/** The only import. */
const LOAD_FROM_CHIP = 0;

let counterLoadModule: WasmModule | undefined;

/**
 * The function for the cores of a memory. Parameters: offset of a core, address.
 *
 * @param load32 the same for whatever is not the counter
 */
export function counterLoad(memory: WasmMemory, load32: (base: number, address: number) => number): WasmFunction {
  counterLoadModule ??= new WASM.Module(writeCounterLoad());
  return new WASM.Instance(counterLoadModule, { env: { memory, load32 } }).exports.load as WasmFunction;
}

function writeCounterLoad(): Uint8Array<ArrayBuffer> {
  const load = new FunctionWriter([I32, I32], [I32]);
  const code = new CodeWriter(load);
  const pushWord = (word: number): CodeWriter => code.get(BASE).access(Access.LOAD, stateOffset(word));
  for (const word of [COUNTER_ADDRESSES, COUNTER_ADDRESSES + 1]) pushWord(word).get(ADDRESS).op(Wasm.EQ);
  code.op(Wasm.OR).if();
  pushWord(COUNTER_ZERO_AT);
  pushWord(CLOCK_END).op(Wasm.SUB);
  pushWord(LEFT_AT_ACCESS).op(Wasm.ADD);
  code.get(BASE);
  pushWord(LEFT_AT_ACCESS);
  pushWord(COUNTER_WAIT).op(Wasm.SUB).access(Access.STORE, stateOffset(LEFT_AT_ACCESS));
  code.return().end();
  code.get(BASE).get(ADDRESS).call(LOAD_FROM_CHIP);
  load.code.bytes(code.finish());
  const memory = { initial: 1, maximum: 65_536, shared: false };
  return writeModule({ memory, functions: { load32: { params: [I32, I32], results: [I32] } } }, { load });
}

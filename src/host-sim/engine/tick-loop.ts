import { WASM, type WasmMemory, type WasmModule } from "../../codegen/wasm/webassembly.ts";

/** What one worker runs; plain data that can be posted to a thread. */
export interface LoopProgram {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  /** Address of its words, see `LOOP_WORDS`. */
  readonly address: number;
}

/** Runs the ticks of one worker's cores. The same code runs on the main thread and on others. */
export class TickLoop {
  readonly #run: (address: number, until: number) => number;
  readonly #address: number;

  constructor({ module, memory, address }: LoopProgram) {
    this.#run = new WASM.Instance(module, { env: { memory } }).exports.run!;
    this.#address = address;
  }

  /**
   * Runs until tick `until` is the next. Every worker must be given the same tick.
   *
   * @returns false when others have kept it waiting for long: to be called again, unless they have ended
   */
  run(until: number): boolean {
    return this.#run(this.#address, until) === 1;
  }
}

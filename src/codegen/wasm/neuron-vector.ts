import type { Expr, Model, Procedure } from "../ir.ts";
import { LANES } from "./core-block.ts";
import { ExpressionEmitter } from "./expression-emitter.ts";
import { type FunctionWriter, V128 } from "./module-writer.ts";
import { simd, splatConstant } from "./simd.ts";
import type { Word, WordLocal } from "./word-code.ts";

/** Where all vectors of a core find their words: addresses of the rows of one word a neuron, and what is the same for all. */
export interface CoreRows {
  readonly stateAddress: ReadonlyMap<string, WordLocal>;
  readonly paramAddress: ReadonlyMap<string, WordLocal>;
  readonly recordAddress: ReadonlyMap<string, WordLocal>;
  readonly inputAddress: ReadonlyMap<string, WordLocal>;
  /** Vectors of four equal words. */
  readonly sharedParam: ReadonlyMap<string, number>;
  readonly tick: number;
  /** Index of the core's neuron 0 within its population. */
  readonly firstIndex: WordLocal;
  /** Byte offset of the first vector within its row. */
  readonly at: WordLocal;
  readonly core: WordLocal;
}

/** Vector k of those that are worked on at once: its locals, and the code that works on them. */
export class NeuronVector {
  /** Bytes from the first vector. */
  readonly bytes: number;
  /** Spikes so far, one mask a plane. */
  readonly spikes: readonly number[];
  readonly #f: FunctionWriter;
  readonly #rows: CoreRows;
  readonly #tables: ReadonlyMap<string, number>;
  readonly #shortProducts: ReadonlySet<Expr>;
  readonly #scratchBytes: number;
  readonly #state: ReadonlyMap<string, number>;
  readonly #param: ReadonlyMap<string, number>;
  readonly #index: number;
  /** Planes that hold spikes of earlier steps where code is being written. */
  readonly #planesInUse = new Set<number>();
  /** Rows of inputs that code was written to read. */
  readonly #rowsTaken = new Set<WordLocal>();

  /** @param scratchBytes offset from the core's block of four words to the vector's own use */
  constructor(
    f: FunctionWriter,
    model: Model,
    rows: CoreRows,
    tables: ReadonlyMap<string, number>,
    shortProducts: ReadonlySet<Expr>,
    k: number,
    scratchBytes: number,
  ) {
    const locals = (names: Iterable<string>): Map<string, number> =>
      new Map([...names].map((name) => [name, f.local(V128)]));
    this.bytes = k * LANES * 4;
    this.#f = f;
    this.#rows = rows;
    this.#tables = tables;
    this.#shortProducts = shortProducts;
    this.#scratchBytes = scratchBytes;
    this.#state = locals(model.states);
    this.#param = locals(rows.paramAddress.keys());
    this.#index = f.local(V128);
    const planes = Math.max(model.receive.spikes.length, model.step.spikes.length);
    this.spikes = Array.from({ length: planes }, () => f.local(V128));
  }

  loadStates(): void {
    for (const [name, address] of this.#rows.stateAddress) this.#load(address, this.#state.get(name)!);
  }

  loadParams(): void {
    for (const [name, address] of this.#rows.paramAddress) this.#load(address, this.#param.get(name)!);
  }

  /** Indices of the four neurons within their population. */
  loadIndices(): void {
    const w = this.#f.code;
    this.#get(this.#rows.at);
    w.byte(0x41).s32(2).byte(0x76);
    this.#get(this.#rows.firstIndex);
    w.byte(0x6a);
    simd(w, "i32x4.splat");
    simd(w, "v128.const");
    for (const lane of [0, 1, 2, 3]) w.byte(this.bytes / 4 + lane, 0, 0, 0);
    simd(w, "i32x4.add");
    this.#set(this.#index);
  }

  storeRecords(): void {
    for (const [name, address] of this.#rows.recordAddress) this.#store(address, this.#state.get(name)!, 2);
  }

  storeStates(): void {
    for (const [name, address] of this.#rows.stateAddress) this.#store(address, this.#state.get(name)!, 4);
  }

  /** From here on the planes gather the spikes of steps that are repeated. */
  clearSpikes(): void {
    this.spikes.forEach((plane, k) => {
      splatConstant(this.#f.code, 0);
      this.#set(plane);
      this.#planesInUse.add(k);
    });
  }

  /**
   * Runs a procedure, but for what a spike changes.
   *
   * Values go on the stack in the order of the sets and are taken off in reverse, so that all read the old state.
   */
  run(procedure: Procedure): Outcome {
    const w = this.#f.code;
    const scratch = { base: this.#rows.core, bytes: this.#scratchBytes };
    const leaf = (e: Expr): void => this.#leaf(e);
    const emitter = new ExpressionEmitter(this.#f, procedure, leaf, this.#tables, scratch, this.#shortProducts);
    const spikes = procedure.spikes.map((mask) => emitter.keep(mask));
    spikes.forEach((mask, k) => {
      this.#get(mask);
      if (this.#planesInUse.has(k)) {
        this.#get(this.spikes[k]!);
        simd(w, "v128.or");
      }
      this.#planesInUse.add(k);
      this.#set(this.spikes[k]!);
    });
    const saturates = procedure.saturates.map((mask) => emitter.keep(mask));
    const resets = new Map<string, Reset>();
    const names = Object.keys(procedure.set);
    for (const name of names) {
      const e = procedure.set[name]!;
      const plane = e.op === "select" && isUnchanging(e.a) ? procedure.spikes.indexOf(e.mask) : -1;
      if (e.op === "select" && plane >= 0) {
        resets.set(name, { state: this.#state.get(name)!, mask: spikes[plane]!, push: () => emitter.push(e.a) });
        emitter.push(e.b);
      } else {
        emitter.push(e);
      }
    }
    for (const name of names.toReversed()) this.#set(this.#state.get(name)!);
    return { spikes, saturates, resets: [...resets.values()] };
  }

  /** Sets states of neurons that spike. */
  reset({ state, mask, push }: Reset): void {
    push();
    this.#get(state);
    this.#get(mask);
    simd(this.#f.code, "v128.bitselect");
    this.#set(state);
  }

  #leaf(e: Expr): void {
    switch (e.op) {
      case "state":
        this.#get(this.#state.get(e.name)!);
        return;
      case "param":
        this.#get(this.#param.get(e.name) ?? this.#rows.sharedParam.get(e.name)!);
        return;
      case "tick":
        this.#get(this.#rows.tick);
        return;
      case "index":
        this.#get(this.#index);
        return;
      case "input":
        this.#takeInput(this.#rows.inputAddress.get(e.receptor)!);
        return;
      default:
        throw new TypeError(`${e.op} is not a leaf`);
    }
  }

  /**
   * Clears the inputs of this tick that need not be read, since they are multiplied by nothing: they are not to be there
   * when the slot's turn comes again, and the factor is another one then.
   */
  clearOtherInputs(): void {
    for (const row of this.#rows.inputAddress.values()) if (!this.#rowsTaken.has(row)) this.#clearInput(row);
  }

  /** Reads this tick's slot and clears it. */
  #takeInput(row: WordLocal): void {
    this.#rowsTaken.add(row);
    this.#address(row);
    simd(this.#f.code, "v128.load").u32(4).u32(this.bytes);
    this.#clearInput(row);
  }

  #clearInput(row: WordLocal): void {
    this.#address(row);
    splatConstant(this.#f.code, 0);
    simd(this.#f.code, "v128.store").u32(4).u32(this.bytes);
  }

  #load(row: WordLocal, value: number): void {
    this.#address(row);
    simd(this.#f.code, "v128.load").u32(4).u32(this.bytes);
    this.#set(value);
  }

  #store(row: WordLocal, value: number, alignment: number): void {
    this.#address(row);
    this.#get(value);
    simd(this.#f.code, "v128.store").u32(alignment).u32(this.bytes);
  }

  #address(row: WordLocal): void {
    this.#get(row);
    this.#get(this.#rows.at);
    this.#f.code.byte(0x6a);
  }

  #get(local: number): void {
    this.#f.code.byte(0x20).u32(local);
  }

  #set(local: number): void {
    this.#f.code.byte(0x21).u32(local);
  }
}

/** Locals with the masks that a procedure gave, and what is left to be done for neurons that spike. */
export interface Outcome {
  readonly spikes: readonly number[];
  readonly saturates: readonly number[];
  readonly resets: readonly Reset[];
}

/** A state that is something else, the same at all times, in neurons that spike. */
export interface Reset {
  readonly state: number;
  readonly mask: number;
  readonly push: Word;
}

function isUnchanging(e: Expr): boolean {
  return e.op === "param" || e.op === "const";
}

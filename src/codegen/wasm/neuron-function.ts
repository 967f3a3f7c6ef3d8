import { type Expr, inOrder, type Model, type Procedure, roots } from "../ir.ts";
import { ExpressionEmitter } from "./expression-emitter.ts";
import { FunctionWriter, I32, V128, VOID } from "./module-writer.ts";
import { simd, splatConstant } from "./simd.ts";

/**
 * What a core's update function reads, as words at the address it is given. Addresses are bytes in the shared memory and
 * multiples of 16 where vectors live.
 */
export const CORE_WORDS = {
  /** Neurons, and the bytes of one word a neuron rounded up to whole vectors. */
  neurons: 0,
  strideBytes: 1,
  /** Index of neuron 0 within its population, and within all neurons of the engine. */
  firstIndex: 2,
  firstSource: 3,
  substeps: 4,
  /** States one after another, each strideBytes long. */
  states: 5,
  /** Parameters one a neuron, in the order of {@link NeuronFunctionOptions.perNeuron}, each strideBytes long. */
  perNeuron: 6,
  /** One word for every parameter of the model, in the model's order; those one a neuron are ignored. */
  shared: 7,
  /** Saturation counter, one word. */
  saturations: 8,
  /** Byte offset of the core's inputs within a ring-buffer slot: receptor after receptor, strideBytes each. */
  ringOffset: 9,
  /** Address of the spike record's first tick or 0, bytes of a tick, bytes of one plane's row of bits. */
  spikeRecord: 10,
  spikeSampleBytes: 11,
  spikePlaneBytes: 12,
  /** Tick the record begins with. */
  recordStart: 13,
  /** Address the recorded states are stored to, in the order of {@link NeuronFunctionOptions.recorded}. */
  records: 14,
} as const;

/** Words of one core's block: room for eighteen recorded states. */
export const CORE_BLOCK_WORDS = 32;

export interface NeuronFunctionOptions {
  /** Parameters that hold one word a neuron. */
  readonly perNeuron: readonly string[];
  /** States stored after `receive`, as recording wants them. */
  readonly recorded: readonly string[];
  /** Address of each of the model's tables, in its order. */
  readonly tables: readonly number[];
  /** All cores have one sub-step a tick: without the loop values stay in registers from the inputs to the new state. */
  readonly singleStep: boolean;
}

/**
 * The update of some cores for one tick, four neurons at a time.
 *
 * Parameters: start and end of a list of core blocks (u32 addresses, see {@link CORE_WORDS}), tick, address of this
 * tick's ring-buffer slot (cleared as it is read), end of the spike list. Result: new end of the spike list, to which the
 * engine-wide index of each spiking neuron was appended, one u32 a packet.
 */
export function neuronFunction(model: Model, options: NeuronFunctionOptions): FunctionWriter {
  return new NeuronFunctionWriter(model, options).write();
}

const ARG = { cores: 0, coresEnd: 1, tick: 2, slot: 3, list: 4 } as const;

class NeuronFunctionWriter {
  readonly #model: Model;
  readonly #options: NeuronFunctionOptions;
  readonly #f = new FunctionWriter([I32, I32, I32, I32, I32], [I32]);
  /** Address of the current core's block, of its inputs of this tick, and of its spike record of this tick or 0. */
  readonly #core = this.#f.local(I32);
  readonly #ring = this.#f.local(I32);
  readonly #spikeRecord = this.#f.local(I32);
  /** Byte offset of the current four neurons within a row of words. */
  readonly #at = this.#f.local(I32);
  readonly #scratch = this.#f.local(I32);
  readonly #bits = this.#f.local(I32);
  readonly #lanesLeft = this.#f.local(I32);
  readonly #stateValue = new Map<string, number>();
  readonly #stateAddress = new Map<string, number>();
  readonly #paramValue = new Map<string, number>();
  readonly #paramAddress = new Map<string, number>();
  readonly #coreParamValue = new Map<string, number>();
  readonly #recordAddress = new Map<string, number>();
  readonly #tickVector = this.#f.local(V128);
  readonly #indexVector = this.#f.local(V128);
  readonly #spikes: number[];

  constructor(model: Model, options: NeuronFunctionOptions) {
    this.#model = model;
    this.#options = options;
    const planes = Math.max(model.receive.spikes.length, model.step.spikes.length);
    this.#spikes = Array.from({ length: planes }, () => this.#f.local(V128));
  }

  write(): FunctionWriter {
    const w = this.#f.code;
    // block { loop { if cores >= coresEnd: leave; one core; cores += 4; again } }
    w.byte(0x02, VOID, 0x03, VOID);
    this.#get(ARG.cores);
    this.#get(ARG.coresEnd);
    w.byte(0x4f, 0x0d).u32(1);
    this.#oneCore();
    this.#get(ARG.cores);
    w.byte(0x41).s32(4).byte(0x6a);
    this.#set(ARG.cores);
    w.byte(0x0c).u32(0).byte(0x0b, 0x0b);
    this.#get(ARG.list);
    return this.#f;
  }

  #oneCore(): void {
    const w = this.#f.code;
    this.#prologue();
    w.byte(0x41).s32(0);
    this.#set(this.#at);
    // loop { four neurons; at += 16; again if at < stride }. Tested at its end, so that V8 may take what is the same for
    // all neurons out of the loop: it does not do so where a way out of the loop goes past the use.
    w.byte(0x03, VOID);
    this.#fourNeurons();
    this.#get(this.#at);
    w.byte(0x41).s32(16).byte(0x6a, 0x22).u32(this.#at);
    this.#get(this.#block(CORE_WORDS.strideBytes));
    w.byte(0x49, 0x0d).u32(0).byte(0x0b);
  }

  #prologue(): void {
    const w = this.#f.code;
    this.#get(ARG.cores);
    w.byte(0x28, 2).u32(0);
    this.#set(this.#core);
    for (const word of [
      CORE_WORDS.neurons,
      CORE_WORDS.firstIndex,
      CORE_WORDS.firstSource,
      CORE_WORDS.substeps,
      CORE_WORDS.saturations,
      CORE_WORDS.spikePlaneBytes,
    ]) {
      this.#block(word);
    }
    this.#get(ARG.slot);
    this.#get(this.#block(CORE_WORDS.ringOffset));
    w.byte(0x6a);
    this.#set(this.#ring);
    this.#spikeRecordOfTick();
    const statesBase = this.#block(CORE_WORDS.states);
    const stride = this.#block(CORE_WORDS.strideBytes);
    this.#model.states.forEach((name, k) => {
      this.#stateAddress.set(name, this.#row(statesBase, stride, k));
      this.#stateValue.set(name, this.#f.local(V128));
    });
    const perNeuronBase = this.#block(CORE_WORDS.perNeuron);
    this.#options.perNeuron.forEach((name, k) => {
      this.#paramAddress.set(name, this.#row(perNeuronBase, stride, k));
      this.#paramValue.set(name, this.#f.local(V128));
    });
    const shared = this.#block(CORE_WORDS.shared);
    this.#model.params.forEach((name, k) => {
      if (this.#paramAddress.has(name)) return;
      this.#get(shared);
      w.byte(0x28, 2).u32(k * 4);
      if (this.#model.coreParams.includes(name)) {
        const local = this.#f.local(I32);
        w.byte(0x22).u32(local);
        this.#coreParamValue.set(name, local);
      }
      simd(w, "i32x4.splat");
      const local = this.#f.local(V128);
      this.#set(local);
      this.#paramValue.set(name, local);
    });
    this.#options.recorded.forEach((name, k) => {
      this.#recordAddress.set(name, this.#block(CORE_WORDS.records + k));
    });
    this.#get(ARG.tick);
    simd(w, "i32x4.splat");
    this.#set(this.#tickVector);
  }

  /** record = spikeRecord === 0 ? 0 : spikeRecord + (tick - recordStart) * sampleBytes */
  #spikeRecordOfTick(): void {
    const w = this.#f.code;
    this.#get(this.#block(CORE_WORDS.spikeRecord));
    this.#get(ARG.tick);
    this.#get(this.#block(CORE_WORDS.recordStart));
    w.byte(0x6b);
    this.#get(this.#block(CORE_WORDS.spikeSampleBytes));
    w.byte(0x6c, 0x6a).byte(0x41).s32(0);
    this.#get(this.#block(CORE_WORDS.spikeRecord));
    w.byte(0x1b);
    this.#set(this.#spikeRecord);
  }

  #fourNeurons(): void {
    const w = this.#f.code;
    for (const name of this.#model.states) this.#loadRow(this.#stateAddress.get(name)!, this.#stateValue.get(name)!);
    for (const name of this.#options.perNeuron)
      this.#loadRow(this.#paramAddress.get(name)!, this.#paramValue.get(name)!);
    if (this.#usesIndex()) this.#loadIndices();
    for (const plane of this.#spikes) {
      splatConstant(w, 0);
      this.#set(plane);
    }
    this.#procedure(this.#model.receive);
    for (const [name, address] of this.#recordAddress) {
      this.#get(address);
      this.#get(this.#at);
      w.byte(0x6a);
      this.#get(this.#stateValue.get(name)!);
      simd(w, "v128.store").u32(2).u32(0);
    }
    this.#substeps();
    for (const name of this.#model.states) {
      this.#get(this.#stateAddress.get(name)!);
      this.#get(this.#at);
      w.byte(0x6a);
      this.#get(this.#stateValue.get(name)!);
      simd(w, "v128.store").u32(4).u32(0);
    }
    this.#spikes.forEach((_, plane) => {
      this.#sendSpikes(plane);
    });
  }

  #usesIndex(): boolean {
    const all = [...roots(this.#model.receive), ...roots(this.#model.step)];
    return inOrder(all).some((e) => e.op === "index");
  }

  /** Indices of the four neurons within their population. */
  #loadIndices(): void {
    const w = this.#f.code;
    this.#get(this.#at);
    w.byte(0x41).s32(2).byte(0x76);
    this.#get(this.#block(CORE_WORDS.firstIndex));
    w.byte(0x6a);
    simd(w, "i32x4.splat");
    simd(w, "v128.const");
    for (const lane of [0, 1, 2, 3]) for (let b = 0; b < 4; b++) w.byte(b === 0 ? lane : 0);
    simd(w, "i32x4.add");
    this.#set(this.#indexVector);
  }

  #substeps(): void {
    const { set, spikes, saturates } = this.#model.step;
    if (Object.keys(set).length + spikes.length + saturates.length === 0) return;
    if (this.#options.singleStep) {
      this.#procedure(this.#model.step);
      return;
    }
    const w = this.#f.code;
    const left = this.#scratch;
    this.#get(this.#block(CORE_WORDS.substeps));
    this.#set(left);
    w.byte(0x03, VOID);
    this.#procedure(this.#model.step);
    this.#get(left);
    w.byte(0x41).s32(1).byte(0x6b, 0x22).u32(left).byte(0x0d).u32(0).byte(0x0b);
  }

  /** Values on the stack in the order of the sets, then taken off in reverse, so that all read the old state. */
  #procedure(procedure: Procedure): void {
    const w = this.#f.code;
    const emitter = new ExpressionEmitter(
      this.#f,
      procedure,
      (e) => this.#leaf(e),
      new Map(this.#model.tables.map((name, k) => [name, this.#options.tables[k]!])),
      this.#coreParamValue,
    );
    procedure.spikes.forEach((mask, plane) => {
      this.#get(this.#spikes[plane]!);
      emitter.push(mask);
      simd(w, "v128.or");
      this.#set(this.#spikes[plane]!);
    });
    this.#countSaturations(procedure.saturates.map((mask) => emitter.keep(mask)));
    const names = Object.keys(procedure.set);
    for (const name of names) emitter.push(procedure.set[name]!);
    for (const name of names.toReversed()) this.#set(this.#stateValue.get(name)!);
  }

  #leaf(e: Expr): void {
    switch (e.op) {
      case "state":
        this.#get(this.#stateValue.get(e.name)!);
        return;
      case "param":
        this.#get(this.#paramValue.get(e.name)!);
        return;
      case "tick":
        this.#get(this.#tickVector);
        return;
      case "index":
        this.#get(this.#indexVector);
        return;
      case "input":
        this.#takeInput(this.#model.receptors.indexOf(e.receptor));
        return;
      default:
        throw new TypeError(`${e.op} is not a leaf`);
    }
  }

  /** Reads this tick's slot and clears it. */
  #takeInput(receptor: number): void {
    const w = this.#f.code;
    const address = this.#f.local(I32);
    this.#get(this.#ring);
    this.#get(this.#at);
    w.byte(0x6a);
    if (receptor > 0) {
      this.#get(this.#block(CORE_WORDS.strideBytes));
      if (receptor > 1) w.byte(0x41).s32(receptor).byte(0x6c);
      w.byte(0x6a);
    }
    w.byte(0x22).u32(address);
    simd(w, "v128.load").u32(4).u32(0);
    this.#get(address);
    splatConstant(w, 0);
    simd(w, "v128.store").u32(4).u32(0);
  }

  /** Appends the spiking neurons of one plane to the list and sets their bits in the record. */
  #sendSpikes(plane: number): void {
    const w = this.#f.code;
    const bits = this.#bits;
    this.#get(this.#spikes[plane]!);
    simd(w, "i32x4.bitmask");
    w.byte(0x22).u32(bits).byte(0x04, VOID);
    // Lanes beyond the last neuron may do what they like up to here.
    this.#get(bits);
    this.#validBits();
    w.byte(0x71, 0x22).u32(bits).byte(0x04, VOID);
    this.#recordSpikes(plane);
    w.byte(0x03, VOID);
    // list[0] = firstSource + at / 4 + ctz(bits); list += 4
    this.#get(ARG.list);
    this.#get(this.#block(CORE_WORDS.firstSource));
    this.#get(this.#at);
    w.byte(0x41).s32(2).byte(0x76, 0x6a);
    this.#get(bits);
    w.byte(0x68, 0x6a, 0x36, 2).u32(0);
    this.#get(ARG.list);
    w.byte(0x41).s32(4).byte(0x6a);
    this.#set(ARG.list);
    // bits &= bits - 1; again while any
    this.#get(bits);
    this.#get(bits);
    w.byte(0x41).s32(1).byte(0x6b, 0x71, 0x22).u32(bits).byte(0x0d).u32(0).byte(0x0b, 0x0b, 0x0b);
  }

  /** Bits of the lanes that are neurons: (1 << min(4, neurons - at / 4)) - 1. */
  #validBits(): void {
    const w = this.#f.code;
    const left = this.#lanesLeft;
    w.byte(0x41).s32(1);
    this.#get(this.#block(CORE_WORDS.neurons));
    this.#get(this.#at);
    w.byte(0x41).s32(2).byte(0x76, 0x6b, 0x22).u32(left).byte(0x41).s32(4);
    this.#get(left);
    w.byte(0x41).s32(4).byte(0x48, 0x1b, 0x74).byte(0x41).s32(1).byte(0x6b);
  }

  #recordSpikes(plane: number): void {
    const w = this.#f.code;
    this.#get(this.#spikeRecord);
    w.byte(0x04, VOID);
    const address = this.#scratch;
    // Neurons at/4 .. at/4 + 3 are the low or the high half of byte at/32 of the plane's row.
    this.#get(this.#spikeRecord);
    this.#get(this.#block(CORE_WORDS.spikePlaneBytes));
    w.byte(0x41).s32(plane).byte(0x6c, 0x6a);
    this.#get(this.#at);
    w.byte(0x41).s32(5).byte(0x76, 0x6a, 0x22).u32(address);
    this.#get(address);
    w.byte(0x2d, 0).u32(0);
    this.#get(this.#bits);
    this.#get(this.#at);
    w.byte(0x41).s32(2).byte(0x76, 0x41).s32(4).byte(0x71, 0x74, 0x72, 0x3a, 0).u32(0);
    w.byte(0x0b);
  }

  /** @param masks locals that hold the words */
  #countSaturations(masks: readonly number[]): void {
    if (masks.length === 0) return;
    const w = this.#f.code;
    masks.forEach((mask, i) => {
      this.#get(mask);
      if (i > 0) simd(w, "v128.or");
    });
    simd(w, "v128.any_true");
    w.byte(0x04, VOID);
    const address = this.#block(CORE_WORDS.saturations);
    this.#get(address);
    this.#get(address);
    w.byte(0x28, 2).u32(0);
    for (const mask of masks) {
      // Bits of the lanes that are not zero, then how many of them are neurons.
      this.#get(mask);
      splatConstant(w, 0);
      simd(w, "i32x4.eq");
      simd(w, "i32x4.bitmask");
      w.byte(0x41).s32(-1).byte(0x73);
      this.#validBits();
      w.byte(0x71, 0x69, 0x6a);
    }
    w.byte(0x36, 2).u32(0).byte(0x0b);
  }

  readonly #blockLocals = new Map<number, number>();

  /** Local that holds a word of the core's block; the prologue asks for every word the loop needs. */
  #block(word: number): number {
    const known = this.#blockLocals.get(word);
    if (known !== undefined) return known;
    const local = this.#f.local(I32);
    this.#get(this.#core);
    this.#f.code.byte(0x28, 2).u32(word * 4);
    this.#set(local);
    this.#blockLocals.set(word, local);
    return local;
  }

  #row(base: number, stride: number, k: number): number {
    const local = this.#f.local(I32);
    this.#get(base);
    this.#get(stride);
    this.#f.code.byte(0x41).s32(k).byte(0x6c, 0x6a);
    this.#set(local);
    return local;
  }

  #loadRow(address: number, value: number): void {
    this.#get(address);
    this.#get(this.#at);
    this.#f.code.byte(0x6a);
    simd(this.#f.code, "v128.load").u32(4).u32(0);
    this.#set(value);
  }

  #get(local: number): void {
    this.#f.code.byte(0x20).u32(local);
  }

  #set(local: number): void {
    this.#f.code.byte(0x21).u32(local);
  }
}

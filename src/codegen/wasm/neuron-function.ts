import { type Expr, inOrder, type Model, type Procedure, roots } from "../ir.ts";
import { CORE_WORDS, LANES, OCTET_BYTES, OCTET_WORDS, VECTORS } from "./core-block.ts";
import { FunctionWriter, I32, V128 } from "./module-writer.ts";
import { NeuronVector, type Outcome } from "./neuron-vector.ts";
import { simd, splatConstant } from "./simd.ts";
import { type Word, WordCode, type WordLocal } from "./word-code.ts";

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
 * The update of some cells for one tick, several vectors of four neurons at a time.
 *
 * Parameters: start and end of a list of blocks (u32 addresses, see {@link CORE_WORDS}), tick, address of this
 * tick's ring-buffer slot (cleared as it is read), end of the spike list. Result: new end of the spike list, to which the
 * engine-wide index of each spiking neuron was appended, one u32 a packet.
 *
 * One vector after the other would keep the processor waiting: each is a chain of some eighty cycles in which most
 * instructions need the one before. Two that know nothing of each other fill each other's gaps.
 *
 * @param model with its core parameters folded into it
 * @param shortProducts those of its 32-bit products whose factors have sixteen bits, one of them without a sign
 */
export function neuronFunction(
  model: Model,
  options: NeuronFunctionOptions,
  shortProducts: ReadonlySet<Expr> = new Set(),
): FunctionWriter {
  return new NeuronFunctionWriter(model, options, shortProducts).write();
}

/** Whether cells of a model differ by their place in the population. */
export function usesIndex({ receive, step }: Model): boolean {
  return inOrder([...roots(receive), ...roots(step)]).some((e) => e.op === "index");
}

class NeuronFunctionWriter {
  readonly #model: Model;
  readonly #options: NeuronFunctionOptions;
  readonly #shortProducts: ReadonlySet<Expr>;
  readonly #f = new FunctionWriter([I32, I32, I32, I32, I32], [I32]);
  readonly #c = new WordCode(this.#f);
  readonly #arg = { cores: 0, coresEnd: 1, tick: 2, slot: 3, list: 4 } as const;
  /** Address of the current block. */
  readonly #core = this.#c.local();
  /** Byte offset of the current neurons within a row of words. */
  readonly #at = this.#c.local();
  readonly #bits = this.#c.local();
  readonly #stepsLeft = this.#c.local();
  readonly #blockLocals = new Map<number, WordLocal>();

  constructor(model: Model, options: NeuronFunctionOptions, shortProducts: ReadonlySet<Expr>) {
    this.#model = model;
    this.#options = options;
    this.#shortProducts = shortProducts;
  }

  write(): FunctionWriter {
    const c = this.#c;
    c.whileBelow(this.#arg.cores, this.#arg.coresEnd, () => {
      this.#oneCore();
      c.advance(this.#arg.cores, 4);
    });
    c.get(this.#arg.list)();
    return this.#f;
  }

  #oneCore(): void {
    const c = this.#c;
    const vectors = this.#prologue();
    c.set(this.#at, c.constant(0));
    // Tested at its end, so that V8 may take what is the same for all neurons out of the loop: it does not do so where a
    // way out of the loop goes past the use.
    const isMore = c.binary("ltU", c.get(this.#at), this.#block("bytes"));
    c.repeatWhile(isMore, () => {
      this.#neurons(vectors);
      c.advance(this.#at, OCTET_BYTES);
    });
  }

  /** Puts what the loop needs of the core's block into locals. */
  #prologue(): NeuronVector[] {
    const [c, model] = [this.#c, this.#model];
    c.set(this.#core, c.load(c.get(this.#arg.cores)));
    for (const word of ["bytes", "firstSource", "substeps", "octets"] as const) this.#block(word);
    const rows = (names: readonly string[], base: Word): Map<string, WordLocal> =>
      new Map(
        names.map((name, k) => {
          const row = c.local();
          c.set(row, c.add(base, c.binary("mul", this.#block("strideBytes"), c.constant(k))));
          return [name, row];
        }),
      );
    const recordAddress = this.#options.recorded.map((name, k) => {
      const row = c.local();
      c.set(row, c.load(c.get(this.#core), (CORE_WORDS.records + k) * 4));
      return [name, row] as const;
    });
    const { perNeuron, tables } = this.#options;
    const coreRows = {
      stateAddress: rows(model.states, this.#block("states")),
      paramAddress: rows(perNeuron, this.#block("perNeuron")),
      recordAddress: new Map(recordAddress),
      inputAddress: rows(model.receptors, c.add(c.get(this.#arg.slot), this.#block("ringOffset"))),
      sharedParam: this.#sharedParams(),
      tick: this.#splat(c.get(this.#arg.tick)),
      firstIndex: this.#blockLocal("firstIndex"),
      at: this.#at,
      core: this.#core,
    };
    const tableAddress = new Map(model.tables.map((name, k) => [name, tables[k]!]));
    return Array.from(
      { length: VECTORS },
      (_, k) =>
        new NeuronVector(
          this.#f,
          model,
          coreRows,
          tableAddress,
          this.#shortProducts,
          k,
          (CORE_WORDS.lanes + k * LANES) * 4,
        ),
    );
  }

  #sharedParams(): Map<string, number> {
    const c = this.#c;
    const shared = this.#block("shared");
    const vectors = new Map<string, number>();
    this.#model.params.forEach((name, k) => {
      if (!this.#options.perNeuron.includes(name)) vectors.set(name, this.#splat(c.load(shared, k * 4)));
    });
    return vectors;
  }

  #splat(word: Word): number {
    const local = this.#f.local(V128);
    word();
    simd(this.#f.code, "i32x4.splat");
    this.#f.code.byte(0x21).u32(local);
    return local;
  }

  #neurons(vectors: readonly NeuronVector[]): void {
    const { receive } = this.#model;
    const takesIndex = usesIndex(this.#model);
    for (const vector of vectors) {
      vector.loadStates();
      vector.loadParams();
      if (takesIndex) vector.loadIndices();
      if (!this.#options.singleStep) vector.clearSpikes();
    }
    this.#procedure(receive, vectors);
    for (const vector of vectors) vector.clearOtherInputs();
    for (const vector of vectors) vector.storeRecords();
    this.#substeps(vectors);
    for (const vector of vectors) vector.storeStates();
    if (vectors[0]!.spikes.length > 0) this.#sendSpikes(vectors);
  }

  #substeps(vectors: readonly NeuronVector[]): void {
    const [c, { step }] = [this.#c, this.#model];
    if (Object.keys(step.set).length + step.spikes.length + step.saturates.length === 0) return;
    if (this.#options.singleStep) {
      this.#procedure(step, vectors);
      return;
    }
    c.set(this.#stepsLeft, this.#block("substeps"));
    c.repeatWhile(c.get(this.#stepsLeft), () => {
      this.#procedure(step, vectors);
      c.advance(this.#stepsLeft, -1);
    });
  }

  #procedure(procedure: Procedure, vectors: readonly NeuronVector[]): void {
    const outcomes = vectors.map((vector) => vector.run(procedure));
    this.#countSaturations(outcomes);
    const masks = outcomes.flatMap(({ resets }) => [...new Set(resets.map(({ mask }) => mask))]);
    if (masks.length === 0) return;
    // Spikes are rare: all vectors together are asked whether there is one.
    this.#c.when(this.#bitsOf(masks), () => {
      vectors.forEach((vector, k) => {
        for (const reset of outcomes[k]!.resets) vector.reset(reset);
      });
    });
  }

  /** Bits of the lanes that are set in any of the masks. */
  #bitsOf(masks: readonly number[]): Word {
    return () => {
      this.#or(masks);
      simd(this.#f.code, "i32x4.bitmask");
    };
  }

  #or(masks: readonly number[]): void {
    masks.forEach((mask, i) => {
      this.#f.code.byte(0x20).u32(mask);
      if (i > 0) simd(this.#f.code, "v128.or");
    });
  }

  /** Appends the spiking neurons to the list, plane by plane, and sets their bits in the record. */
  #sendSpikes(vectors: readonly NeuronVector[]): void {
    const c = this.#c;
    c.when(this.#bitsOf(vectors.flatMap(({ spikes }) => spikes)), () => {
      for (const plane of vectors[0]!.spikes.keys()) {
        // Lanes beyond the last neuron may do what they like up to here.
        const bits = this.#bitsSideBySide(vectors.map(({ spikes }) => this.#bitsOf([spikes[plane]!])));
        c.set(this.#bits, c.binary("and", bits, this.#octet("neurons")));
        c.when(c.get(this.#bits), () => this.#sendPlane(plane));
      }
    });
  }

  #sendPlane(plane: number): void {
    const c = this.#c;
    // The neurons are those of one byte of the record, which is not read: that would be waited for.
    c.when(this.#octet("spikeSampleBytes"), () => {
      const ofTick = c.binary("mul", c.get(this.#arg.tick), this.#octet("spikeSampleBytes"));
      const ofPlane = c.binary("mul", c.constant(plane), this.#octet("spikePlaneBytes"));
      c.storeByte(c.add(this.#octet("spikeRecord"), ofTick, ofPlane), c.get(this.#bits));
    });
    const first = c.add(this.#block("firstSource"), c.binary("shrU", c.get(this.#at), c.constant(2)));
    c.repeatWhile(c.get(this.#bits), () => {
      c.store(c.get(this.#arg.list), c.add(first, c.lowestBit(c.get(this.#bits))));
      c.advance(this.#arg.list, 4);
      c.set(this.#bits, c.binary("and", c.get(this.#bits), c.add(c.get(this.#bits), c.constant(-1))));
    });
  }

  /** Bits of the first vector lowest. */
  #bitsSideBySide(bits: readonly Word[]): Word {
    const c = this.#c;
    return bits.map((of, k) => c.binary("shl", of, c.constant(k * LANES))).reduce((a, b) => c.binary("or", a, b));
  }

  #octet(word: keyof typeof OCTET_WORDS): Word {
    const c = this.#c;
    return c.load(c.add(this.#block("octets"), c.get(this.#at)), OCTET_WORDS[word] * 4);
  }

  #countSaturations(outcomes: readonly Outcome[]): void {
    const masks = outcomes.flatMap(({ saturates }) => saturates);
    if (masks.length === 0) return;
    const c = this.#c;
    const anyOf: Word = () => {
      this.#or(masks);
      simd(this.#f.code, "v128.any_true");
    };
    c.when(anyOf, () => {
      const counts = outcomes[0]!.saturates.map((_, k) => {
        const bits = this.#bitsSideBySide(outcomes.map(({ saturates }) => this.#bitsNotZero(saturates[k]!)));
        return c.countBits(c.binary("and", bits, this.#octet("neurons")));
      });
      const address = this.#octet("saturations");
      c.store(address, c.add(c.load(address), ...counts));
    });
  }

  #bitsNotZero(mask: number): Word {
    const c = this.#c;
    const isZero: Word = () => {
      this.#f.code.byte(0x20).u32(mask);
      splatConstant(this.#f.code, 0);
      simd(this.#f.code, "i32x4.eq");
      simd(this.#f.code, "i32x4.bitmask");
    };
    return c.binary("sub", c.constant(2 ** LANES - 1), isZero);
  }

  /** A word of the core's block; the prologue asks for every word the loop needs. */
  #block(word: keyof typeof CORE_WORDS): Word {
    return this.#c.get(this.#blockLocal(word));
  }

  #blockLocal(word: keyof typeof CORE_WORDS): WordLocal {
    let local = this.#blockLocals.get(CORE_WORDS[word]);
    if (local === undefined) {
      local = this.#c.local();
      this.#c.set(local, this.#c.load(this.#c.get(this.#core), CORE_WORDS[word] * 4));
      this.#blockLocals.set(CORE_WORDS[word], local);
    }
    return local;
  }
}

import { FunctionWriter, I32, V128, VOID, writeModule } from "../codegen/wasm/module-writer.ts";
import { shuffleLanes, simd, splatConstant } from "../codegen/wasm/simd.ts";
import { WASM } from "../codegen/wasm/webassembly.ts";
import { PHILOX, philoxBlocks } from "./philox.ts";

/** Below this many blocks the call costs more than the vectors save. */
const FEWEST_BLOCKS = 8;
/** Blocks that one memory page holds. */
const MOST_BLOCKS = 4096;

interface Filler {
  readonly fill: (...words: number[]) => number;
  /** Uint32Array[16384]: what the last call made, block after block. */
  readonly words: Uint32Array;
}

/** Made when first used; undefined where the engine runs without WebAssembly. */
let filler: Filler | undefined;

/** The same as {@link philoxBlocks}, bit for bit, for at most 4096 blocks: four at a time in vector registers. */
export function philoxBlocksSimd(
  out: Uint32Array,
  blocks: number,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  if (blocks < FEWEST_BLOCKS || blocks > MOST_BLOCKS || WASM === undefined) {
    philoxBlocks(out, blocks, counter0, counter1, counter2, counter3, key0, key1);
    return;
  }
  filler ??= makeFiller();
  filler.fill((blocks + 3) >>> 2, counter0, counter1, counter2, counter3, key0, key1);
  out.set(filler.words.subarray(0, blocks * 4));
}

function makeFiller(): Filler {
  const memory = new WASM.Memory({ initial: 1, maximum: 1 });
  const bytes = writeModule({ memory: { initial: 1, maximum: 1, shared: false } }, { fill: fillFunction() });
  const { exports } = new WASM.Instance(new WASM.Module(bytes), { env: { memory } });
  return { fill: exports.fill!, words: new Uint32Array(memory.buffer) };
}

/**
 * Parameters: groups of four blocks, four counter words, two key words. Writes from address 0 on. Lane b of each vector
 * belongs to block b of the group.
 */
function fillFunction(): FunctionWriter {
  const f = new FunctionWriter([I32, I32, I32, I32, I32, I32, I32], []);
  const [groups, counter0, counter1, counter2, counter3, key0, key1] = [0, 1, 2, 3, 4, 5, 6];
  const address = f.local(I32);
  const vector = (): number => f.local(V128);
  const x = [vector(), vector(), vector(), vector()] as const;
  const k = [vector(), vector()] as const;
  const [low, high, product, otherProduct] = [vector(), vector(), vector(), vector()];
  const w = f.code;
  const get = (local: number): void => {
    w.byte(0x20).u32(local);
  };
  const set = (local: number): void => {
    w.byte(0x21).u32(local);
  };
  const splat = (from: number, to: number): void => {
    get(from);
    simd(w, "i32x4.splat");
    set(to);
  };
  /** low, high = halves of the four products of x[i] and a constant */
  const multiply = (i: 0 | 2, factor: number): void => {
    for (const [half, to] of [
      ["i64x2.extmul_low_i32x4_u", product],
      ["i64x2.extmul_high_i32x4_u", otherProduct],
    ] as const) {
      get(x[i]);
      splatConstant(w, factor);
      simd(w, half);
      set(to);
    }
    for (const [lanes, to] of [
      [[0, 2, 4, 6], low],
      [[1, 3, 5, 7], high],
    ] as const) {
      get(product);
      get(otherProduct);
      shuffleLanes(w, lanes);
      set(to);
    }
  };
  /** x[to] = high ^ x[from] ^ k[i]; the low half takes the place of x[from] */
  const mix = (from: 1 | 3, i: 0 | 1, to: number): void => {
    get(high);
    get(x[from]);
    simd(w, "v128.xor");
    get(k[i]);
    simd(w, "v128.xor");
    set(to);
    get(low);
    set(x[from]);
  };
  const advance = (local: number, by: number): void => {
    get(local);
    w.byte(0x41).s32(by).byte(0x6a);
    set(local);
  };
  const mixed = vector();
  const rounds = f.local(I32);

  w.byte(0x02, VOID, 0x03, VOID); // block, loop
  get(groups);
  w.byte(0x45, 0x0d).u32(1); // groups = 0: leave
  get(counter0);
  simd(w, "i32x4.splat");
  simd(w, "v128.const").byte(0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
  simd(w, "i32x4.add");
  set(x[0]);
  splat(counter1, x[1]);
  splat(counter2, x[2]);
  splat(counter3, x[3]);
  splat(key0, k[0]);
  splat(key1, k[1]);
  w.byte(0x41).s32(PHILOX.rounds);
  set(rounds);
  // Not unrolled: ten times the code would take longer to compile than most networks take to draw.
  w.byte(0x03, VOID); // loop
  // The products of x[0] go to x[2] and x[3], those of x[2] to x[0] and x[1].
  multiply(0, PHILOX.multiplier0);
  mix(3, 1, mixed);
  multiply(2, PHILOX.multiplier1);
  mix(1, 0, x[0]);
  get(mixed);
  set(x[2]);
  for (const i of [0, 1] as const) {
    get(k[i]);
    splatConstant(w, i === 0 ? PHILOX.weyl0 : PHILOX.weyl1);
    simd(w, "i32x4.add");
    set(k[i]);
  }
  advance(rounds, -1);
  get(rounds);
  w.byte(0x0d).u32(0).byte(0x0b); // again while rounds are left; end
  // From a vector a word to a vector a block.
  for (const [first, pair] of [
    [0, [0, 4, 1, 5]],
    [32, [2, 6, 3, 7]],
  ] as const) {
    for (const [a, b, to] of [
      [x[0], x[1], low],
      [x[2], x[3], high],
    ] as const) {
      get(a);
      get(b);
      shuffleLanes(w, pair);
      set(to);
    }
    for (const [offset, quad] of [
      [first, [0, 1, 4, 5]],
      [first + 16, [2, 3, 6, 7]],
    ] as const) {
      get(address);
      get(low);
      get(high);
      shuffleLanes(w, quad);
      simd(w, "v128.store").byte(4).u32(offset);
    }
  }
  advance(address, 64);
  advance(counter0, 4);
  advance(groups, -1);
  w.byte(0x0c).u32(0).byte(0x0b, 0x0b); // again; end, end
  return f;
}

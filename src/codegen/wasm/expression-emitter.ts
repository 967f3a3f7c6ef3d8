import { children, type Expr, inOrder, type Procedure, roots } from "../ir.ts";
import { type FunctionWriter, I32, V128 } from "./module-writer.ts";
import { type SimdInstruction, shuffleLanes, simd, splatConstant, splatConstant64 } from "./simd.ts";

/** Emits the expressions of one procedure; a value that is used more than once is kept in a local. */
export class ExpressionEmitter {
  readonly #f: FunctionWriter;
  readonly #leaf: (e: Expr) => void;
  readonly #tables: ReadonlyMap<string, number>;
  readonly #laneOffsets: LaneOffsets;
  readonly #shortProducts: ReadonlySet<Expr>;
  readonly #uses = new Map<Expr, number>();
  readonly #kept = new Map<Expr, number>();
  readonly #offsets = new Map<Expr, readonly number[]>();
  readonly #pairs = new Map<Expr, Map<string, readonly [number, number]>>();

  constructor(
    f: FunctionWriter,
    procedure: Procedure,
    leaf: (e: Expr) => void,
    tables: ReadonlyMap<string, number>,
    laneOffsets: LaneOffsets,
    shortProducts: ReadonlySet<Expr>,
  ) {
    this.#f = f;
    this.#leaf = leaf;
    this.#tables = tables;
    this.#laneOffsets = laneOffsets;
    this.#shortProducts = shortProducts;
    const all = roots(procedure);
    const count = (e: Expr): void => {
      this.#uses.set(e, (this.#uses.get(e) ?? 0) + 1);
    };
    for (const root of all) count(root);
    for (const e of inOrder(all)) for (const child of children(e)) count(child);
  }

  push(e: Expr): void {
    const kept = this.#kept.get(e);
    if (kept !== undefined) {
      this.#f.code.byte(0x20).u32(kept);
      return;
    }
    this.#compute(e);
    // Inputs are cleared as they are read, so they are always kept.
    if (e.op !== "const" && (e.op === "input" || this.#uses.get(e)! > 1) && !isRegister(e)) {
      const local = this.#f.local(V128);
      this.#f.code.byte(0x22).u32(local);
      this.#kept.set(e, local);
    }
  }

  /** Computes a value that must survive whatever is pushed next; its local. */
  keep(e: Expr): number {
    this.push(e);
    const kept = this.#kept.get(e);
    if (kept !== undefined) {
      this.#f.code.byte(0x1a);
      return kept;
    }
    const local = this.#f.local(V128);
    this.#f.code.byte(0x21).u32(local);
    return local;
  }

  /** Like {@link push}, but leaves the value in a local so that it can be pushed again for nothing. */
  #keep(e: Expr): void {
    if (isRegister(e) || e.op === "const" || this.#kept.has(e)) return;
    this.push(e);
    const kept = this.#kept.get(e);
    if (kept !== undefined) {
      this.#f.code.byte(0x1a);
      return;
    }
    const local = this.#f.local(V128);
    this.#f.code.byte(0x21).u32(local);
    this.#kept.set(e, local);
  }

  #compute(e: Expr): void {
    const w = this.#f.code;
    switch (e.op) {
      case "const":
        splatConstant(w, e.value);
        return;
      case "state":
      case "param":
      case "input":
      case "tick":
      case "index":
        this.#leaf(e);
        return;
      case "shl":
      case "shrS":
      case "shrU":
        this.push(e.a);
        w.byte(0x41).s32(e.bits);
        simd(w, SHIFTS[e.op]);
        return;
      case "shlBy":
        throw new TypeError(`core parameter ${e.by} is to be folded into the code first`);
      case "mulS":
      case "mulU":
        this.#product(e.a, e.b, e.shift, e.op === "mulS");
        return;
      case "sumProducts":
        this.#sumProducts(e);
        return;
      case "lookup": {
        const pair = this.#lookUp(e.table, e.index);
        w.byte(0x20).u32(pair[e.offset]);
        return;
      }
      case "select":
        this.push(e.a);
        this.push(e.b);
        this.push(e.mask);
        simd(w, "v128.bitselect");
        return;
      case "and":
        // There is no instruction for "not less": x86 takes one more for geS.
        if (e.b.op === "geS" && this.#isOwn(e.b)) {
          this.push(e.a);
          this.push(e.b.a);
          this.push(e.b.b);
          simd(w, "i32x4.lt_s");
          simd(w, "v128.andnot");
          return;
        }
        break;
      default:
    }
    this.push(e.a);
    this.push(e.b);
    // The upper halves of the words are nothing but signs, one of them of no sign: their product is zero.
    simd(w, this.#shortProducts.has(e) ? "i32x4.dot_i16x8_s" : BINARY[e.op]);
  }

  /** Used once, and not computed yet. */
  #isOwn(e: Expr): boolean {
    return this.#uses.get(e) === 1 && !this.#kept.has(e);
  }

  #product(a: Expr, b: Expr, shift: number, signed: boolean): void {
    const w = this.#f.code;
    this.#keep(a);
    this.#keep(b);
    for (const half of ["low", "high"] as const) {
      this.push(a);
      this.push(b);
      simd(w, `i64x2.extmul_${half}_i32x4_${signed ? "s" : "u"}`);
      this.#shift64(shift);
    }
    shuffleLanes(w, shift === 32 ? [1, 3, 5, 7] : [0, 2, 4, 6]);
  }

  #sumProducts(e: Extract<Expr, { op: "sumProducts" }>): void {
    const w = this.#f.code;
    for (const [a, b] of e.terms) {
      this.#keep(a);
      this.#keep(b);
    }
    for (const half of ["low", "high"] as const) {
      // The addend comes first, so that the sum with products that all neurons share is theirs, too.
      if (e.addend !== 0n) splatConstant64(w, e.addend);
      e.terms.forEach(([a, b], i) => {
        this.push(a);
        this.push(b);
        simd(w, `i64x2.extmul_${half}_i32x4_s`);
        if (i > 0 || e.addend !== 0n) simd(w, "i64x2.add");
      });
      this.#shift64(e.shift);
    }
    shuffleLanes(w, e.shift === 32 ? [1, 3, 5, 7] : [0, 2, 4, 6]);
  }

  /** For shifts up to 32 only the low word is kept, so the logical shift serves signed sums as well. */
  #shift64(shift: number): void {
    if (shift === 0 || shift === 32) return;
    this.#f.code.byte(0x41).s32(shift);
    simd(this.#f.code, "i64x2.shr_u");
  }

  /** Loads the words at index and index + 1 for four lanes, two lanes a vector, then sorts them into two vectors. */
  #lookUp(table: string, index: Expr): readonly [number, number] {
    let ofIndex = this.#pairs.get(index);
    if (ofIndex === undefined) {
      ofIndex = new Map();
      this.#pairs.set(index, ofIndex);
    }
    const known = ofIndex.get(table);
    if (known !== undefined) return known;
    const w = this.#f.code;
    const address = this.#tables.get(table)!;
    const offsets = this.#byteOffsets(index);
    const halves = [0, 2].map((lane) => {
      const half = this.#f.local(V128);
      w.byte(0x20).u32(offsets[lane]!);
      simd(w, "v128.load64_zero").u32(2).u32(address);
      w.byte(0x21).u32(half);
      w.byte(0x20).u32(offsets[lane + 1]!);
      w.byte(0x20).u32(half);
      simd(w, "v128.load64_lane").u32(2).u32(address).byte(1);
      w.byte(0x21).u32(half);
      return half;
    });
    const pair = [this.#f.local(V128), this.#f.local(V128)] as const;
    for (const offset of [0, 1] as const) {
      w.byte(0x20).u32(halves[0]!).byte(0x20).u32(halves[1]!);
      shuffleLanes(w, [offset, offset + 2, offset + 4, offset + 6]);
      w.byte(0x21).u32(pair[offset]);
    }
    ofIndex.set(table, pair);
    return pair;
  }

  /**
   * Locals with the byte offsets of an index in each lane, shared by all tables it looks into. They go through memory:
   * a store and four loads leave the units that multiply and shuffle alone, which taking out lanes keeps busy.
   */
  #byteOffsets(index: Expr): readonly number[] {
    const known = this.#offsets.get(index);
    if (known !== undefined) return known;
    const w = this.#f.code;
    const { base, bytes } = this.#laneOffsets;
    w.byte(0x20).u32(base);
    this.push(index);
    w.byte(0x41).s32(2);
    simd(w, "i32x4.shl");
    simd(w, "v128.store").u32(4).u32(bytes);
    const lanes = [0, 1, 2, 3].map((lane) => {
      const local = this.#f.local(I32);
      w.byte(0x20)
        .u32(base)
        .byte(0x28, 2)
        .u32(bytes + lane * 4)
        .byte(0x21)
        .u32(local);
      return local;
    });
    this.#offsets.set(index, lanes);
    return lanes;
  }
}

/** Where four words may be stored for a while: a local with an address, and bytes from there. */
export interface LaneOffsets {
  readonly base: number;
  readonly bytes: number;
}

/** Leaves that already sit in a local of their own. */
function isRegister(e: Expr): boolean {
  return e.op === "state" || e.op === "param" || e.op === "tick" || e.op === "index";
}

const SHIFTS = { shl: "i32x4.shl", shrS: "i32x4.shr_s", shrU: "i32x4.shr_u" } as const satisfies Record<
  string,
  SimdInstruction
>;

const BINARY = {
  add: "i32x4.add",
  sub: "i32x4.sub",
  and: "v128.and",
  or: "v128.or",
  xor: "v128.xor",
  mulLow: "i32x4.mul",
  minU: "i32x4.min_u",
  minS: "i32x4.min_s",
  maxS: "i32x4.max_s",
  eq: "i32x4.eq",
  ltS: "i32x4.lt_s",
  geS: "i32x4.ge_s",
  ltU: "i32x4.lt_u",
  geU: "i32x4.ge_u",
} as const satisfies Record<string, SimdInstruction>;

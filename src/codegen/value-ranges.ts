import type { Expr, Model } from "./ir.ts";

/** Smallest and largest value of a word, signed. */
export type Range = readonly [low: number, high: number];

const LOWEST = -0x8000_0000;
const HIGHEST = 0x7fff_ffff;
const ANY: Range = [LOWEST, HIGHEST];
const MASK: Range = [-1, 0];

/** What is known of a model's words before it runs. What is missing may be anything. */
export interface KnownRanges {
  readonly states: ReadonlyMap<string, Range>;
  readonly params: ReadonlyMap<string, Range>;
  readonly tables: ReadonlyMap<string, Range>;
  /** What a table's word is more than the one before. */
  readonly steps: ReadonlyMap<string, Range>;
}

/** Rounds after which a state that still grows may be anything: no model of ours needs more than three. */
const ROUNDS = 6;

/**
 * Ranges of the states at all times, given those of their initial values: the smallest intervals found that both
 * procedures keep.
 */
export function lastingRanges(model: Model, known: KnownRanges): KnownRanges {
  let states = new Map(model.states.map((name) => [name, known.states.get(name) ?? ANY]));
  for (let round = 0; ; round++) {
    const next = new Map(states);
    for (const procedure of [model.receive, model.step]) {
      const ranges = new ValueRanges({ ...known, states });
      for (const [name, e] of Object.entries(procedure.set)) next.set(name, union(next.get(name)!, ranges.of(e)));
    }
    const grown = model.states.filter((name) => !isSame(next.get(name)!, states.get(name)!));
    if (grown.length === 0) return { ...known, states };
    if (round >= ROUNDS) for (const name of grown) next.set(name, ANY);
    states = next;
  }
}

/** Ranges of expressions by interval arithmetic: never too small, often too large. */
export class ValueRanges {
  readonly #known: KnownRanges;
  /** Ranges that conditions around the expression leave, of values that are compared in them. */
  readonly #limits: ReadonlyMap<Expr, Range>;
  readonly #ranges = new Map<Expr, Range>();

  constructor(known: KnownRanges, limits: ReadonlyMap<Expr, Range> = new Map()) {
    this.#known = known;
    this.#limits = limits;
  }

  of(e: Expr): Range {
    let range = this.#ranges.get(e);
    if (range === undefined) {
      range = this.#compute(e);
      const limit = this.#limits.get(e);
      if (limit !== undefined) range = intersection(range, limit);
      this.#ranges.set(e, range);
    }
    return range;
  }

  #compute(e: Expr): Range {
    switch (e.op) {
      case "const":
        return [e.value, e.value];
      case "state":
        return this.#known.states.get(e.name) ?? ANY;
      case "param":
        return this.#known.params.get(e.name) ?? ANY;
      case "lookup":
        return this.#known.tables.get(e.table) ?? ANY;
      case "eq":
      case "ltS":
      case "geS":
      case "ltU":
      case "geU":
        return MASK;
      case "sub":
        return this.#tableStep(e.a, e.b) ?? BINARY.sub(this.of(e.a), this.of(e.b));
      case "add":
      case "minS":
      case "maxS":
      case "minU":
      case "and":
      case "or":
      case "xor":
        return BINARY[e.op](this.of(e.a), this.of(e.b));
      case "shl": {
        const [low, high] = this.of(e.a);
        return ifWord(low * 2 ** e.bits, high * 2 ** e.bits);
      }
      case "shrS": {
        const [low, high] = this.of(e.a);
        return [low >> e.bits, high >> e.bits];
      }
      case "shrU": {
        const [low, high] = this.of(e.a);
        if (low >= 0) return [low >>> e.bits, high >>> e.bits];
        return e.bits === 0 ? ANY : [0, 0xffff_ffff >>> e.bits];
      }
      case "mulLow":
        return sumOfProducts([[this.of(e.a), this.of(e.b)]], 0n, 0);
      case "mulS":
        return sumOfProducts([[this.of(e.a), this.of(e.b)]], 0n, e.shift);
      case "mulU":
        return e.shift === 32 ? highProduct(this.of(e.a), this.of(e.b)) : ANY;
      case "sumProducts": {
        const terms = e.terms.map(([a, b]) => [this.of(a), this.of(b)] as const);
        return sumOfProducts(terms, e.addend, e.shift);
      }
      case "select":
        if (!isMask(this.of(e.mask))) return ANY;
        return union(this.#under(e.mask, true).of(e.a), this.#under(e.mask, false).of(e.b));
      default:
        return ANY;
    }
  }

  /** Difference of two neighbouring words of a table. */
  #tableStep(a: Expr, b: Expr): Range | undefined {
    if (a.op !== "lookup" || b.op !== "lookup" || a.table !== b.table || a.index !== b.index) return undefined;
    return a.offset === 1 && b.offset === 0 ? this.#known.steps.get(a.table) : undefined;
  }

  /** The ranges where a mask is set, or where it is not. */
  #under(mask: Expr, isSet: boolean): ValueRanges {
    const limits = new Map(this.#limits);
    const limit = (e: Expr, range: Range): void => {
      limits.set(e, intersection(limits.get(e) ?? ANY, range));
    };
    const assume = (condition: Expr, holds: boolean): void => {
      limit(condition, holds ? [-1, -1] : [0, 0]);
      if (condition.op === "and") {
        if (holds) for (const part of [condition.a, condition.b]) assume(part, true);
        else if (isSure(limits.get(condition.a))) assume(condition.b, false);
        else if (isSure(limits.get(condition.b))) assume(condition.a, false);
      } else if (condition.op === "geS" || condition.op === "ltS") {
        const isLess = (condition.op === "ltS") === holds;
        const [low, high] = this.of(condition.b);
        limit(condition.a, isLess ? [LOWEST, Math.max(LOWEST, high - 1)] : [low, HIGHEST]);
      }
    };
    assume(mask, isSet);
    // What was known not to hold may say more now.
    for (const [condition, [low, high]] of this.#limits) if (low === 0 && high === 0) assume(condition, false);
    return limits.size === 0 ? this : new ValueRanges(this.#known, limits);
  }
}

/** What holds for words of which some are known by the one, some by the other; both name the same ones. */
export function rangesOfBoth(a: KnownRanges, b: KnownRanges): KnownRanges {
  const both = (kind: keyof KnownRanges): ReadonlyMap<string, Range> =>
    new Map([...a[kind]].map(([name, range]) => [name, union(range, b[kind].get(name) ?? ANY)]));
  return { states: both("states"), params: both("params"), tables: both("tables"), steps: both("steps") };
}

/** Range of words, signed; unsigned words from 2^31 on count as negative. */
export function rangeOfWords(words: ArrayLike<number>): Range {
  let [low, high] = [HIGHEST, LOWEST];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]! | 0;
    if (word < low) low = word;
    if (word > high) high = word;
  }
  return low > high ? ANY : [low, high];
}

/** Range of what each word is more than the one before, as words. */
export function rangeOfSteps(words: ArrayLike<number>): Range {
  return rangeOfWords(Array.from({ length: words.length - 1 }, (_, i) => words[i + 1]! - words[i]!));
}

function union(a: Range, b: Range): Range {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** Where there is no value at all, any range is true. */
function intersection(a: Range, b: Range): Range {
  const [low, high] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
  return low > high ? a : [low, high];
}

function isSame(a: Range, b: Range): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** All ones or all zeros. */
function isMask(range: Range): boolean {
  return range[0] >= -1 && range[1] <= 0;
}

function isSure(mask: Range | undefined): boolean {
  return mask !== undefined && mask[0] === -1 && mask[1] === -1;
}

/** Arithmetic that wraps may give anything. */
function ifWord(low: number, high: number): Range {
  return low >= LOWEST && high <= HIGHEST ? [low, high] : ANY;
}

const bitwise = (a: Range, b: Range): Range => {
  if (a[0] >= 0 && b[0] >= 0) return [0, 2 ** (32 - Math.clz32(a[1] | b[1])) - 1];
  return isMask(a) && isMask(b) ? MASK : ANY;
};

const BINARY = {
  add: (a: Range, b: Range): Range => ifWord(a[0] + b[0], a[1] + b[1]),
  sub: (a: Range, b: Range): Range => ifWord(a[0] - b[1], a[1] - b[0]),
  minS: (a: Range, b: Range): Range => [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
  maxS: (a: Range, b: Range): Range => [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
  minU: (a: Range, b: Range): Range => {
    if (a[0] >= 0 && b[0] >= 0) return [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
    if (a[0] >= 0) return [0, a[1]];
    return b[0] >= 0 ? [0, b[1]] : ANY;
  },
  and: (a: Range, b: Range): Range => {
    if (a[0] >= 0 && b[0] >= 0) return [0, Math.min(a[1], b[1])];
    if (a[0] >= 0) return [0, a[1]];
    return b[0] >= 0 ? [0, b[1]] : bitwise(a, b);
  },
  or: bitwise,
  xor: bitwise,
} as const;

/** High word of an unsigned product: not above either factor. */
function highProduct(a: Range, b: Range): Range {
  if (a[0] >= 0 && b[0] >= 0) return [0, Number((BigInt(a[1]) * BigInt(b[1])) >> 32n)];
  if (a[0] >= 0) return [0, a[1]];
  return b[0] >= 0 ? [0, b[1]] : ANY;
}

function sumOfProducts(terms: readonly (readonly [Range, Range])[], addend: bigint, shift: number): Range {
  let [low, high] = [addend, addend];
  for (const [a, b] of terms) {
    const corners = a.flatMap((x) => b.map((y) => BigInt(x) * BigInt(y)));
    low += corners.reduce((least, x) => (x < least ? x : least));
    high += corners.reduce((most, x) => (x > most ? x : most));
  }
  return ifWord(Number(low >> BigInt(shift)), Number(high >> BigInt(shift)));
}

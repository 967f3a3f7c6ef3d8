import { add, constant, type Expr, type Model, type Procedure, rewritten, sub, withChildren } from "./ir.ts";
import { type KnownRanges, type Range, ValueRanges } from "./value-ranges.ts";

/**
 * The model with `sum of g (E - V)` computed as `sum of g E - V * sum of g` where that is less work: products with an E
 * of zero go, those of two words that all neurons share are the same for all, and no difference is left. The sum of the
 * g is mostly needed besides.
 *
 * The 64-bit sums are the same, as they wrap alike, if no 32-bit difference or sum of theirs wraps; the ranges say so.
 *
 * @param ranges of the states at all times, and of the parameters
 * @param shared parameters that are one word for all neurons
 */
export function withCommonVoltage(model: Model, ranges: KnownRanges, shared: ReadonlySet<string>): Model {
  const factor = (procedure: Procedure): Procedure => {
    const values = new ValueRanges(ranges);
    const known = new SameExpressions();
    return rewritten(procedure, (e, get) => {
      const same = known.first(withChildren(e, get));
      return same.op === "sumProducts" ? factored(same, values, shared, known) : same;
    });
  };
  return { ...model, receive: factor(model.receive), step: factor(model.step) };
}

type SumProducts = Extract<Expr, { op: "sumProducts" }>;
type Term = readonly [g: Expr, difference: { readonly op: "sub"; readonly a: Expr; readonly b: Expr }];

function isDifference(term: readonly [Expr, Expr]): term is Term {
  return term[1].op === "sub";
}

function factored(
  e: SumProducts,
  values: ValueRanges,
  shared: ReadonlySet<string>,
  known: SameExpressions,
): SumProducts {
  const differences = e.terms.filter(isDifference);
  const voltage = differences[0]?.[1].b;
  if (voltage === undefined) return e;
  const terms = differences.filter(([, { b }]) => b === voltage);
  const isShared = (factor: Expr): boolean =>
    factor.op === "const" || (factor.op === "param" && shared.has(factor.name));
  const products = terms.map(([g, { a }]) => [g, a] as const).filter(([, a]) => a.op !== "const" || a.value !== 0);
  const work = products.filter(([g, a]) => !isShared(g) || !isShared(a)).length;
  if (work + 1 >= terms.length) return e;
  const negative = sub(constant(0), voltage);
  const wraps = (low: number, high: number): boolean => low < -0x8000_0000 || high > 0x7fff_ffff;
  const [lowest, highest] = values.of(voltage);
  if (wraps(-highest, -lowest)) return e;
  for (const [, { a }] of terms) {
    const [low, high] = values.of(a);
    if (wraps(low - highest, high - lowest)) return e;
  }
  const conductances = terms.map(([g]) => values.of(g));
  const total = (bound: 0 | 1): number => conductances.reduce((sum, range: Range) => sum + range[bound], 0);
  if (wraps(total(0), total(1))) return e;
  const sum = terms.map(([g]) => g).reduce((a, b) => known.first(add(a, b)));
  const others = e.terms.filter((term) => !terms.includes(term as Term));
  // What is the same for all neurons comes first, so that its sum is, too.
  const inOrder = [...products, ...others].sort((a, b) => Number(!a.every(isShared)) - Number(!b.every(isShared)));
  return { ...e, terms: [...inOrder, [sum, known.first(negative)]] };
}

/** Finds the first of expressions that are the same operation on the same operands. */
class SameExpressions {
  readonly #numbers = new Map<Expr, number>();
  readonly #byText = new Map<string, Expr>();

  first(e: Expr): Expr {
    if (this.#numbers.has(e)) return e;
    const text = JSON.stringify(e, (_, value: unknown) => {
      if (typeof value === "bigint") return `${value}n`;
      const number = value === e ? undefined : this.#numbers.get(value as Expr);
      return number === undefined ? value : `#${number}`;
    });
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(e, this.#numbers.size);
    this.#byText.set(text, e);
    return e;
  }
}

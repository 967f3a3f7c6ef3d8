import {
  add,
  and,
  constant,
  type Expr,
  inOrder,
  type Model,
  mulLow,
  type Procedure,
  rewritten,
  roots,
  shl,
  shrU,
  withChildren,
} from "./ir.ts";
import { type KnownRanges, type Range, ValueRanges } from "./value-ranges.ts";

/**
 * The model with `umulh(a << s, p)` of a few bits and a shared word as `a p1 + (a p0 >> 32 - s)` of 32-bit products, where
 * `p1` and `p0` are the word's upper bits, shifted, and its lower fifteen. A vector of 64-bit products takes three
 * instructions for each half.
 *
 * With k = 32 - s of at most 15 and a below 2^k, a p >> k is a (p >> 15) 2^(15 - k) + (a (p mod 2^15) >> k): the first
 * product has no bits that the shift could take away.
 *
 * @param ranges of the states at all times, and of the parameters
 * @param shared parameters that are one word for all neurons
 */
export function withNarrowProducts(model: Model, ranges: KnownRanges, shared: ReadonlySet<string>): Model {
  const narrow = (procedure: Procedure): Procedure => {
    const values = new ValueRanges(ranges);
    return rewritten(procedure, (e, get) => {
      const fresh = withChildren(e, get);
      if (fresh.op !== "mulU" || fresh.shift !== 32 || fresh.a.op !== "shl") return fresh;
      const { a: shifted, b: word } = fresh;
      const bits = 32 - shifted.bits;
      const [low, high] = values.of(shifted.a);
      if (word.op !== "param" || !shared.has(word.name) || bits > FACTOR_BITS || low < 0 || high >= 2 ** bits) {
        return fresh;
      }
      const upper = shl(shrU(word, FACTOR_BITS), FACTOR_BITS - bits);
      const lower = and(word, constant(2 ** FACTOR_BITS - 1));
      return add(mulLow(shifted.a, upper), shrU(mulLow(shifted.a, lower), bits));
    });
  };
  return { ...model, receive: narrow(model.receive), step: narrow(model.step) };
}

/** Bits of a factor of a short product without its sign. */
const FACTOR_BITS = 15;

/** Products of words of sixteen bits with their signs, one of which is not negative: half the work of others. */
export function shortProducts(model: Model, ranges: KnownRanges): ReadonlySet<Expr> {
  const limit = 2 ** FACTOR_BITS;
  const fits = ([low, high]: Range): boolean => low >= -limit && high < limit;
  const values = new ValueRanges(ranges);
  const all = inOrder([...roots(model.receive), ...roots(model.step)]);
  return new Set(
    all.filter((e) => {
      if (e.op !== "mulLow") return false;
      const [a, b] = [values.of(e.a), values.of(e.b)];
      return fits(a) && fits(b) && (a[0] >= 0 || b[0] >= 0);
    }),
  );
}

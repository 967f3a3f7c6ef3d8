import fc from "fast-check";
import {
  add,
  type BinaryOp,
  and as bitwiseAnd,
  constant,
  type Expr,
  lookupPair,
  neuronIndex,
  param,
  state,
  input as takenInput,
  tick,
} from "../../src/codegen/ir.ts";

export const STATES: readonly string[] = ["a", "b.dotted", "c", "d"];
export const TABLE_WORDS = 17;

/** Words whose products, sums and shifts go wrong where anything can. */
export const word: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 0x7fff_ffff, -0x8000_0000, 0x8000, -0x8000, 0x1_0000),
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
);

const BINARY: readonly BinaryOp[] = [
  ...(["add", "sub", "and", "or", "xor", "mulLow", "minU", "minS", "maxS"] as const),
  ...(["eq", "ltS", "geS", "ltU", "geU"] as const),
];

/**
 * Expressions of every operation, over {@link STATES}, parameters `shared`, `own` and `shift`, which shifts, a table of
 * {@link TABLE_WORDS}, tick, index and inputs `r` and `s`.
 */
export function expressions(inputs: boolean): fc.Arbitrary<Expr> {
  const { expression } = fc.letrec<{ expression: Expr }>((tie) => {
    const child = tie("expression");
    const shiftBits = fc.integer({ min: 0, max: 31 });
    const productBits = fc.integer({ min: 0, max: 32 });
    const leaf: fc.Arbitrary<Expr> = fc.oneof(
      word.map(constant),
      fc.constantFrom(...STATES).map(state),
      fc.constantFrom("shared", "own").map(param),
      fc.constantFrom(tick(), neuronIndex(), ...(inputs ? [takenInput("r"), takenInput("s")] : [])),
    );
    const operation: fc.Arbitrary<Expr> = fc.oneof(
      fc.record({ op: fc.constantFrom(...BINARY), a: child, b: child }),
      fc.record({ op: fc.constantFrom("shl" as const, "shrS" as const, "shrU" as const), a: child, bits: shiftBits }),
      fc.record({ op: fc.constant("shlBy" as const), a: child, by: fc.constant("shift") }),
      fc.record({ op: fc.constantFrom("mulS" as const, "mulU" as const), a: child, b: child, shift: productBits }),
      fc.record({
        op: fc.constant("sumProducts" as const),
        terms: fc.array(fc.tuple(child, child), { minLength: 1, maxLength: 3 }),
        addend: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
        shift: productBits,
      }),
      fc.record({ op: fc.constant("select" as const), mask: child, a: child, b: child }),
      child.map((e) => {
        const [low, high] = lookupPair("table", bitwiseAnd(e, constant(TABLE_WORDS - 2)));
        return add(low, high);
      }),
    );
    return { expression: fc.oneof({ maxDepth: 5, depthSize: "large" }, leaf, operation, operation) };
  });
  return expression;
}

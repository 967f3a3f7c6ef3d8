import { constant, type Expr, type Model, rewritten, withChildren } from "./ir.ts";

/**
 * The model with some parameters known to be zero, and what follows from it folded away: a cell without injected current
 * need not multiply it. The bits are the same.
 */
export function withZeroParams(model: Model, zero: ReadonlySet<string>): Model {
  if (zero.size === 0) return model;
  const foldOne = (e: Expr, get: (e: Expr) => Expr): Expr => fold(e, get, zero);
  return { ...model, receive: rewritten(model.receive, foldOne), step: rewritten(model.step, foldOne) };
}

function fold(e: Expr, get: (e: Expr) => Expr, zero: ReadonlySet<string>): Expr {
  switch (e.op) {
    case "param":
      return zero.has(e.name) ? constant(0) : e;
    case "add":
    case "or":
    case "xor":
      if (isZero(get(e.a))) return get(e.b);
      return isZero(get(e.b)) ? get(e.a) : withChildren(e, get);
    case "sub":
      return isZero(get(e.b)) ? get(e.a) : withChildren(e, get);
    case "and":
    case "mulLow":
    case "mulS":
    case "mulU":
      return isZero(get(e.a)) || isZero(get(e.b)) ? constant(0) : withChildren(e, get);
    case "sumProducts": {
      const terms = e.terms.map(([a, b]) => [get(a), get(b)] as const).filter(([a, b]) => !isZero(a) && !isZero(b));
      return terms.length === 0 ? withChildren(e, get) : { ...e, terms };
    }
    default:
      return withChildren(e, get);
  }
}

function isZero(e: Expr): boolean {
  return e.op === "const" && e.value === 0;
}

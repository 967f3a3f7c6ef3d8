import { constant, type Expr, type Model, rewritten, shl, withChildren } from "./ir.ts";

/**
 * The model with the words of some parameters known, and what follows from them folded away: a cell without injected
 * current need not multiply it. The bits are the same.
 */
export function withKnownParams(model: Model, known: ReadonlyMap<string, number>): Model {
  if (known.size === 0) return model;
  const foldOne = (e: Expr, get: (e: Expr) => Expr): Expr => fold(e, get, known);
  return { ...model, receive: rewritten(model.receive, foldOne), step: rewritten(model.step, foldOne) };
}

function fold(e: Expr, get: (e: Expr) => Expr, known: ReadonlyMap<string, number>): Expr {
  switch (e.op) {
    case "param": {
      const word = known.get(e.name);
      return word === undefined ? e : constant(word);
    }
    case "shlBy": {
      const bits = known.get(e.by);
      if (bits === undefined) return withChildren(e, get);
      return bits === 0 ? get(e.a) : shl(get(e.a), bits);
    }
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

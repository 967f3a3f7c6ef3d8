import { children, constant, type Expr, inOrder, type Model, type Procedure, roots } from "./ir.ts";

/**
 * The model with some parameters known to be zero, and what follows from it folded away: a cell without injected current
 * need not multiply it. The bits are the same.
 */
export function withZeroParams(model: Model, zero: ReadonlySet<string>): Model {
  if (zero.size === 0) return model;
  return { ...model, receive: foldProcedure(model.receive, zero), step: foldProcedure(model.step, zero) };
}

function foldProcedure(procedure: Procedure, zero: ReadonlySet<string>): Procedure {
  const folded = new Map<Expr, Expr>();
  const get = (e: Expr): Expr => folded.get(e)!;
  for (const e of inOrder(roots(procedure))) folded.set(e, fold(e, get, zero));
  return {
    set: Object.fromEntries(Object.entries(procedure.set).map(([name, e]) => [name, get(e)])),
    spikes: procedure.spikes.map(get),
    saturates: procedure.saturates.map(get),
  };
}

function fold(e: Expr, get: (e: Expr) => Expr, zero: ReadonlySet<string>): Expr {
  switch (e.op) {
    case "param":
      return zero.has(e.name) ? constant(0) : e;
    case "add":
    case "or":
    case "xor":
      if (isZero(get(e.a))) return get(e.b);
      return isZero(get(e.b)) ? get(e.a) : rebuilt(e, get);
    case "sub":
      return isZero(get(e.b)) ? get(e.a) : rebuilt(e, get);
    case "and":
    case "mulLow":
    case "mulS":
    case "mulU":
      return isZero(get(e.a)) || isZero(get(e.b)) ? constant(0) : rebuilt(e, get);
    case "sumProducts": {
      const terms = e.terms.map(([a, b]) => [get(a), get(b)] as const).filter(([a, b]) => !isZero(a) && !isZero(b));
      return terms.length === 0 ? rebuilt(e, get) : { ...e, terms };
    }
    default:
      return rebuilt(e, get);
  }
}

/** The same operation on the folded operands; the same object if nothing changed, so that sharing stays. */
function rebuilt(e: Expr, get: (e: Expr) => Expr): Expr {
  if (children(e).every((child) => get(child) === child)) return e;
  switch (e.op) {
    case "const":
    case "state":
    case "param":
    case "input":
    case "tick":
    case "index":
      return e;
    case "shl":
    case "shrS":
    case "shrU":
    case "shlBy":
      return { ...e, a: get(e.a) };
    case "sumProducts":
      return { ...e, terms: e.terms.map(([a, b]) => [get(a), get(b)] as const) };
    case "lookup":
      return { ...e, index: get(e.index) };
    case "select":
      return { ...e, mask: get(e.mask), a: get(e.a), b: get(e.b) };
    default:
      return { ...e, a: get(e.a), b: get(e.b) };
  }
}

function isZero(e: Expr): boolean {
  return e.op === "const" && e.value === 0;
}

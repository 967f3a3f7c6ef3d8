import { type Expr, inOrder, type Procedure, roots } from "./ir.ts";

/**
 * A procedure with some of its expressions replaced; what is shared stays shared.
 *
 * @param by what to put in the place of an expression, or undefined to keep it
 */
export function replaced(procedure: Procedure, by: (e: Expr) => Expr | undefined): Procedure {
  const fresh = new Map<Expr, Expr>();
  const get = (e: Expr): Expr => fresh.get(e)!;
  for (const e of inOrder(roots(procedure))) fresh.set(e, by(e) ?? withChildren(e, get));
  return {
    set: Object.fromEntries(Object.entries(procedure.set).map(([name, e]) => [name, get(e)])),
    spikes: procedure.spikes.map(get),
    saturates: procedure.saturates.map(get),
  };
}

function withChildren(e: Expr, get: (e: Expr) => Expr): Expr {
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

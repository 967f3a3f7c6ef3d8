import { type Expr, type Procedure, rewritten, withChildren } from "./ir.ts";

/**
 * A procedure with some of its expressions replaced; what is shared stays shared.
 *
 * @param by what to put in the place of an expression, or undefined to keep it
 */
export function replaced(procedure: Procedure, by: (e: Expr) => Expr | undefined): Procedure {
  return rewritten(procedure, (e, get) => by(e) ?? withChildren(e, get));
}

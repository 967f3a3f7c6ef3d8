/**
 * The fixed-point language every neuron, synapse and source model is written in, once.
 *
 * A value is one 32-bit word a neuron. The operations are those that an ARM968 and WebAssembly SIMD both do exactly:
 * wrapping adds, shifts, compares, selects, table loads and bit ranges of the 64-bit product of two words. Nothing rounds
 * except where an operation says so, hence every back end gives the same bits.
 *
 * Masks are words of all ones (true) or zero (false).
 */
export type Expr =
  | { readonly op: "const"; readonly value: number }
  /** State variable as it was before the procedure began. */
  | { readonly op: "state"; readonly name: string }
  /** Parameter word: one a neuron, or one for the whole core. */
  | { readonly op: "param"; readonly name: string }
  /** Sum of the ring-buffer slot of this tick, in weight units; only in {@link Model.receive}. */
  | { readonly op: "input"; readonly receptor: string }
  /** Tick number, and index of the neuron within its population. */
  | { readonly op: "tick" }
  | { readonly op: "index" }
  | { readonly op: BinaryOp; readonly a: Expr; readonly b: Expr }
  | { readonly op: ShiftOp; readonly a: Expr; readonly bits: number }
  /** `a << by`, where `by` is a parameter that is the same for the whole core, 0 to 31. */
  | { readonly op: "shlBy"; readonly a: Expr; readonly by: string }
  /** Bits shift to shift + 31 of the signed or unsigned 64-bit product; shift is 0 to 32. */
  | { readonly op: "mulS" | "mulU"; readonly a: Expr; readonly b: Expr; readonly shift: number }
  /** Bits shift to shift + 31 of `addend + sum of signed products`, wrapping in 64 bits. */
  | {
      readonly op: "sumProducts";
      readonly terms: readonly (readonly [Expr, Expr])[];
      readonly addend: bigint;
      readonly shift: number;
    }
  /** Word `index + offset` of a table. The model guarantees that both words exist. */
  | { readonly op: "lookup"; readonly table: string; readonly index: Expr; readonly offset: 0 | 1 }
  /** `mask ? a : b`, bit by bit. */
  | { readonly op: "select"; readonly mask: Expr; readonly a: Expr; readonly b: Expr };

export type BinaryOp =
  | "add"
  | "sub"
  | "and"
  | "or"
  | "xor"
  | "mulLow"
  | "minU"
  | "minS"
  | "maxS"
  | "eq"
  | "ltS"
  | "geS"
  | "ltU"
  | "geU";

export type ShiftOp = "shl" | "shrS" | "shrU";

export const constant = (value: number): Expr => ({ op: "const", value: value | 0 });
export const state = (name: string): Expr => ({ op: "state", name });
export const param = (name: string): Expr => ({ op: "param", name });
/** The same object for the same receptor: an input is taken from the ring buffer once, however often it is used. */
export const input = (receptor: string): Expr => {
  let e = inputs.get(receptor);
  if (e === undefined) {
    e = { op: "input", receptor };
    inputs.set(receptor, e);
  }
  return e;
};
const inputs = new Map<string, Expr>();
export const tick = (): Expr => ({ op: "tick" });
export const neuronIndex = (): Expr => ({ op: "index" });

const binary =
  (op: BinaryOp) =>
  (a: Expr, b: Expr): Expr => ({ op, a, b });

type Binary = (a: Expr, b: Expr) => Expr;
export const add: Binary = binary("add");
export const sub: Binary = binary("sub");
export const and: Binary = binary("and");
export const or: Binary = binary("or");
export const xor: Binary = binary("xor");
/** Low 32 bits of the product. */
export const mulLow: Binary = binary("mulLow");
export const minU: Binary = binary("minU");
export const minS: Binary = binary("minS");
export const maxS: Binary = binary("maxS");
export const eq: Binary = binary("eq");
export const ltS: Binary = binary("ltS");
export const geS: Binary = binary("geS");
export const ltU: Binary = binary("ltU");
export const geU: Binary = binary("geU");

const shift =
  (op: ShiftOp) =>
  (a: Expr, bits: number): Expr => ({ op, a, bits });

type Shift = (a: Expr, bits: number) => Expr;
export const shl: Shift = shift("shl");
export const shrS: Shift = shift("shrS");
export const shrU: Shift = shift("shrU");
export const shlBy = (a: Expr, by: string): Expr => ({ op: "shlBy", a, by });

export const mulS = (a: Expr, b: Expr, bits: number): Expr => ({ op: "mulS", a, b, shift: bits });
export const mulU = (a: Expr, b: Expr, bits: number): Expr => ({ op: "mulU", a, b, shift: bits });
export const sumProducts = (terms: readonly (readonly [Expr, Expr])[], bits: number, addend = 0n): Expr => ({
  op: "sumProducts",
  terms,
  addend,
  shift: bits,
});
/** Two neighbouring words of a table, for interpolation. */
export const lookupPair = (table: string, index: Expr): readonly [Expr, Expr] => [
  { op: "lookup", table, index, offset: 0 },
  { op: "lookup", table, index, offset: 1 },
];
export const select = (mask: Expr, a: Expr, b: Expr): Expr => ({ op: "select", mask, a, b });
export const not = (mask: Expr): Expr => xor(mask, constant(-1));

/** What happens in one go: all values are computed from the old state, then the states are set. */
export interface Procedure {
  readonly set: Readonly<Record<string, Expr>>;
  /** Masks of neurons that send a packet; a neuron set in k of them sends k packets. */
  readonly spikes: readonly Expr[];
  /** Words that are not zero where a value was clamped; counted as saturations. */
  readonly saturates: readonly Expr[];
}

/**
 * One model as every back end takes it. In each tick a neuron runs `receive` once (inputs enter its state), its recorded
 * variables are stored, and `step` runs `substeps` times.
 */
export interface Model {
  /** PyNN's name for standard cells. */
  readonly name: string;
  readonly receptors: readonly string[];
  readonly states: readonly string[];
  readonly params: readonly string[];
  /** Params that `shlBy` uses: never one a neuron. */
  readonly coreParams: readonly string[];
  readonly tables: readonly string[];
  readonly receive: Procedure;
  readonly step: Procedure;
}

/** Every distinct node of the expressions, children before parents; nodes shared by reference appear once. */
export function inOrder(roots: readonly Expr[]): Expr[] {
  const seen = new Set<Expr>();
  const order: Expr[] = [];
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    for (const child of children(e)) visit(child);
    order.push(e);
  };
  for (const root of roots) visit(root);
  return order;
}

export function children(e: Expr): readonly Expr[] {
  switch (e.op) {
    case "const":
    case "state":
    case "param":
    case "input":
    case "tick":
    case "index":
      return [];
    case "shl":
    case "shrS":
    case "shrU":
    case "shlBy":
      return [e.a];
    case "sumProducts":
      return e.terms.flat();
    case "lookup":
      return [e.index];
    case "select":
      return [e.mask, e.a, e.b];
    default:
      return [e.a, e.b];
  }
}

/** The same operation on other operands; the same object if none changed, so that sharing stays. */
export function withChildren(e: Expr, get: (e: Expr) => Expr): Expr {
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

/** The expressions a procedure computes, in a fixed order: sets by state order, spikes, saturations. */
export function roots(procedure: Procedure): Expr[] {
  return [...Object.values(procedure.set), ...procedure.spikes, ...procedure.saturates];
}

/** A procedure whose expressions, children first, become what `by` makes of them; what is shared stays shared. */
export function rewritten(procedure: Procedure, by: (e: Expr, get: (e: Expr) => Expr) => Expr): Procedure {
  const fresh = new Map<Expr, Expr>();
  const get = (e: Expr): Expr => fresh.get(e)!;
  for (const e of inOrder(roots(procedure))) fresh.set(e, by(e, get));
  return {
    set: Object.fromEntries(Object.entries(procedure.set).map(([name, e]) => [name, get(e)])),
    spikes: procedure.spikes.map(get),
    saturates: procedure.saturates.map(get),
  };
}

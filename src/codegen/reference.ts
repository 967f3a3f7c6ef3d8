import { type Expr, inOrder, type Model, type Procedure, roots } from "./ir.ts";

/** Words a reference neuron works on. */
export interface ReferenceNeuron {
  readonly states: Record<string, number>;
  readonly params: Readonly<Record<string, number>>;
  readonly tables: Readonly<Record<string, Int32Array>>;
  /** Index within the population. */
  readonly index: number;
}

/** What one tick of one neuron did besides changing its state. */
export interface ReferenceTick {
  /** State after `receive`: what recording sees. */
  readonly recorded: Readonly<Record<string, number>>;
  readonly spikes: number;
  readonly saturations: number;
}

/**
 * One tick of one neuron, by the definition of each operation in arbitrary precision. Slow and obvious: the other back
 * ends are tested against it.
 */
export function referenceTick(
  model: Model,
  neuron: ReferenceNeuron,
  inputs: Readonly<Record<string, number>>,
  tick: number,
  substeps: number,
): ReferenceTick {
  let spikes = 0;
  let saturations = 0;
  // A neuron that meets the spike rule in several sub-steps of a tick still sends one packet a mask.
  const sent = new Set<number>();
  const run = (procedure: Procedure): void => {
    const value = evaluate(procedure, neuron, inputs, tick);
    const set = Object.entries(procedure.set).map(([name, e]) => [name, value(e)] as const);
    procedure.spikes.forEach((mask, plane) => {
      if (value(mask) !== 0) sent.add(plane);
    });
    for (const mask of procedure.saturates) if (value(mask) !== 0) saturations++;
    for (const [name, word] of set) neuron.states[name] = word;
  };
  run(model.receive);
  const recorded = { ...neuron.states };
  for (let s = 0; s < substeps; s++) run(model.step);
  spikes += sent.size;
  return { recorded, spikes, saturations };
}

function evaluate(
  procedure: Procedure,
  neuron: ReferenceNeuron,
  inputs: Readonly<Record<string, number>>,
  tick: number,
): (e: Expr) => number {
  const values = new Map<Expr, number>();
  const get = (e: Expr): number => values.get(e)!;
  for (const e of inOrder(roots(procedure))) values.set(e, apply(e, get, neuron, inputs, tick));
  return get;
}

function apply(
  e: Expr,
  get: (e: Expr) => number,
  neuron: ReferenceNeuron,
  inputs: Readonly<Record<string, number>>,
  tick: number,
): number {
  const mask = (condition: boolean): number => (condition ? -1 : 0);
  switch (e.op) {
    case "const":
      return e.value | 0;
    case "state":
      return neuron.states[e.name]! | 0;
    case "param":
      return neuron.params[e.name]! | 0;
    case "input":
      return inputs[e.receptor]! | 0;
    case "tick":
      return tick | 0;
    case "index":
      return neuron.index | 0;
    case "shl":
      return get(e.a) << e.bits;
    case "shrS":
      return get(e.a) >> e.bits;
    case "shrU":
      return (get(e.a) >>> e.bits) | 0;
    case "shlBy":
      return get(e.a) << neuron.params[e.by]!;
    case "mulS":
      return word((BigInt(get(e.a)) * BigInt(get(e.b))) >> BigInt(e.shift));
    case "mulU":
      return word((BigInt(get(e.a) >>> 0) * BigInt(get(e.b) >>> 0)) >> BigInt(e.shift));
    case "sumProducts": {
      let sum = e.addend;
      for (const [a, b] of e.terms) sum += BigInt(get(a)) * BigInt(get(b));
      return word(BigInt.asIntN(64, sum) >> BigInt(e.shift));
    }
    case "lookup": {
      const table = neuron.tables[e.table]!;
      const at = (get(e.index) >>> 0) + e.offset;
      if (at >= table.length) throw new RangeError(`table ${e.table} has ${table.length} words, word ${at} was read`);
      return table[at]!;
    }
    case "select":
      return (get(e.mask) & get(e.a)) | (~get(e.mask) & get(e.b));
    default: {
      const a = get(e.a);
      const b = get(e.b);
      switch (e.op) {
        case "add":
          return (a + b) | 0;
        case "sub":
          return (a - b) | 0;
        case "and":
          return a & b;
        case "or":
          return a | b;
        case "xor":
          return a ^ b;
        case "mulLow":
          return Math.imul(a, b);
        case "minU":
          return a >>> 0 < b >>> 0 ? a : b;
        case "minS":
          return Math.min(a, b);
        case "maxS":
          return Math.max(a, b);
        case "eq":
          return mask(a === b);
        case "ltS":
          return mask(a < b);
        case "geS":
          return mask(a >= b);
        case "ltU":
          return mask(a >>> 0 < b >>> 0);
        case "geU":
          return mask(a >>> 0 >= b >>> 0);
      }
    }
  }
}

function word(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

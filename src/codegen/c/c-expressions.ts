/**
 * Expressions of the IR as C statements, for GCC with `-fwrapv`: signed arithmetic wraps, `>>` of a negative number keeps
 * its sign, both as on the ARM.
 *
 * A mask that is the outcome of a comparison is a C truth value until somebody needs its word: the ARM's conditional
 * instructions then do what selects would take three instructions for.
 */
import { type Expr, inOrder } from "../ir.ts";

/** What the leaves of an expression are called where the code will stand. */
export interface LeafNames {
  state(name: string): string;
  param(name: string): string;
  input(receptor: string): string;
  table(name: string): string;
  readonly tick: string;
  readonly index: string;
}

interface Value {
  readonly text: string;
  /** True if the text is a C truth value, 0 or 1, that stands for a mask. */
  readonly flag: boolean;
}

const CONSTANT_ZERO = 0;
const CONSTANT_ONES = -1;

/** Statements that compute what is asked for, each distinct node once, in the order they must stand in. */
export class CExpressions {
  readonly lines: string[] = [];
  readonly #names: LeafNames;
  readonly #values = new Map<Expr, Value>();
  /** Pointers to table entries, by table and index. */
  readonly #entries = new Map<string, Map<Expr, string>>();
  #locals = 0;

  constructor(roots: readonly Expr[], names: LeafNames) {
    this.#names = names;
    for (const e of inOrder(roots)) this.#values.set(e, this.#compute(e));
  }

  /** The word of a computed expression. */
  word(e: Expr): string {
    const { text, flag } = this.#values.get(e)!;
    return flag ? `-(int32_t)${text}` : text;
  }

  /** A C truth value: is any bit of the mask set? */
  truth(e: Expr): string {
    const { text, flag } = this.#values.get(e)!;
    return flag ? text : `(${text} != 0)`;
  }

  #compute(e: Expr): Value {
    switch (e.op) {
      case "const":
        return word(constantText(e.value));
      case "state":
        return word(this.#names.state(e.name));
      case "param":
        return word(this.#names.param(e.name));
      case "tick":
        return word(this.#names.tick);
      case "index":
        return word(this.#names.index);
      case "input":
        return this.#keep(word(this.#names.input(e.receptor)));
      default:
        return this.#keep(this.#operation(e));
    }
  }

  #keep({ text, flag }: Value): Value {
    const name = `${flag ? "c" : "t"}${this.#locals++}`;
    this.lines.push(`const ${flag ? "bool" : "int32_t"} ${name} = ${text};`);
    return { text: name, flag };
  }

  #operation(e: Expr): Value {
    switch (e.op) {
      case "shl":
        return word(`(int32_t)((uint32_t)${this.word(e.a)} << ${e.bits})`);
      case "shrS":
        return word(`${this.word(e.a)} >> ${e.bits}`);
      case "shrU":
        return word(`(int32_t)((uint32_t)${this.word(e.a)} >> ${e.bits})`);
      case "shlBy":
        return word(`(int32_t)((uint32_t)${this.word(e.a)} << ${this.#names.param(e.by)})`);
      case "mulS":
        return word(`(int32_t)(((int64_t)${this.word(e.a)} * ${this.word(e.b)}) >> ${e.shift})`);
      case "mulU":
        return word(`(int32_t)(((uint64_t)(uint32_t)${this.word(e.a)} * (uint32_t)${this.word(e.b)}) >> ${e.shift})`);
      case "sumProducts": {
        const products = e.terms.map(([a, b]) => `(int64_t)${this.word(a)} * ${this.word(b)}`);
        const sum = e.addend === 0n ? products : [`INT64_C(${e.addend})`, ...products];
        return word(`(int32_t)((${sum.join(" + ")}) >> ${e.shift})`);
      }
      case "lookup":
        return word(`${this.#entry(e.table, e.index)}[${e.offset}]`);
      case "select":
        return this.#select(e.mask, e.a, e.b);
      case "const":
      case "state":
      case "param":
      case "input":
      case "tick":
      case "index":
        throw new TypeError(`${e.op} is a leaf`);
      default:
        return this.#binary(e.op, e.a, e.b);
    }
  }

  #binary(op: string, left: Expr, right: Expr): Value {
    const logical = LOGICAL[op];
    if (logical !== undefined) {
      const [a, b] = [this.#asFlag(left), this.#asFlag(right)];
      if (a !== undefined && b !== undefined) return flag(`${a} ${logical} ${b}`);
      return word(`${this.word(left)} ${logical} ${this.word(right)}`);
    }
    const [a, b] = [this.word(left), this.word(right)];
    const arithmetic = ARITHMETIC[op];
    if (arithmetic !== undefined) return word(`${a} ${arithmetic} ${b}`);
    const comparison = COMPARISONS[op]!;
    const unsigned = op.endsWith("U");
    const condition = `${unsigned ? "(uint32_t)" : ""}${a} ${comparison} ${unsigned ? "(uint32_t)" : ""}${b}`;
    return op.startsWith("m") ? word(`${condition} ? ${a} : ${b}`) : flag(condition);
  }

  #select(mask: Expr, a: Expr, b: Expr): Value {
    const condition = this.#asFlag(mask);
    if (condition === undefined) {
      const bits = this.word(mask);
      return word(`(${bits} & ${this.word(a)}) | (~${bits} & ${this.word(b)})`);
    }
    const [ifTrue, ifFalse] = [this.#asFlag(a), this.#asFlag(b)];
    if (ifTrue !== undefined && ifFalse !== undefined) return flag(`${condition} ? ${ifTrue} : ${ifFalse}`);
    return word(`${condition} ? ${this.word(a)} : ${this.word(b)}`);
  }

  /** The truth value of an expression that is known to be a mask. */
  #asFlag(e: Expr): string | undefined {
    if (e.op === "const") {
      if (e.value === CONSTANT_ZERO) return "false";
      return e.value === CONSTANT_ONES ? "true" : undefined;
    }
    const { text, flag } = this.#values.get(e)!;
    return flag ? text : undefined;
  }

  /** Pointer to a table entry, so that neighbours are loaded from one address. */
  #entry(table: string, index: Expr): string {
    const known = this.#entries.get(table)?.get(index);
    if (known !== undefined) return known;
    const name = `entry${this.#locals++}`;
    this.lines.push(`const int32_t *const ${name} = ${this.#names.table(table)} + (uint32_t)${this.word(index)};`);
    const ofTable = this.#entries.get(table) ?? new Map<Expr, string>();
    this.#entries.set(table, ofTable.set(index, name));
    return name;
  }
}

const ARITHMETIC: Readonly<Record<string, string>> = { add: "+", sub: "-", mulLow: "*" };
const LOGICAL: Readonly<Record<string, string>> = { and: "&", or: "|", xor: "^" };
const COMPARISONS: Readonly<Record<string, string>> = {
  eq: "==",
  ltS: "<",
  geS: ">=",
  ltU: "<",
  geU: ">=",
  minU: "<",
  minS: "<",
  maxS: ">",
};

const word = (text: string): Value => ({ text, flag: false });
const flag = (text: string): Value => ({ text, flag: true });

/** The most negative number has no literal of its own in C. */
function constantText(value: number): string {
  if (value === -0x8000_0000) return "INT32_MIN";
  return value < 0 ? `(${value})` : String(value);
}

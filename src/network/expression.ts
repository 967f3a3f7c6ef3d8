import { exactExp, exactLog } from "../random/index.ts";
import { ExpressionError } from "./errors.ts";

/** A compiled expression: takes the values of its variables in the order they were named; truth is 1, falsehood 0. */
export type Expression = (values: readonly number[]) => number;

/**
 * Compiles an arithmetic expression as PyNN's users write it for numpy: numbers, variables, `+ - * / **`, comparisons,
 * `and or not & |`, brackets, and {@link FUNCTIONS}. Evaluation uses correctly rounded operations only, so a network
 * comes out the same everywhere.
 *
 * @param place where it stands, for errors
 * @throws {ExpressionError} it does not parse
 */
export function parseExpression(text: string, variables: readonly string[], place: string): Expression {
  if (text.length > MAX_LENGTH) throw new ExpressionError(place, text, `it has more than ${MAX_LENGTH} characters`);
  const parser = new Parser(text, variables, place);
  const expression = parser.disjunction();
  parser.end();
  return expression;
}

/** So that no nesting is too deep to parse or to evaluate. */
const MAX_LENGTH = 500;

const FUNCTIONS: Readonly<
  Record<string, { readonly arity: number; readonly apply: (x: number, y: number) => number }>
> = {
  exp: { arity: 1, apply: exactExp },
  log: { arity: 1, apply: exactLog },
  sqrt: { arity: 1, apply: Math.sqrt },
  abs: { arity: 1, apply: Math.abs },
  floor: { arity: 1, apply: Math.floor },
  ceil: { arity: 1, apply: Math.ceil },
  minimum: { arity: 2, apply: Math.min },
  maximum: { arity: 2, apply: Math.max },
  min: { arity: 2, apply: Math.min },
  max: { arity: 2, apply: Math.max },
  power: { arity: 2, apply: power },
};

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][\w.]*)|(\*\*|<=|>=|==|!=|[-+*/<>()&|,]))/y;

/** Recursive descent, loosest binding first: or, and, not, comparison, sum, product, sign, power. */
class Parser {
  private readonly text: string;
  private readonly variables: readonly string[];
  private readonly place: string;
  private position = 0;
  private token = "";

  constructor(text: string, variables: readonly string[], place: string) {
    this.text = text;
    this.variables = variables;
    this.place = place;
    this.advance();
  }

  private advance(): void {
    if (this.text.slice(this.position).trim() === "") {
      this.token = "";
      this.position = this.text.length;
      return;
    }
    TOKEN.lastIndex = this.position;
    const match = TOKEN.exec(this.text);
    if (match === null) throw this.error(`cannot read ${this.text.slice(this.position).trim().slice(0, 10)}`);
    this.token = match[1] ?? match[2] ?? match[3]!;
    this.position = TOKEN.lastIndex;
  }

  private error(reason: string): ExpressionError {
    return new ExpressionError(this.place, this.text, reason);
  }

  private take(...tokens: readonly string[]): string | undefined {
    const { token } = this;
    if (token === "" || !tokens.includes(token)) return undefined;
    this.advance();
    return token;
  }

  private need(token: string): void {
    if (this.take(token) === undefined) throw this.error(`${token} is missing`);
  }

  end(): void {
    if (this.token !== "") throw this.error(`${this.token} is too much`);
  }

  disjunction(): Expression {
    let left = this.conjunction();
    while (this.take("or", "|") !== undefined) {
      const a = left;
      const b = this.conjunction();
      left = (v) => (a(v) !== 0 || b(v) !== 0 ? 1 : 0);
    }
    return left;
  }

  private conjunction(): Expression {
    let left = this.negation();
    while (this.take("and", "&") !== undefined) {
      const a = left;
      const b = this.negation();
      left = (v) => (a(v) !== 0 && b(v) !== 0 ? 1 : 0);
    }
    return left;
  }

  private negation(): Expression {
    if (this.take("not") === undefined) return this.comparison();
    const operand = this.negation();
    return (v) => (operand(v) === 0 ? 1 : 0);
  }

  private comparison(): Expression {
    const a = this.sum();
    const operator = this.take("<", "<=", ">", ">=", "==", "!=");
    if (operator === undefined) return a;
    const b = this.sum();
    switch (operator) {
      case "<":
        return (v) => (a(v) < b(v) ? 1 : 0);
      case "<=":
        return (v) => (a(v) <= b(v) ? 1 : 0);
      case ">":
        return (v) => (a(v) > b(v) ? 1 : 0);
      case ">=":
        return (v) => (a(v) >= b(v) ? 1 : 0);
      case "==":
        return (v) => (a(v) === b(v) ? 1 : 0);
      default:
        return (v) => (a(v) !== b(v) ? 1 : 0);
    }
  }

  private sum(): Expression {
    let left = this.product();
    for (;;) {
      const operator = this.take("+", "-");
      if (operator === undefined) return left;
      const a = left;
      const b = this.product();
      left = operator === "+" ? (v) => a(v) + b(v) : (v) => a(v) - b(v);
    }
  }

  private product(): Expression {
    let left = this.sign();
    for (;;) {
      const operator = this.take("*", "/");
      if (operator === undefined) return left;
      const a = left;
      const b = this.sign();
      left = operator === "*" ? (v) => a(v) * b(v) : (v) => a(v) / b(v);
    }
  }

  /** Binds looser than a power, as in Python: -d**2 is -(d**2). */
  private sign(): Expression {
    if (this.take("+") !== undefined) return this.sign();
    if (this.take("-") === undefined) return this.power();
    const operand = this.sign();
    return (v) => -operand(v);
  }

  private power(): Expression {
    const base = this.atom();
    if (this.take("**") === undefined) return base;
    const exponent = this.sign();
    return (v) => power(base(v), exponent(v));
  }

  private atom(): Expression {
    const { token } = this;
    if (this.take("(") !== undefined) {
      const inner = this.disjunction();
      this.need(")");
      return inner;
    }
    if (/^[\d.]/.test(token)) {
      this.advance();
      const number = Number(token);
      return () => number;
    }
    if (!/^[A-Za-z_]/.test(token)) throw this.error(token === "" ? "it ends too soon" : `${token} is misplaced`);
    this.advance();
    return this.named(token.replace(/^(?:np|numpy)\./, ""));
  }

  private named(name: string): Expression {
    const variable = this.variables.indexOf(name);
    if (variable >= 0) return (v) => v[variable]!;
    const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
    if (constant !== undefined) return () => constant;
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (known === undefined) {
      const names = [...this.variables, ...Object.keys(CONSTANTS), ...Object.keys(FUNCTIONS)];
      throw this.error(`${name} is unknown (known: ${names.join(", ")})`);
    }
    this.need("(");
    const first = this.disjunction();
    let second = first;
    if (known.arity === 2) {
      this.need(",");
      second = this.disjunction();
    }
    this.need(")");
    return (v) => known.apply(first(v), second(v));
  }
}

/** Whole exponents up to 64 by multiplication, others as exp(y log x). */
function power(x: number, y: number): number {
  if (!Number.isInteger(y) || Math.abs(y) > 64) return x === 0 && y > 0 ? 0 : exactExp(y * exactLog(x));
  let result = 1;
  for (let i = Math.abs(y); i > 0; i--) result *= x;
  return y < 0 ? 1 / result : result;
}

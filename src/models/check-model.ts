import { type Expr, inOrder, type Model, type Procedure, roots } from "../codegen/ir.ts";
import { InputError } from "../errors.ts";
import { type EncodedCells, type Words, wordAt } from "./cell-model.ts";

/** A model of the user's own contradicts itself. */
export class BadModelError extends InputError {
  readonly code = "BAD_MODEL";

  constructor(model: string, found: string, remedy: string) {
    super(`model ${model}`, found, remedy);
  }
}

/** @throws {BadModelError} a name that is not declared, a declaration twice, an operation out of its range */
export function checkModel(model: Model): void {
  const lists = ["receptors", "states", "params", "tables"] as const;
  for (const list of lists) {
    const twice = model[list].find((name, i) => model[list].indexOf(name) !== i);
    if (twice !== undefined) throw new BadModelError(model.name, `${list} name ${twice} twice`, "Names are unique.");
  }
  const stray = model.coreParams.find((name) => !model.params.includes(name));
  if (stray !== undefined) {
    throw new BadModelError(model.name, `coreParams name ${stray}`, "They are among the params.");
  }
  checkProcedure(model, model.receive, "receive");
  checkProcedure(model, model.step, "step");
}

function checkProcedure(model: Model, procedure: Procedure, part: "receive" | "step"): void {
  const declared = (what: "states" | "params" | "tables" | "receptors" | "coreParams", name: string): void => {
    if (model[what].includes(name)) return;
    throw new BadModelError(
      model.name,
      `${part} uses ${name}, which is not among its ${what}`,
      model[what].length === 0 ? `It has no ${what}.` : `Its ${what} are ${model[what].join(", ")}.`,
    );
  };
  for (const name of Object.keys(procedure.set)) declared("states", name);
  for (const e of inOrder(roots(procedure))) {
    if (e.op === "state") declared("states", e.name);
    if (e.op === "param") declared("params", e.name);
    if (e.op === "lookup") declared("tables", e.table);
    if (e.op === "shlBy") declared("coreParams", e.by);
    if (e.op === "input") {
      declared("receptors", e.receptor);
      if (part === "step")
        throw new BadModelError(model.name, "step uses an input", "Inputs come in once, in receive.");
    }
    checkRange(model.name, e);
  }
}

function checkRange(model: string, e: Expr): void {
  const whole = (value: number, least: number, most: number, what: string): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw new BadModelError(model, `${what} is ${value}`, `It is a whole number from ${least} to ${most}.`);
  };
  switch (e.op) {
    case "const":
      whole(e.value, -0x8000_0000, 0x7fff_ffff, "a constant");
      return;
    case "shl":
    case "shrS":
    case "shrU":
      whole(e.bits, 0, 31, `the distance of ${e.op}`);
      return;
    case "mulS":
    case "mulU":
    case "sumProducts":
      whole(e.shift, 0, 32, `the shift of ${e.op}`);
      return;
    default:
  }
}

/**
 * What a cell type encoded for its model, before it is laid out.
 *
 * @throws {BadModelError} words that are missing, of another number of neurons, or several where one is due
 */
export function checkEncoded(
  { model, params, states, tables, recordables, substeps }: EncodedCells,
  size: number,
): void {
  const words = (kind: string, names: readonly string[], given: Readonly<Record<string, Words>>): void => {
    for (const name of names) {
      const value = given[name];
      if (value === undefined) {
        throw new BadModelError(model.name, `encode gave no ${kind} ${name}`, "Every one the model names has words.");
      }
      if (typeof value !== "number" && value.length !== size) {
        const found = `encode gave ${value.length} words of ${kind} ${name} for ${size} neurons`;
        throw new BadModelError(model.name, found, "Give one word, or one a neuron.");
      }
      for (let n = 0; n < (typeof value === "number" ? 1 : size); n++) {
        const word = wordAt(value, n);
        if (Number.isInteger(word) && word >= -0x8000_0000 && word <= 0xffff_ffff) continue;
        throw new BadModelError(model.name, `${kind} ${name} is ${word}`, "Words are whole numbers of 32 bits.");
      }
    }
  };
  words("parameter", model.params, params);
  words("state", model.states, states);
  const several = model.coreParams.find((name) => typeof params[name] !== "number");
  if (several !== undefined) {
    throw new BadModelError(
      model.name,
      `parameter ${several} differs between neurons`,
      "It is one for the whole core.",
    );
  }
  const missing = model.tables.find((name) => tables[name] === undefined);
  if (missing !== undefined) throw new BadModelError(model.name, `encode gave no table ${missing}`, "Give its words.");
  const unknown = recordables.find(({ state }) => !model.states.includes(state));
  if (unknown !== undefined) {
    throw new BadModelError(model.name, `recordable ${unknown.variable} reads ${unknown.state}`, "Name a state.");
  }
  if (!Number.isInteger(substeps) || substeps < 1) {
    throw new BadModelError(model.name, `encode gave ${substeps} sub-steps`, "Give a whole number from 1 on.");
  }
}

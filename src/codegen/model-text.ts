import { type Expr, inOrder, type Model, type Procedure, roots } from "./ir.ts";

/**
 * A model as text, one line a distinct expression: equal models give equal text, whatever objects they are made of.
 * What `modelHash` of an image is computed from.
 */
export function modelText(model: Model): string {
  return [
    `model ${model.name}`,
    `receptors ${model.receptors.join(" ")}`,
    `states ${model.states.join(" ")}`,
    `params ${model.params.join(" ")}`,
    `core ${model.coreParams.join(" ")}`,
    `tables ${model.tables.join(" ")}`,
    "receive",
    ...procedureText(model.receive),
    "step",
    ...procedureText(model.step),
  ].join("\n");
}

function procedureText(procedure: Procedure): string[] {
  const number = new Map<Expr, number>();
  const lines = inOrder(roots(procedure)).map((e, i) => {
    number.set(e, i);
    return `%${i} = ${expressionText(e, (child) => `%${number.get(child)}`)}`;
  });
  for (const [name, e] of Object.entries(procedure.set)) lines.push(`set ${name} %${number.get(e)}`);
  for (const e of procedure.spikes) lines.push(`spike %${number.get(e)}`);
  for (const e of procedure.saturates) lines.push(`saturates %${number.get(e)}`);
  return lines;
}

function expressionText(e: Expr, ref: (e: Expr) => string): string {
  switch (e.op) {
    case "const":
      return `const ${e.value}`;
    case "state":
    case "param":
      return `${e.op} ${e.name}`;
    case "input":
      return `input ${e.receptor}`;
    case "tick":
    case "index":
      return e.op;
    case "shl":
    case "shrS":
    case "shrU":
      return `${e.op} ${ref(e.a)} ${e.bits}`;
    case "shlBy":
      return `shlBy ${ref(e.a)} ${e.by}`;
    case "mulS":
    case "mulU":
      return `${e.op} ${ref(e.a)} ${ref(e.b)} ${e.shift}`;
    case "sumProducts":
      return `sumProducts ${e.terms.map(([a, b]) => `${ref(a)}*${ref(b)}`).join(" ")} ${e.addend} ${e.shift}`;
    case "lookup":
      return `lookup ${e.table} ${ref(e.index)} ${e.offset}`;
    case "select":
      return `select ${ref(e.mask)} ${ref(e.a)} ${ref(e.b)}`;
    default:
      return `${e.op} ${ref(e.a)} ${ref(e.b)}`;
  }
}

/**
 * The C of one model: what turns the common runtime in `kernel/` into that model's application.
 *
 * Two passes over the neurons a tick: `model_receive` takes the inputs, then the runtime records, then `model_step` runs
 * the sub-steps. States are rows of `core.stride` words in DTCM; every parameter is one word of `model_params`, into
 * which the runtime copies those that differ from neuron to neuron just before each neuron's turn.
 */
import type { Expr, Model, Procedure } from "../ir.ts";
import { inOrder, roots } from "../ir.ts";
import { CExpressions, type LeafNames } from "./c-expressions.ts";

/** Planes whose packets are collected as bits of a word; more are sent as they are found. */
const MOST_PLANE_BITS = 32;

/** @param hash `modelHash` of the model */
export function modelSource(model: Model, hash: number): string {
  const planes = Math.max(model.receive.spikes.length, model.step.spikes.length);
  return [
    `/* ${model.name}: generated from src/models by src/codegen/c; see docs/kernel.md. */`,
    '#include "model.h"',
    "",
    "const struct model_facts model_facts = {",
    `  .name = ${JSON.stringify(model.name)},`,
    `  .hash = 0x${(hash >>> 0).toString(16)},`,
    `  .kind = KIND_MODEL,`,
    `  .receptors = ${model.receptors.length},`,
    `  .states = ${model.states.length},`,
    `  .params = ${model.params.length},`,
    `  .tables = ${model.tables.length},`,
    `  .planes = ${planes},`,
    `  .core_params = ${maskText(model.coreParams.map((name) => model.params.indexOf(name)))},`,
    "};",
    "",
    `int32_t model_params[${Math.max(1, model.params.length)}];`,
    `const int32_t *model_tables[${Math.max(1, model.tables.length)}];`,
    "",
    ...pass("receive", model, model.receive, false),
    "",
    ...pass("step", model, model.step, true),
    "",
  ].join("\n");
}

/** Bits of parameters, four words. */
function maskText(numbers: readonly number[]): string {
  const words = [0, 0, 0, 0];
  for (const n of numbers) words[n >>> 5]! |= 1 << (n & 31);
  return `{ ${words.map((w) => `0x${(w >>> 0).toString(16)}`).join(", ")} }`;
}

/**
 * One pass: a loop over neurons, with the procedure in a loop of sub-steps if asked for. It is compiled twice: with
 * parameters that all neurons share, loaded once, and with some that are each neuron's own.
 */
function pass(name: string, model: Model, procedure: Procedure, substeps: boolean): string[] {
  const head = `void model_${name}(void) {`;
  const all = roots(procedure);
  if (all.length === 0) return [head, "}"];
  const used = usedLeaves(model, all, procedure);
  const counts = procedure.saturates.length > 0;
  const collect = procedure.spikes.length > 0 && procedure.spikes.length <= MOST_PLANE_BITS;
  const body = procedureLines(model, procedure, collect, false);
  return [
    `static inline __attribute__((always_inline)) void ${name}(bool own_params) {`,
    "  const uint32_t neurons = core.neurons;",
    ...used.params.map((p) => `  int32_t ${paramName(model, p)} = model_params[${model.params.indexOf(p)}];`),
    ...used.states.map(
      (s) => `  int32_t *const row_${stateName(model, s)} = core.states + ${model.states.indexOf(s)} * core.stride;`,
    ),
    ...used.inputs.map(
      (r) =>
        `  uint32_t *const ${inputRow(model, r)} = core.slot + (${model.receptors.indexOf(r)} << core.neuron_bits);`,
    ),
    ...used.tables.map(
      (t) => `  const int32_t *const ${tableName(model, t)} = model_tables[${model.tables.indexOf(t)}];`,
    ),
    ...(used.tick ? ["  const int32_t tick = (int32_t)core.tick;"] : []),
    ...(counts ? ["  uint32_t saturations = 0;"] : []),
    "  for (uint32_t n = 0; n < neurons; n++) {",
    "    if (own_params) {",
    "      gather_params(n);",
    ...used.params.map((p) => `      ${paramName(model, p)} = model_params[${model.params.indexOf(p)}];`),
    "    }",
    ...(used.index ? ["    const int32_t index = (int32_t)(core.first_index + n);"] : []),
    ...used.states.map((s) => `    int32_t ${stateName(model, s)} = row_${stateName(model, s)}[n];`),
    ...used.inputs.map((r) => `    const int32_t ${inputName(model, r)} = (int32_t)${inputRow(model, r)}[n];`),
    ...(collect ? ["    uint32_t fired = 0;"] : []),
    ...(substeps
      ? indented(["uint32_t left = core.substeps;", "do {", ...indented(body, 1), "} while (--left != 0);"], 2)
      : []),
    ...(substeps ? [] : indented(withoutInputs(model, procedure, used.inputs, collect, body), 2)),
    ...Object.keys(procedure.set).map((s) => `    row_${stateName(model, s)}[n] = ${stateName(model, s)};`),
    ...(collect ? ["    if (fired != 0) send_spikes(fired, n);"] : []),
    "  }",
    ...(counts ? ["  core.saturations += saturations;"] : []),
    "}",
    "",
    head,
    `  if (core.gathers != 0) ${name}(true);`,
    `  else ${name}(false);`,
    "}",
  ];
}

/** Most slots hold nothing for most neurons: a way for them that the compiler makes short. */
function withoutInputs(
  model: Model,
  procedure: Procedure,
  inputs: readonly string[],
  collect: boolean,
  body: readonly string[],
): readonly string[] {
  if (inputs.length === 0) return body;
  return [
    `if ((${inputs.map((r) => inputName(model, r)).join(" | ")}) == 0) {`,
    ...indented(procedureLines(model, procedure, collect, true), 1),
    "} else {",
    ...indented(
      inputs.map((r) => `${inputRow(model, r)}[n] = 0;`),
      1,
    ),
    ...indented(body, 1),
    "}",
  ];
}

function procedureLines(model: Model, procedure: Procedure, collect: boolean, noInput: boolean): string[] {
  const code = new CExpressions(roots(procedure), leafNames(model, noInput));
  const states = Object.keys(procedure.set).map((state) => stateName(model, state));
  return [
    ...code.lines,
    ...Object.values(procedure.set).map((e, k) => `const int32_t next_${states[k]} = ${code.word(e)};`),
    ...procedure.spikes.map((e, plane) =>
      collect ? `fired |= (uint32_t)${code.truth(e)} << ${plane};` : `if (${code.truth(e)}) send_spike(${plane}, n);`,
    ),
    ...procedure.saturates.map((e) => `saturations += ${code.truth(e)};`),
    ...states.map((state) => `${state} = next_${state};`),
  ];
}

function indented(lines: readonly string[], levels: number): string[] {
  return lines.map((line) => `${"  ".repeat(levels)}${line}`);
}

function leafNames(model: Model, noInput: boolean): LeafNames {
  return {
    state: (name) => stateName(model, name),
    param: (name) => paramName(model, name),
    input: (receptor) => (noInput ? "0" : inputName(model, receptor)),
    table: (name) => tableName(model, name),
    tick: "tick",
    index: "index",
  };
}

interface UsedLeaves {
  readonly states: readonly string[];
  readonly params: readonly string[];
  readonly inputs: readonly string[];
  readonly tables: readonly string[];
  readonly tick: boolean;
  readonly index: boolean;
}

function usedLeaves(model: Model, all: readonly Expr[], procedure: Procedure): UsedLeaves {
  const nodes = inOrder(all);
  const states = new Set(Object.keys(procedure.set));
  const params = new Set<string>();
  const inputs = new Set<string>();
  const tables = new Set<string>();
  for (const e of nodes) {
    if (e.op === "state") states.add(e.name);
    else if (e.op === "param") params.add(e.name);
    else if (e.op === "shlBy") params.add(e.by);
    else if (e.op === "input") inputs.add(e.receptor);
    else if (e.op === "lookup") tables.add(e.table);
  }
  return {
    states: model.states.filter((s) => states.has(s)),
    params: model.params.filter((p) => params.has(p)),
    inputs: model.receptors.filter((r) => inputs.has(r)),
    tables: model.tables.filter((t) => tables.has(t)),
    tick: nodes.some((e) => e.op === "tick"),
    index: nodes.some((e) => e.op === "index"),
  };
}

/** Names of the IR may hold characters that C's may not. */
function stateName(model: Model, name: string): string {
  return `s${model.states.indexOf(name)}_${name.replace(/\W/g, "_")}`;
}

function paramName(model: Model, name: string): string {
  return `p${model.params.indexOf(name)}_${name.replace(/\W/g, "_")}`;
}

function inputName(model: Model, receptor: string): string {
  return `input${model.receptors.indexOf(receptor)}`;
}

function inputRow(model: Model, receptor: string): string {
  return `row_${inputName(model, receptor)}`;
}

function tableName(model: Model, name: string): string {
  return `table${model.tables.indexOf(name)}`;
}

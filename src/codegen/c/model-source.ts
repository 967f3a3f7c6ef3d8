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
    ...pass("model_receive", model, model.receive, false),
    "",
    ...pass("model_step", model, model.step, true),
    "",
  ].join("\n");
}

/** Bits of parameters, four words. */
function maskText(numbers: readonly number[]): string {
  const words = [0, 0, 0, 0];
  for (const n of numbers) words[n >>> 5]! |= 1 << (n & 31);
  return `{ ${words.map((w) => `0x${(w >>> 0).toString(16)}`).join(", ")} }`;
}

/** One function: a loop over neurons, with the procedure in a loop of sub-steps if asked for. */
function pass(name: string, model: Model, procedure: Procedure, substeps: boolean): string[] {
  const head = `void ${name}(void) {`;
  const all = roots(procedure);
  if (all.length === 0) return [head, "}"];
  const code = new CExpressions(all, leafNames(model));
  const used = usedLeaves(model, all, procedure);
  const sends = procedure.spikes.length;
  const collect = sends > 0 && sends <= MOST_PLANE_BITS;
  const counts = procedure.saturates.length > 0;
  const body = [
    ...code.lines,
    ...Object.entries(procedure.set).map(
      ([state, e]) => `const int32_t next_${stateName(model, state)} = ${code.word(e)};`,
    ),
    ...procedure.spikes.map((e, plane) =>
      collect ? `fired |= (uint32_t)${code.truth(e)} << ${plane};` : `if (${code.truth(e)}) send_spike(${plane}, n);`,
    ),
    ...procedure.saturates.map((e) => `saturations += ${code.truth(e)};`),
    ...Object.keys(procedure.set).map((state) => `${stateName(model, state)} = next_${stateName(model, state)};`),
  ];
  return [
    head,
    "  const uint32_t neurons = core.neurons;",
    ...used.states.map(
      (s) => `  int32_t *const row_${stateName(model, s)} = core.states + ${model.states.indexOf(s)} * core.stride;`,
    ),
    ...used.inputs.map(
      (r) =>
        `  uint32_t *const input_${model.receptors.indexOf(r)} = core.slot + (${model.receptors.indexOf(r)} << core.neuron_bits);`,
    ),
    ...used.tables.map(
      (t) => `  const int32_t *const ${tableName(model, t)} = model_tables[${model.tables.indexOf(t)}];`,
    ),
    ...(used.tick ? ["  const int32_t tick = (int32_t)core.tick;"] : []),
    ...(counts ? ["  uint32_t saturations = 0;"] : []),
    "  for (uint32_t n = 0; n < neurons; n++) {",
    "    if (core.gathers != 0) gather_params(n);",
    ...(used.index ? ["    const int32_t index = (int32_t)(core.first_index + n);"] : []),
    ...used.states.map((s) => `    int32_t ${stateName(model, s)} = row_${stateName(model, s)}[n];`),
    ...(collect ? ["    uint32_t fired = 0;"] : []),
    ...(substeps
      ? [
          "    uint32_t left = core.substeps;",
          "    do {",
          ...body.map((line) => `      ${line}`),
          "    } while (--left != 0);",
        ]
      : body.map((line) => `    ${line}`)),
    ...Object.keys(procedure.set).map((s) => `    row_${stateName(model, s)}[n] = ${stateName(model, s)};`),
    ...used.inputs.map((r) => `    input_${model.receptors.indexOf(r)}[n] = 0;`),
    ...(collect ? ["    if (fired != 0) send_spikes(fired, n);"] : []),
    "  }",
    ...(counts ? ["  core.saturations += saturations;"] : []),
    "}",
  ];
}

function leafNames(model: Model): LeafNames {
  return {
    state: (name) => stateName(model, name),
    param: (name) => `model_params[${model.params.indexOf(name)} /* ${name} */]`,
    input: (receptor) => `(int32_t)input_${model.receptors.indexOf(receptor)}[n]`,
    table: (name) => tableName(model, name),
    tick: "tick",
    index: "index",
  };
}

interface UsedLeaves {
  readonly states: readonly string[];
  readonly inputs: readonly string[];
  readonly tables: readonly string[];
  readonly tick: boolean;
  readonly index: boolean;
}

function usedLeaves(model: Model, all: readonly Expr[], procedure: Procedure): UsedLeaves {
  const nodes = inOrder(all);
  const states = new Set(Object.keys(procedure.set));
  const inputs = new Set<string>();
  const tables = new Set<string>();
  for (const e of nodes) {
    if (e.op === "state") states.add(e.name);
    else if (e.op === "input") inputs.add(e.receptor);
    else if (e.op === "lookup") tables.add(e.table);
  }
  return {
    states: model.states.filter((s) => states.has(s)),
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

function tableName(model: Model, name: string): string {
  return `table${model.tables.indexOf(name)}`;
}

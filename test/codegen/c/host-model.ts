/** Runs the C of a model on this machine, with what the kernel's runtime would give it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutHeader } from "../../../src/codegen/c/layout-header.ts";
import { modelSource } from "../../../src/codegen/c/model-source.ts";
import type { Model } from "../../../src/codegen/ir.ts";

export const HOST_COMPILER = "cc";

export function hasHostCompiler(): boolean {
  return spawnSync(HOST_COMPILER, ["--version"]).status === 0;
}

export interface HostCore {
  readonly neurons: number;
  readonly firstIndex: number;
  readonly substeps: number;
  readonly tick: number;
  /** One row a state. */
  readonly states: readonly (readonly number[])[];
  /** One word, or one a neuron. */
  readonly params: readonly (number | readonly number[])[];
  readonly tables: readonly (readonly number[])[];
  /** One row a receptor. */
  readonly inputs: readonly (readonly number[])[];
}

export interface HostTick {
  readonly recorded: readonly (readonly number[])[];
  readonly states: readonly (readonly number[])[];
  /** Pairs of plane and neuron, in the order they were sent; a pair may come again in a later sub-step or pass. */
  readonly spikes: readonly (readonly [number, number])[];
  readonly saturations: number;
  /** The inputs after the tick. */
  readonly left: readonly number[];
}

/** One tick of one core. */
export function runOnHost(model: Model, core: HostCore): HostTick {
  const work = mkdtempSync(join(tmpdir(), "spinloom-c-"));
  try {
    writeFileSync(join(work, "layout.h"), layoutHeader());
    writeFileSync(join(work, "model.c"), modelSource(model, 1));
    writeFileSync(join(work, "main.c"), mainProgram(model, core));
    const program = join(work, "program");
    const flags = ["-O1", "-fwrapv", "-w", `-I${work}`, "-Ikernel", "-o", program];
    execFileSync(HOST_COMPILER, [...flags, join(work, "main.c"), join(work, "model.c")], { stdio: "pipe" });
    return readOutput(execFileSync(program, { encoding: "utf8" }), model, core);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function mainProgram(model: Model, core: HostCore): string {
  const words = (values: readonly number[]): string => `{ ${values.map((v) => `(int32_t)${v >>> 0}u`).join(", ")} }`;
  const array = (type: string, name: string, values: readonly number[]): string =>
    `static ${type} ${name}[${Math.max(1, values.length)}]${values.length === 0 ? "" : ` = ${words(values)}`};`;
  const inputs = Array.from({ length: core.inputs.length << neuronBits(core) }, () => 0);
  core.inputs.forEach((row, r) => {
    row.forEach((value, n) => {
      inputs[(r << neuronBits(core)) + n] = value;
    });
  });
  const gathered = core.params.flatMap((p, k) => (typeof p === "number" ? [] : [{ p, k }]));
  return `
#include <stdio.h>
#include "model.h"
struct core core;
struct gather *gathers;
${array("int32_t", "states", core.states.flat())}
${array("uint32_t", "slot", inputs)}
${core.tables.map((table, k) => array("int32_t", `t${k}`, table)).join("\n")}
${gathered.map(({ p, k }) => array("int32_t", `p${k}`, p)).join("\n")}
void send_spike(uint32_t plane, uint32_t n) { printf("spike %u %u\\n", plane, n); }
void send_spikes(uint32_t planes, uint32_t n) {
  for (uint32_t plane = 0; plane < 32; plane++) if (planes >> plane & 1) send_spike(plane, n);
}
static void show(const char *what) {
  for (uint32_t i = 0; i < ${core.states.flat().length}; i++) printf("%s %d\\n", what, states[i]);
}
int main(void) {
  struct gather all[] = { ${gathered.map(({ k }) => `{ &model_params[${k}], p${k} }, `).join("")}{ 0, 0 } };
  gathers = all;
  core = (struct core){ .neurons = ${core.neurons}, .stride = ${core.neurons}, .states = states,
    .substeps = ${core.substeps}, .tick = ${core.tick >>> 0}u, .first_index = ${core.firstIndex},
    .slot = slot, .neuron_bits = ${neuronBits(core)}, .gathers = ${gathered.length} };
  ${core.tables.map((_, k) => `model_tables[${k}] = t${k};`).join(" ")}
  ${core.params.map((p, k) => (typeof p === "number" ? `model_params[${k}] = (int32_t)${p >>> 0}u;` : "")).join(" ")}
  model_receive();
  show("recorded");
  model_step();
  show("state");
  printf("saturations %u\\n", core.saturations);
  for (uint32_t i = 0; i < ${inputs.length}; i++) printf("left %u\\n", slot[i]);
  return (int)(model_facts.states - ${model.states.length});
}
`;
}

function neuronBits(core: HostCore): number {
  return 32 - Math.clz32(core.neurons - 1);
}

function readOutput(output: string, model: Model, core: HostCore): HostTick {
  const lines = output.trimEnd().split("\n");
  const values = (what: string): number[] =>
    lines.filter((line) => line.startsWith(`${what} `)).map((line) => Number(line.slice(what.length + 1)));
  const rows = (flat: readonly number[]): number[][] =>
    model.states.map((_, k) => flat.slice(k * core.neurons, (k + 1) * core.neurons));
  return {
    recorded: rows(values("recorded")),
    states: rows(values("state")),
    spikes: lines
      .filter((line) => line.startsWith("spike "))
      .map((line) => line.slice(6).split(" ").map(Number) as [number, number]),
    saturations: values("saturations")[0]!,
    left: values("left"),
  };
}

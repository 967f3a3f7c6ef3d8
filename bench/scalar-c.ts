/**
 * The engine's cells beside a scalar C build of the same integer models (the C that goes to the chip, compiled by the
 * host's gcc -O2), in one run: nanoseconds a neuron and tick, without input. Both must end in the same states.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutHeader } from "../src/codegen/c/layout-header.ts";
import { modelSource } from "../src/codegen/c/model-source.ts";
import { Engine } from "../src/host-sim/engine/engine.ts";
import { ImageView } from "../src/image/image-view.ts";
import { spin5 } from "../src/machine/index.ts";
import { builtInModel, modelHash } from "../src/models/registry.ts";
import { readNetwork } from "../src/network/read-network.ts";
import { deploy } from "../src/pipeline/deploy.ts";

const TICKS = 2000;
const RUNS = 5;

export interface ScalarComparison {
  readonly cells: string;
  readonly neurons: number;
  readonly substeps: number;
  readonly engineNs: number;
  readonly scalarCNs: number;
  /** Scalar C's time over the engine's. */
  readonly faster: number;
}

/** Undefined where there is no gcc. */
export async function compareWithScalarC(): Promise<ScalarComparison[] | undefined> {
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const results: ScalarComparison[] = [];
  for (const fixture of ["vogels-abbott", "cobahh"]) results.push(await compare(fixture));
  return results;
}

async function compare(fixture: string): Promise<ScalarComparison> {
  const file = `fixtures/${fixture}.json`;
  const network = readNetwork(readFileSync(file, "utf8"), file);
  const alone = {
    ...network,
    populations: network.populations.slice(0, 1).map((p) => ({ ...p, size: 256, record: [] })),
    projections: [],
    phases: [{ ...network.phases[0]!, addedProjections: [], durationMs: (TICKS * network.timestepMicros) / 1000 }],
  };
  const { machine, tables, cores } = deploy(alone, spin5(), { neuronsPerCore: 256, timeScale: 100 });
  const { chip, core, image } = cores[0]!;
  let engineNs = Number.POSITIVE_INFINITY;
  let engineStates = new Uint32Array(0);
  for (let run = 0; run < RUNS; run++) {
    const view = new ImageView(new Uint8Array(image));
    const engine = await Engine.create({
      machine,
      tables,
      cores: [{ chip, core, image: view, model: builtInModel(view.modelHash) }],
      threads: 1,
      tick: 0,
    });
    const start = performance.now();
    await engine.run(TICKS);
    engineNs = Math.min(engineNs, ((performance.now() - start) * 1e6) / (TICKS * 256));
    engine.writeBack();
    engineStates = view.regionWords("states").slice();
    await engine.close();
  }
  const view = new ImageView(new Uint8Array(image));
  const scalar = runScalarC(view);
  if (!scalar.states.every((word, i) => word === engineStates[i])) throw new Error(`${fixture}: C and engine disagree`);
  return {
    cells: builtInModel(view.modelHash)!.name,
    neurons: 256,
    substeps: view.config("substeps"),
    engineNs,
    scalarCNs: scalar.ns,
    faster: scalar.ns / engineNs,
  };
}

function runScalarC(view: ImageView): { readonly ns: number; readonly states: Uint32Array } {
  const model = builtInModel(view.modelHash)!;
  const folder = mkdtempSync(join(tmpdir(), "spinloom-bench-"));
  try {
    writeFileSync(join(folder, "layout.h"), layoutHeader());
    writeFileSync(join(folder, "model.c"), modelSource(model, modelHash(model)));
    writeFileSync(join(folder, "main.c"), harness(view, model.tables.length, model.receptors.length));
    const program = join(folder, "program");
    const kernel = new URL("../../kernel", import.meta.url).pathname;
    execFileSync("gcc", [
      "-O2",
      "-I",
      folder,
      "-I",
      kernel,
      "-o",
      program,
      join(folder, "model.c"),
      join(folder, "main.c"),
    ]);
    const output = execFileSync(program, { maxBuffer: 1 << 26 });
    const [ns, ...states] = output.toString().trim().split("\n").map(Number);
    return { ns: ns!, states: Uint32Array.from(states) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A runtime for one core without input: the image's words as C arrays, a loop, a clock. */
function harness(view: ImageView, tables: number, receptors: number): string {
  const words = (name: string, data: Iterable<number>): string =>
    `static int32_t ${name}[] = { ${[...data].map((w) => w | 0).join(", ")} };`;
  const params = Array.from({ length: view.config("params") }, (_, k) => {
    const param = view.param(k);
    if (typeof param !== "number")
      throw new RangeError("this comparison takes parameters that are the same for all cells");
    return param;
  });
  const neuronBits = view.config("neuronBits");
  return `#include <stdio.h>
#include <string.h>
#include <time.h>
#include "model.h"
struct core core;
struct gather *gathers;
void send_spike(uint32_t plane, uint32_t n) { (void)plane; (void)n; }
void send_spikes(uint32_t planes, uint32_t n) { (void)planes; (void)n; }
${words("states", view.regionWords("states"))}
${words("params", params)}
${Array.from({ length: tables }, (_, k) => words(`words_${k}`, view.table(k))).join("\n")}
static int32_t start_states[sizeof states / 4];
static uint32_t slot[${Math.max(1, receptors) << neuronBits}];
int main(void) {
  memcpy(start_states, states, sizeof states);
  memcpy(model_params, params, sizeof params);
  ${Array.from({ length: tables }, (_, k) => `model_tables[${k}] = words_${k};`).join("\n  ")}
  core.neurons = ${view.config("neurons")};
  core.stride = ${view.config("stride")};
  core.states = states;
  core.substeps = ${view.config("substeps")};
  core.first_index = ${view.config("firstIndex")};
  core.slot = slot;
  core.neuron_bits = ${neuronBits};
  double best = 1e30;
  for (int run = 0; run < ${RUNS}; run++) {
    memcpy(states, start_states, sizeof states);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (core.tick = 0; core.tick < ${TICKS}; core.tick++) { model_receive(); model_step(); }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / (${TICKS}.0 * core.neurons);
    if (ns < best) best = ns;
  }
  printf("%f\\n", best);
  for (unsigned i = 0; i < sizeof states / 4; i++) printf("%u\\n", (unsigned)states[i]);
  return 0;
}
`;
}

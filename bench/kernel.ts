/**
 * Cycles of the on-chip kernel's inner loops, by its own counters on the emulated ARM968, and how many cells of a type a
 * core can compute. `npm run bench -- kernel [--json | --table]`
 *
 * Virtual cycles: the same on every machine. Targets are those of our fixed-point study: 91 cycles a sub-step of
 * IF_cond_exp, 222 of HH_cond_exp, 11 a synapse. `--table` prints src/models/measured-cycles.ts.
 */
import { type NeuronCost, neuronCosts, synapseCost } from "../src/host-sim/arm-engine/kernel-costs.ts";
import { UPDATE_SHARE } from "../src/pipeline/core-limits.ts";

const TARGETS: Readonly<Record<string, number>> = { IF_cond_exp: 91, HH_cond_exp: 222 };
const SYNAPSE_TARGET = 11;
/** A tick of 1 ms with sub-steps of 0.25 ms, and of 0.1 ms with one. */
const TICKS = [
  { name: "1 ms", cycles: 200_000, substeps: 4 },
  { name: "0.1 ms", cycles: 20_000, substeps: 1 },
] as const;

const synapses = await synapseCost();
const neurons = await neuronCosts(synapses);

function mostCells({ perTick, perSubstep }: NeuronCost, { cycles, substeps }: (typeof TICKS)[number]): number {
  return Math.floor((cycles * UPDATE_SHARE) / (perTick + substeps * perSubstep));
}

function table(): string {
  return [
    "/** Cycles of the kernels by name of their model, measured: `npm run bench -- kernel --table`. */",
    "export const MEASURED_CYCLES: Readonly<",
    "  Record<string, { readonly perTick: number; readonly perSubstep: number }>",
    "> = {",
    ...Object.entries(neurons).map(
      ([name, { perTick, perSubstep }]) =>
        `  ${name}: { perTick: ${Math.ceil(perTick)}, perSubstep: ${Math.ceil(perSubstep)} },`,
    ),
    "};",
    "",
  ].join("\n");
}

function report(): string {
  const number = (value: number): string => value.toFixed(1).padStart(9);
  const lines = ["cycles a neuron          tick  sub-step    target   cells at 1 ms, at 0.1 ms"];
  for (const [name, cost] of Object.entries(neurons)) {
    const target = TARGETS[name] === undefined ? " ".repeat(9) : number(TARGETS[name]);
    const most = TICKS.map((tick) => String(mostCells(cost, tick)).padStart(8)).join("");
    lines.push(`${name.padEnd(20)}${number(cost.perTick)}${number(cost.perSubstep)} ${target}${most}`);
  }
  const { perPacket, perShortPacket, perSynapse } = synapses;
  lines.push(`packet ${perPacket.toFixed(1)}, with a row of two words ${perShortPacket.toFixed(1)}`);
  lines.push(`synapse ${perSynapse.toFixed(2)} (target ${SYNAPSE_TARGET})`, "");
  return lines.join("\n");
}

if (process.argv.includes("--table")) process.stdout.write(table());
else if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ neurons, synapses })}\n`);
else process.stdout.write(report());

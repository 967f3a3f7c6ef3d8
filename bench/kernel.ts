/**
 * Cycles of the on-chip kernel's inner loops, by its own counters on the emulated ARM968, and the DTCM its code leaves.
 * `npm run bench -- kernel [--json]`
 *
 * Virtual cycles: the same on every machine. Targets are those of our fixed-point study: 91 cycles a sub-step of
 * IF_cond_exp, 222 of HH_cond_exp, 11 a synapse.
 */
import { neuronCosts, synapseCost } from "../src/host-sim/arm-engine/kernel-costs.ts";

const TARGETS: Readonly<Record<string, number>> = { IF_cond_exp: 91, HH_cond_exp: 222 };
const SYNAPSE_TARGET = 11;

const neurons = await neuronCosts();
const synapses = await synapseCost();
if (process.argv.includes("--json")) {
  process.stdout.write(`${JSON.stringify({ neurons, synapses })}\n`);
} else {
  const number = (value: number): string => value.toFixed(1).padStart(9);
  process.stdout.write("cycles a neuron          tick  sub-step    target\n");
  for (const [name, { perTick, perSubstep }] of Object.entries(neurons)) {
    const target = TARGETS[name] === undefined ? "" : number(TARGETS[name]);
    process.stdout.write(`${name.padEnd(20)}${number(perTick)}${number(perSubstep)} ${target}\n`);
  }
  process.stdout.write(
    `packet ${synapses.perPacket.toFixed(1)}, synapse ${synapses.perSynapse.toFixed(2)} (target ${SYNAPSE_TARGET})\n`,
  );
}

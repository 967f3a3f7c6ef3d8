/**
 * What the kernels cost on the emulated ARM968, in core cycles: measured on small networks by the kernels' own counters,
 * as differences between runs, so that what is common to them falls out.
 */
import { gridMachine } from "../../machine/index.ts";
import * as build from "../../network/builder/index.ts";
import type { Network } from "../../network/network.ts";
import { ArmTarget } from "../../pipeline/arm-target.ts";
import { coreDeadlines } from "../../pipeline/deadlines.ts";
import { deploy } from "../../pipeline/deploy.ts";
import { readProvenance } from "../../pipeline/provenance.ts";

/** Cycles of one neuron: once a tick, and in each sub-step. */
export interface NeuronCost {
  readonly perTick: number;
  readonly perSubstep: number;
}

export interface SynapseCost {
  /** A packet with a row, from its arrival to the last synapse, without the synapses. */
  readonly perPacket: number;
  /** The same with a row of two words, which needs no block transfer; its synapses are counted with it. */
  readonly perShortPacket: number;
  readonly perSynapse: number;
}

const TICKS = 20;
const TIMESTEP_MS = 0.1;
/** Slow enough for every case. */
const TIME_SCALE = 50;
const NEURONS = { few: 64, many: 192 } as const;
const SUBSTEPS = { few: 4, many: 8 } as const;

type CellOf = (substeps: number) => build.CellDescription;

/** Cell types that have sub-steps, by the name of their model. Some spike now and then, as cells do. */
const STEPPED: Readonly<Record<string, CellOf>> = {
  IF_cond_exp: (substeps) => build.IF_cond_exp({ i_offset: 0.9 }, { substeps }),
  IF_cond_alpha: (substeps) => build.IF_cond_alpha({ i_offset: 0.9 }, { substeps }),
  IF_curr_exp: (substeps) => build.IF_curr_exp({ i_offset: 0.9 }, { substeps }),
  IF_curr_alpha: (substeps) => build.IF_curr_alpha({ i_offset: 0.9 }, { substeps }),
  IF_curr_delta: (substeps) => build.IF_curr_delta({ i_offset: 0.9 }, { substeps }),
  Izhikevich: (substeps) => build.Izhikevich({ i_offset: 10 }, { substeps }),
  HH_cond_exp: (substeps) => build.HH_cond_exp({ i_offset: 0.5 }, { substeps }),
};

/** Cost of every model that computes neurons, by name; all neurons get input in every tick. */
export async function neuronCosts({ perSynapse }: SynapseCost): Promise<Record<string, NeuronCost>> {
  const costs: Record<string, NeuronCost> = {};
  for (const [name, cell] of Object.entries(STEPPED)) {
    const base = await meanCycles(cellsAlone(cell(SUBSTEPS.few), NEURONS.few));
    const substeps = await meanCycles(cellsAlone(cell(SUBSTEPS.many), NEURONS.few));
    const perSubstep = (substeps - base) / (NEURONS.few * (SUBSTEPS.many - SUBSTEPS.few));
    const few = await meanCycles(driven(1, NEURONS.few, NEURONS.few, cell(SUBSTEPS.few)), 1);
    const many = await meanCycles(driven(1, NEURONS.many, NEURONS.many, cell(SUBSTEPS.few)), 1);
    const all = (many - few) / (NEURONS.many - NEURONS.few);
    costs[name] = { perTick: all - SUBSTEPS.few * perSubstep - perSynapse, perSubstep };
  }
  const poisson = (size: number): Network => cellsAlone(build.SpikeSourcePoisson({ rate: 100 }), size);
  const [few, many] = [await meanCycles(poisson(NEURONS.few)), await meanCycles(poisson(NEURONS.many))];
  costs.SpikeSourcePoisson8 = { perTick: (many - few) / (NEURONS.many - NEURONS.few), perSubstep: 0 };
  return costs;
}

/** Rows of two lengths, and more of them; in all cases every neuron gets input. */
export async function synapseCost(): Promise<SynapseCost> {
  const [short, long, few, many] = [128, 224, 10, 30];
  const cell = build.IF_cond_exp({}, { substeps: 1 });
  const base = await meanCycles(driven(few, short, 256, cell), 1);
  const longer = await meanCycles(driven(few, long, 256, cell), 1);
  const more = await meanCycles(driven(many, short, 256, cell), 1);
  const perSynapse = (longer - base) / (few * (long - short));
  const shortRows = async (sources: number): Promise<number> => meanCycles(driven(sources, 2, 2, cell), 1);
  return {
    perSynapse,
    perPacket: (more - base) / (many - few) - short * perSynapse,
    perShortPacket: ((await shortRows(many)) - (await shortRows(few))) / (many - few),
  };
}

function cellsAlone(cell: build.CellDescription, size: number): Network {
  const network = new build.NetworkBuilder({ timestepMs: TIMESTEP_MS });
  network.population("cells", size, cell);
  return network.run(TICKS * TIMESTEP_MS).build();
}

/** Cells that get so many packets with rows of so many synapses in each tick. */
function driven(sources: number, row: number, size: number, cell: build.CellDescription): Network {
  const network = new build.NetworkBuilder({ timestepMs: TIMESTEP_MS });
  const times = Array.from({ length: TICKS }, (_, tick) => tick * TIMESTEP_MS);
  const source = network.population("sources", sources, build.SpikeSourceArray(times));
  const cells = network.population("cells", size, cell);
  network.projection(source, cells, build.FixedNumberPostConnector(row), { weight: 1e-6, delay: TIMESTEP_MS });
  return network.run(TICKS * TIMESTEP_MS).build();
}

/** Mean busy cycles of a core in a tick. */
async function meanCycles(network: Network, population = 0): Promise<number> {
  const machine = gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false });
  const deployment = deploy(network, machine, { timeScale: TIME_SCALE });
  const target = new ArmTarget(deployment);
  await target.runUntil(TICKS);
  const core = deployment.cores.findIndex((c) => c.population === population);
  return coreDeadlines(deployment, await readProvenance(deployment, target))[core]!.meanCycles;
}

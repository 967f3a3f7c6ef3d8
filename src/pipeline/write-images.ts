import { encodeImage, type ImagePatch, type SynapticMatrix } from "../image/core-image.ts";
import type { DeployedCore, DeployedPhase, Deployment } from "../image/deployment.ts";
import { CORE_KINDS, NEURON_ALIGNMENT } from "../image/layout.ts";
import { matrixPatches } from "../image/matrix-patches.ts";
import { paramPatches } from "../image/param-patches.ts";
import { synapticMatrix } from "../image/synaptic-matrix.ts";
import type { Machine } from "../machine/machine.ts";
import type { NetKeys, Placement, RoutingTable } from "../mapper/netlist.ts";
import type { Slice } from "../mapper/partition.ts";
import type { Words } from "../models/cell-model.ts";
import { type ModelLibrary, STANDARD_LIBRARY } from "../models/model-library.ts";
import { modelHash } from "../models/registry.ts";
import type { Network } from "../network/network.ts";
import { populationRoles } from "../results/population-role.ts";
import { cutTicks, fixedBytes, matrixCapacity, planesOf, totalTicks } from "./core-memory.ts";
import type { CutNetwork } from "./cut-into-cores.ts";
import type { EncodedNetwork } from "./encode-network.ts";
import { cellModel } from "./encode-populations.ts";
import { largestDelayErrorMs, quantisation } from "./quantisation.ts";
import { bytesPerTick, coreRecordings, deployedSignals, withCapacity } from "./recordings.ts";
import { stretchesOf } from "./stretches.ts";

/** Low bits of a key that carry the tick of sending modulo 16, so that a receiver knows how late a packet is. */
export const COLOUR_BITS = 4;

/** Relative errors of parameters below this are those of double precision. */
const SMALLEST_ERROR = 1e-12;

/** Everything that mapping found out. */
export interface MappedNetwork extends EncodedNetwork, CutNetwork {
  readonly network: Network;
  readonly machine: Machine;
  readonly options: { readonly models?: ModelLibrary; readonly timeScale?: number };
  readonly placement: Placement;
  readonly keys: NetKeys;
  readonly tables: readonly RoutingTable[];
}

/** Images of all cores, and everything else that a run needs. */
export function writeImages(parts: MappedNetwork): Deployment {
  const { network, machine, options, synapses, cells, slices, rows, netlist, placement, keys } = parts;
  const netOf = new Int32Array(slices.length).fill(-1);
  netlist.netSource.forEach((vertex, net) => {
    netOf[vertex] = net;
  });
  const ticksPerCut = slices.reduce((least, slice, v) => {
    const recordings = coreRecordings(
      network.populations[slice.population]!,
      cells[slice.population],
      slice,
      planesOf(cells[slice.population], parts.events[slice.population]),
    );
    const fixed = fixedBytes(slice, rows[v]!, cells[slice.population], parts.events[slice.population]);
    return Math.min(least, cutTicks(network, machine, bytesPerTick(recordings), fixed));
  }, totalTicks(network));
  const stretches = stretchesOf(network, parts.changes);
  const written = slices.map((slice, vertex) => {
    const matrices = rows[vertex]!.phases.map((phase) =>
      synapticMatrix(phase, rows[vertex]!.format, ({ slice: from }) => ({
        key: keys.key[netOf[from]!]!,
        mask: keys.mask[netOf[from]!]!,
      })),
    );
    const { bytes, totalBytes } = coreImage(parts, slice, vertex, netOf[vertex]!, matrices[0]!, ticksPerCut);
    const core: DeployedCore = {
      ...slice,
      chip: placement.chip[vertex]!,
      core: placement.core[vertex]!,
      binary: cells[slice.population]?.model.name ?? "SpikeSourceArray",
      image: bytes,
      totalBytes,
    };
    const rewritten = matrices.map((matrix, phase) =>
      phase === 0 || rows[vertex]!.phases[phase] === rows[vertex]!.phases[phase - 1]
        ? []
        : matrixPatches(bytes, matrix),
    );
    const patches = stretches.map(({ tick, phase, begins }): readonly ImagePatch[] => [
      ...(begins ? rewritten[phase]! : []),
      ...changedParams(parts, slice, tick, bytes),
    ]);
    return { core, patches };
  });
  const roles = populationRoles(network);
  return {
    networkName: network.name,
    seed: network.seed,
    timestepMicros: network.timestepMicros,
    timeScale: options.timeScale ?? 1,
    machine,
    populations: network.populations.map((population, p) => ({
      name: population.name,
      size: population.size,
      cellType: population.cell.type,
      role: roles.get(population.name)!,
      recordsSpikes: population.record.some((r) => r.variable === "spikes"),
      signals: deployedSignals(population, cells[p]),
    })),
    cores: written.map((w) => w.core),
    tables: parts.tables,
    phases: stretches.map(
      ({ ticks, phase }, stretch): DeployedPhase => ({
        ticks,
        phase,
        patches: written.map((w) => w.patches[stretch]!),
      }),
    ),
    ticksPerCut,
    netlist,
    placement,
    keys,
    synapses: synapses.connectivity.reduce((sum, c) => sum + c.rowStart[c.preSize]!, 0),
    quantisation: network.projections.map(({ name, post, receptor }, p) => {
      const r = synapses.receptors[post.population]!.indexOf(receptor);
      return quantisation(
        name,
        cellModel(network.populations[post.population]!, options.models ?? STANDARD_LIBRARY).weightUnit,
        synapses.connectivity[p]!,
        synapses.grids[post.population]![r]!,
        largestDelayErrorMs(network, p),
      );
    }),
    parameterQuantisation: network.populations.flatMap(({ name }, p) =>
      Object.entries(parts.errors[p]!).flatMap(([parameter, largestError]) =>
        largestError > SMALLEST_ERROR ? [{ population: name, parameter, largestError }] : [],
      ),
    ),
  };
}

/** What the parameters of a slice that change in a tick make of its image. */
function changedParams(parts: MappedNetwork, slice: Slice, tick: number, image: Uint8Array): ImagePatch[] {
  const changes = parts.changes[slice.population]!;
  const at = changes.findIndex((change) => change.tick === tick);
  if (at < 0) return [];
  const cells = parts.cells[slice.population]!;
  const words = (params: Readonly<Record<string, Words>>): Words[] =>
    cells.model.params.map((name) => wordsOf(params[name]!, slice));
  return paramPatches(image, words(changes[at - 1]?.params ?? cells.params), words(changes[at]!.params));
}

function wordsOf(words: Words, { lo, hi }: Slice): Words {
  return typeof words === "number" ? words : words.slice(lo, hi);
}

function coreImage(
  parts: MappedNetwork,
  slice: Slice,
  vertex: number,
  net: number,
  matrix: SynapticMatrix,
  ticksPerCut: number,
): { bytes: Uint8Array; totalBytes: number } {
  const { network, options, keys } = parts;
  const [cells, events] = [parts.cells[slice.population], parts.events[slice.population]];
  const { format, phases } = parts.rows[vertex]!;
  const neurons = slice.hi - slice.lo;
  const planes = planesOf(cells, events);
  const recordings = coreRecordings(network.populations[slice.population]!, cells, slice, planes);
  const model = cells?.model;
  return encodeImage(
    {
      modelHash: model === undefined ? 0 : modelHash(model),
      config: {
        kind: model === undefined ? CORE_KINDS.spikeSourceArray : CORE_KINDS.model,
        neurons,
        stride: Math.ceil(neurons / NEURON_ALIGNMENT) * NEURON_ALIGNMENT,
        firstIndex: slice.lo,
        timestepMicros: network.timestepMicros,
        timerMicros: network.timestepMicros * (options.timeScale ?? 1),
        substeps: cells?.substeps ?? 1,
        receptors: model?.receptors.length ?? 0,
        states: model?.states.length ?? 0,
        params: model?.params.length ?? 0,
        tables: model?.tables.length ?? 0,
        neuronBits: format.neuronBits,
        receptorBits: format.receptorBits,
        delayBits: format.delayBits,
        delayStages: format.delayStages,
        longestRow: Math.max(...phases.map((p) => p.longestRow)),
        key: net < 0 ? 0 : keys.key[net]!,
        keyMask: net < 0 ? 0 : keys.mask[net]!,
        colourBits: COLOUR_BITS,
        runUntil: 0,
        tick: 0,
        spikePlanes: planes,
        sourceKeys: matrix.sourceKeys.length,
        recordings: recordings.length,
      },
      params: model?.params.map((name) => wordsOf(cells!.params[name]!, slice)) ?? [],
      states: model?.states.map((name) => wordsOf(cells!.states[name]!, slice)) ?? [],
      tables: model?.tables.map((name) => cells!.tables[name]!) ?? [],
      matrix,
      spikeTimes: events?.of(slice) ?? new Uint32Array(0),
      recordings: withCapacity(recordings, ticksPerCut),
    },
    matrixCapacity(parts.rows[vertex]!),
  );
}

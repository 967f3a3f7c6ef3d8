import { encodeImage, type ImagePatch, type MatrixCapacity, type SynapticMatrix } from "../image/core-image.ts";
import type { DeployedCore, DeployedPhase, Deployment } from "../image/deployment.ts";
import { CORE_KINDS, NEURON_ALIGNMENT } from "../image/layout.ts";
import { matrixPatches } from "../image/matrix-patches.ts";
import { paramPatches } from "../image/param-patches.ts";
import { synapticMatrix } from "../image/synaptic-matrix.ts";
import type { Machine } from "../machine/machine.ts";
import { allocateKeys } from "../mapper/keys/index.ts";
import type { NetKeys, Netlist, Placement, RoutingTable } from "../mapper/netlist.ts";
import { partition, type Slice } from "../mapper/partition.ts";
import { type Effort, place } from "../mapper/place/index.ts";
import { route } from "../mapper/route/index.ts";
import { buildSmallTables } from "../mapper/tables/index.ts";
import type { EncodedCells, Words } from "../models/cell-model.ts";
import { type ModelLibrary, STANDARD_LIBRARY } from "../models/model-library.ts";
import { modelHash } from "../models/registry.ts";
import { connect } from "../network/connect/connect.ts";
import { msToTicks, type Network } from "../network/network.ts";
import { populationRoles } from "../results/population-role.ts";
import { coreBudget } from "./core-limits.ts";
import { cellModel, type EncodedPopulation, encodePopulations, type ParameterChange } from "./encode-populations.ts";
import { CoreTooSmallError } from "./errors.ts";
import { pinnedChip } from "./pinned-chip.ts";
import { largestDelayErrorMs, quantisation } from "./quantisation.ts";
import { bytesPerTick, coreRecordings, deployedSignals, withCapacity } from "./recordings.ts";
import { type SpikeEvents, spikeArrayEvents } from "./spike-array.ts";
import { type CoreRows, cutIntoRows, gatherSynapses, type Synapses, weightUnits } from "./synapses.ts";

export interface DeployOptions {
  /** Cell types beside the standard ones, as the network was read with. */
  readonly models?: ModelLibrary;
  /** Upper bound on neurons a core for all populations. */
  readonly neuronsPerCore?: number;
  readonly effort?: Effort;
  /** Hardware time of a tick over its biological time. Default 1. */
  readonly timeScale?: number;
  /** Told when a stage begins and ends; the clock is the caller's. */
  readonly onStage?: (stage: DeployStage, state: "begin" | "end") => void;
}

export type DeployStage = "connect" | "partition" | "place" | "route" | "keys" | "tables" | "images";

/** Low bits of a key that carry the tick of sending modulo 16, so that a receiver knows how late a packet is. */
export const COLOUR_BITS = 4;

/** Relative errors of parameters below this are those of double precision. */
const SMALLEST_ERROR = 1e-12;

/** Part of a chip's SDRAM that one core may fill: a chip has 16 or 17. */
const SDRAM_SHARE = 1 / 18;
/** Recordings are cut no finer than this, however large the matrices. */
const SHORTEST_CUT = 64;

/**
 * Maps a network to a machine: every stage from connectors to memory images. The result is a pure function of the
 * arguments.
 */
export function deploy(network: Network, machine: Machine, options: DeployOptions = {}): Deployment {
  const library = options.models ?? STANDARD_LIBRARY;
  const stage = <T>(name: DeployStage, work: () => T): T => {
    options.onStage?.(name, "begin");
    const result = work();
    options.onStage?.(name, "end");
    return result;
  };
  const { synapses, cells, changes, errors, events } = stage("connect", () => encodeNetwork(network, library));
  const { slices, rows, netlist } = stage("partition", () =>
    cutIntoCores(network, machine, synapses, cells, events, options),
  );
  const placement = stage("place", () =>
    place(netlist, machine, { ...(options.effort ? { effort: options.effort } : {}) }),
  );
  const forest = stage("route", () => route(netlist, machine, placement));
  const keys = stage("keys", () =>
    allocateKeys({ netBits: netBits(slices, netlist), population: netPopulations(slices, netlist), forest }),
  );
  const tables = stage("tables", () => buildSmallTables(forest, keys, machine, { effort: options.effort ?? "normal" }));
  return stage("images", () =>
    writeImages({
      network,
      machine,
      options,
      synapses,
      cells,
      changes,
      errors,
      events,
      slices,
      rows,
      netlist,
      placement,
      keys,
      tables,
    }),
  );
}

function encodeNetwork(
  network: Network,
  library: ModelLibrary,
): {
  synapses: Synapses;
  cells: (EncodedCells | undefined)[];
  changes: (readonly ParameterChange[])[];
  errors: EncodedPopulation["errors"][];
  events: (SpikeEvents | undefined)[];
} {
  const receptors = network.populations.map((p) =>
    p.cell.type === "SpikeSourceArray" ? [] : cellModel(p, library).receptors,
  );
  const connectivity = network.projections.map((_, p) => connect(network, p));
  const synapses = gatherSynapses(network, connectivity, receptors);
  const populations = encodePopulations(network, weightUnits(network, synapses), library);
  const events = network.populations.map((p) =>
    p.cell.type === "SpikeSourceArray"
      ? spikeArrayEvents(p.cell.spikeTimesMs ?? [], network.timestepMicros)
      : undefined,
  );
  return {
    synapses,
    cells: populations.map((p) => p?.cells),
    changes: populations.map((p) => p?.changes ?? []),
    errors: populations.map((p) => p?.errors ?? {}),
    events,
  };
}

function cutIntoCores(
  network: Network,
  machine: Machine,
  synapses: Synapses,
  cells: readonly (EncodedCells | undefined)[],
  events: readonly (SpikeEvents | undefined)[],
  options: DeployOptions,
): { slices: Slice[]; rows: CoreRows[]; netlist: Netlist } {
  const tickMicros = network.timestepMicros * (options.timeScale ?? 1);
  const limits = network.populations.map((population, p) => {
    const userLimit = Math.min(
      options.neuronsPerCore ?? Number.POSITIVE_INFINITY,
      population.maxNeuronsPerCore ?? Number.POSITIVE_INFINITY,
    );
    const budget = coreBudget(cells[p], tickMicros, userLimit);
    if (budget.chosen >= 1) return budget.chosen;
    throw new CoreTooSmallError(
      population.name,
      `one neuron takes ${budget.neuronCycles} of a core's ${budget.tickCycles} cycles a tick and ${budget.byMemory} fit its memory`,
      "Use a longer timestep, fewer sub-steps, or --timescale to slow the run down.",
    );
  });
  const slices = partition(
    network.populations.map((p) => p.size),
    limits,
  );
  const rows = cutIntoRows(network, synapses, slices);
  return { slices, rows, netlist: netlistOf(network, machine, slices, rows, cells, events) };
}

/** One net a slice that some core listens to in some phase. */
function netlistOf(
  network: Network,
  machine: Machine,
  slices: readonly Slice[],
  rows: readonly CoreRows[],
  cells: readonly (EncodedCells | undefined)[],
  events: readonly (SpikeEvents | undefined)[],
): Netlist {
  const sinks = slices.map(() => new Set<number>());
  rows.forEach(({ phases }, target) => {
    for (const phase of phases) for (const { slice } of phase.sources) sinks[slice]!.add(target);
  });
  const sources = slices.map((_, s) => s).filter((s) => sinks[s]!.size > 0);
  const netSinkStart = new Int32Array(sources.length + 1);
  const netSinks: number[] = [];
  sources.forEach((s, net) => {
    netSinks.push(...[...sinks[s]!].sort((a, b) => a - b));
    netSinkStart[net + 1] = netSinks.length;
  });
  const pins = network.populations.map((population) => pinnedChip(population, machine));
  return {
    vertexCount: slices.length,
    sdramBytes: Uint32Array.from(slices, (s, v) =>
      sdramNeed(network, machine, s, rows[v]!, cells[s.population], events[s.population]),
    ),
    netCount: sources.length,
    netSource: Int32Array.from(sources),
    netSinkStart,
    netSinks: Int32Array.from(netSinks),
    netWeight: Float64Array.from(sources, (s) => slices[s]!.hi - slices[s]!.lo),
    pinnedChip: Int32Array.from(slices, (s) => pins[s.population]!),
    sameChipGroups: [],
    population: Int32Array.from(slices, (s) => s.population),
  };
}

/** Upper bound on an image: its fixed parts with some slack, its rows in the largest phase, its recordings. */
function sdramNeed(
  network: Network,
  machine: Machine,
  slice: Slice,
  rows: CoreRows,
  cells: EncodedCells | undefined,
  events: SpikeEvents | undefined,
): number {
  const recordings = coreRecordings(network.populations[slice.population]!, cells, slice, planesOf(cells, events));
  const fixed = fixedBytes(slice, rows, cells, events);
  const ticks = cutTicks(network, machine, bytesPerTick(recordings), fixed);
  const recorded = withCapacity(recordings, ticks).reduce((sum, r) => sum + r.capacity * r.sampleWords * 4 + 16, 0);
  return Math.ceil((fixed + recorded) / 4) * 4;
}

function fixedBytes(
  slice: Slice,
  rows: CoreRows,
  cells: EncodedCells | undefined,
  events: SpikeEvents | undefined,
): number {
  const stride = slice.hi - slice.lo + NEURON_ALIGNMENT;
  const { sourceKeys, rowStarts, rows: rowWords } = matrixCapacity(rows);
  const words =
    512 +
    (cells === undefined ? 0 : (cells.model.states.length + cells.model.params.length) * stride) +
    Object.values(cells?.tables ?? {}).reduce((sum, t) => sum + t.length + NEURON_ALIGNMENT, 0) +
    4 * sourceKeys +
    rowStarts +
    rowWords +
    (events === undefined ? 0 : 2 * events.count(slice)) +
    stride * 4;
  return words * 4;
}

/** Ticks that the recordings of one core may run before they must be read. */
function cutTicks(network: Network, machine: Machine, recordedBytes: number, fixed: number): number {
  const total = totalTicks(network);
  if (recordedBytes === 0) return total;
  let smallest = Number.POSITIVE_INFINITY;
  machine.sdramBytes.forEach((bytes, chip) => {
    if (machine.alive[chip] === 1 && machine.applicationCores[chip] !== 0) smallest = Math.min(smallest, bytes);
  });
  const room = smallest * SDRAM_SHARE - fixed;
  return Math.max(Math.min(SHORTEST_CUT, total), Math.min(total, Math.floor(room / recordedBytes)));
}

function totalTicks(network: Network): number {
  return network.phases.reduce((sum, p) => sum + msToTicks(p.durationMs, network.timestepMicros), 0);
}

function matrixCapacity(rows: CoreRows): MatrixCapacity {
  const most = (measure: (phase: CoreRows["phases"][number]) => number): number =>
    Math.max(...rows.phases.map(measure));
  return {
    sourceKeys: most((p) => p.sources.length),
    rowStarts: most((p) => p.rowStarts.length),
    rows: most((p) => p.rows.length),
  };
}

function planesOf(cells: EncodedCells | undefined, events: SpikeEvents | undefined): number {
  if (events !== undefined) return events.planes;
  return Math.max(cells!.model.receive.spikes.length, cells!.model.step.spikes.length);
}

function netBits(slices: readonly Slice[], netlist: Netlist): Uint8Array {
  return Uint8Array.from(netlist.netSource, (v) => Math.ceil(Math.log2(slices[v]!.hi - slices[v]!.lo)) + COLOUR_BITS);
}

function netPopulations(slices: readonly Slice[], netlist: Netlist): Int32Array {
  return Int32Array.from(netlist.netSource, (v) => slices[v]!.population);
}

interface Parts {
  readonly network: Network;
  readonly machine: Machine;
  readonly options: DeployOptions;
  readonly synapses: Synapses;
  readonly cells: readonly (EncodedCells | undefined)[];
  readonly changes: readonly (readonly ParameterChange[])[];
  readonly errors: readonly EncodedPopulation["errors"][];
  readonly events: readonly (SpikeEvents | undefined)[];
  readonly slices: readonly Slice[];
  readonly rows: readonly CoreRows[];
  readonly netlist: Netlist;
  readonly placement: Placement;
  readonly keys: NetKeys;
  readonly tables: readonly RoutingTable[];
}

function writeImages(parts: Parts): Deployment {
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

/** Ticks that run without a change from outside, from one change to the next. */
interface Stretch {
  readonly tick: number;
  readonly ticks: number;
  /** Phase it is a part of, and whether that begins here; elsewhere only parameters change. */
  readonly phase: number;
  readonly begins: boolean;
}

function stretchesOf(network: Network, changes: readonly (readonly ParameterChange[])[]): Stretch[] {
  const phaseAt = new Map<number, number>();
  let end = 0;
  network.phases.forEach(({ durationMs }, phase) => {
    phaseAt.set(end, phase);
    end += msToTicks(durationMs, network.timestepMicros);
  });
  const ticks = new Set([...phaseAt.keys(), ...changes.flat().map(({ tick }) => tick)]);
  const starts = [...ticks].sort((a, b) => a - b);
  let phase = 0;
  return starts.map((tick, i) => {
    phase = phaseAt.get(tick) ?? phase;
    return { tick, ticks: (starts[i + 1] ?? end) - tick, phase, begins: phaseAt.has(tick) };
  });
}

/** What the parameters of a slice that change in a tick make of its image. */
function changedParams(parts: Parts, slice: Slice, tick: number, image: Uint8Array): ImagePatch[] {
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
  parts: Parts,
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

import { withZeroParams } from "../../codegen/fold-constants.ts";
import type { Model } from "../../codegen/ir.ts";
import { compiledModule } from "../../codegen/wasm/compiled-modules.ts";
import { deliveryFunction } from "../../codegen/wasm/delivery-function.ts";
import { type FunctionWriter, writeModule } from "../../codegen/wasm/module-writer.ts";
import {
  CORE_BLOCK_WORDS,
  CORE_WORDS,
  type NeuronFunctionOptions,
  neuronFunction,
} from "../../codegen/wasm/neuron-function.ts";
import { WASM, type WasmMemory } from "../../codegen/wasm/webassembly.ts";
import { RECORDING_KINDS } from "../../image/layout.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import { modelHash } from "../../models/registry.ts";
import { compileRows, type PacketPaths, packetPaths } from "./compiled-rows.ts";
import type { EngineCore } from "./engine-core.ts";
import { MemoryPlan } from "./memory-plan.ts";
import type { CoreGroup, LoopCore, LoopProgram, SpikeList, StateRecord } from "./tick-loop.ts";

/** Pages of the largest WebAssembly memory there is, 4 GiB. */
const MOST_PAGES = 65_536;
/** Windows longer than this gain nothing and cost memory. */
const LONGEST_WINDOW = 64;

/** Where one core's words lie in the engine's memory. */
export interface CorePlace {
  readonly worker: number;
  readonly loop: LoopCore;
  readonly states: number;
  readonly saturations: number;
  /** Address of each recording's buffer, by the image's numbering. */
  readonly buffers: readonly number[];
}

export interface EngineProgram {
  readonly memory: WasmMemory;
  readonly loops: readonly LoopProgram[];
  readonly places: readonly CorePlace[];
  readonly paths: PacketPaths;
  readonly firstSource: Int32Array;
  readonly slots: number;
}

/**
 * Lays the cores out in one memory and generates the code that runs them.
 *
 * @param tick first tick to be run; recording buffers begin there
 */
export function engineProgram(
  machine: Machine,
  tables: readonly RoutingTable[],
  cores: readonly EngineCore[],
  threads: number,
  tick: number,
): EngineProgram {
  const workerOf = shareCores(cores, threads);
  const workers = Math.max(1, ...workerOf.map((w) => w + 1));
  const { firstSource, sources, ringOffset, slotWords } = numbering(cores, workerOf, workers);
  const paths = packetPaths(machine, tables, cores);
  const rows = Array.from({ length: workers }, (_, w) =>
    compileRows(
      cores,
      paths,
      workerOf.map((of) => of === w),
      ringOffset,
      firstSource,
      sources,
    ),
  );
  const maxDelay = Math.max(...rows.map((r) => r.maxDelay));
  const window = Math.min(LONGEST_WINDOW, ...rows.map((r) => r.minRemoteDelay));
  const slots = 2 ** Math.ceil(Math.log2(maxDelay + 1));

  const plan = new MemoryPlan();
  const code = new FunctionLibrary();
  const tableLibrary = new TableLibrary(plan);
  const drafts = cores.map((core, i) =>
    draftCore(plan, code, tableLibrary, core, firstSource[i]!, ringOffset[i]! * 4, tick),
  );
  const perWorker = rows.map((r, w) => {
    const packets = cores.reduce(
      (sum, c, i) =>
        sum + (workerOf[i] === w ? c.image.config("neurons") * Math.max(1, c.image.config("spikePlanes")) : 0),
      0,
    );
    const list = (): SpikeList => ({
      spikes: plan.allocate((packets * window + 4) * 4),
      ends: plan.allocate(window * 4),
    });
    return {
      rowTable: plan.allocate(r.starts.byteLength),
      runs: plan.allocate(r.runs.byteLength),
      ring: plan.allocate(slotWords[w]! * 4 * slots),
      lists: [list(), list()] as const,
      events: plan.allocate(4),
    };
  });
  const groups = perWorker.map((_, w) =>
    groupCores(
      plan,
      drafts.filter((__, i) => workerOf[i] === w),
    ),
  );
  const spikeCounts = plan.allocate(sources * 4);
  const epochs = plan.allocate(workers * 4);

  const shared = workers > 1;
  const memory = new WASM.Memory({ initial: plan.pages, maximum: plan.pages, ...(shared ? { shared } : {}) });
  const module = code.module(shared);
  const words = new Uint32Array(memory.buffer);
  // A page that is first read, then written has every other processor of the process interrupted. So each is written now.
  words.fill(0);
  tableLibrary.fill(words);
  for (const draft of drafts) draft.fill(words);
  for (const { group, blocks } of groups.flat()) words.set(blocks, group.list >>> 2);
  rows.forEach((r, w) => {
    const { rowTable, runs } = perWorker[w]!;
    words.set(
      r.starts.map((word) => runs + word * 4),
      rowTable >>> 2,
    );
    words.set(r.runs, runs >>> 2);
  });
  const loops = perWorker.map(
    (mine, index): LoopProgram => ({
      module,
      memory,
      cores: drafts.filter((_, i) => workerOf[i] === index).map((d) => d.loop),
      groups: groups[index]!.map(({ group }) => group),
      rowTable: mine.rowTable,
      spikeCounts,
      ring: mine.ring,
      slotMask: slots - 1,
      slotBytes: slotWords[index]! * 4,
      window,
      lists: perWorker.map((p) => p.lists),
      index,
      epochs,
      events: mine.events,
    }),
  );
  const places = drafts.map((d, i): CorePlace => ({ ...d.place, worker: workerOf[i]!, loop: d.loop }));
  return { memory, loops, places, paths, firstSource, slots };
}

/** Each core goes to the worker with the least work so far; the order of cores decides ties, so it is always the same. */
function shareCores(cores: readonly EngineCore[], threads: number): number[] {
  const load = new Array<number>(Math.max(1, Math.min(threads, cores.length))).fill(0);
  const cost = cores.map(({ image }) => image.config("stride") * Math.max(1, image.config("substeps")) + 16);
  const workerOf = new Array<number>(cores.length).fill(0);
  const heaviestFirst = cost.map((_, i) => i).sort((a, b) => cost[b]! - cost[a]! || a - b);
  for (const i of heaviestFirst) {
    const least = load.indexOf(Math.min(...load));
    workerOf[i] = least;
    load[least]! += cost[i]!;
  }
  return workerOf;
}

function numbering(cores: readonly EngineCore[], workerOf: readonly number[], workers: number) {
  const firstSource = new Int32Array(cores.length);
  const ringOffset = new Int32Array(cores.length);
  const slotWords = new Array<number>(workers).fill(0);
  let sources = 0;
  cores.forEach(({ image }, i) => {
    firstSource[i] = sources;
    sources += image.config("neurons");
    ringOffset[i] = slotWords[workerOf[i]!]!;
    slotWords[workerOf[i]!]! += image.config("stride") * image.config("receptors");
  });
  return { firstSource, sources, ringOffset, slotWords };
}

/** Cores of one worker that share their functions, in the order they first appear. */
function groupCores(plan: MemoryPlan, drafts: readonly CoreDraft[]): { group: CoreGroup; blocks: number[] }[] {
  const byFunction = new Map<string, CoreDraft[]>();
  for (const draft of drafts) {
    if (draft.update === undefined) continue;
    const id = `${draft.update.plain} ${draft.update.recording}`;
    const known = byFunction.get(id);
    if (known === undefined) byFunction.set(id, [draft]);
    else known.push(draft);
  }
  return [...byFunction.values()].map((members) => {
    const list = plan.allocate(members.length * 4);
    const { plain, recording } = members[0]!.update!;
    return {
      group: {
        update: plain,
        updateRecording: recording,
        list,
        listEnd: list + members.length * 4,
        stateRecords: members.flatMap((m) => m.stateRecords),
      },
      blocks: members.map((m) => m.loop.block),
    };
  });
}

/** Tables by content: the cores of a population share theirs. */
class TableLibrary {
  readonly #plan: MemoryPlan;
  readonly #addresses = new Map<string, { readonly address: number; readonly words: Uint32Array }>();

  constructor(plan: MemoryPlan) {
    this.#plan = plan;
  }

  address(words: Uint32Array): number {
    const id = Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString("latin1");
    let known = this.#addresses.get(id);
    if (known === undefined) {
      known = { address: this.#plan.allocate(words.byteLength), words };
      this.#addresses.set(id, known);
    }
    return known.address;
  }

  fill(memory: Uint32Array): void {
    for (const { address, words } of this.#addresses.values()) memory.set(words, address >>> 2);
  }
}

/** One function for each (model, parameters that are zero or one a neuron, recorded states, tables) that occurs. */
class FunctionLibrary {
  readonly #functions = new Map<string, FunctionWriter>();
  readonly #names = new Map<string, string>();

  constructor() {
    this.#functions.set("deliver", deliveryFunction());
  }

  update(model: Model, zero: readonly string[], options: NeuronFunctionOptions): string {
    const id = JSON.stringify([modelHash(model), zero, options]);
    let name = this.#names.get(id);
    if (name === undefined) {
      name = `update${this.#names.size}`;
      this.#names.set(id, name);
      this.#functions.set(name, neuronFunction(withZeroParams(model, new Set(zero)), options));
    }
    return name;
  }

  module(shared: boolean): object {
    // The limits are wide so that the same functions are the same module whatever the size of the network's memory.
    const memory = { initial: 1, maximum: MOST_PAGES, shared };
    return compiledModule(writeModule({ memory }, Object.fromEntries(this.#functions)));
  }
}

interface CoreDraft {
  /** Names of the core's functions; undefined for a SpikeSourceArray. */
  readonly update: { readonly plain: string; readonly recording: string } | undefined;
  readonly stateRecords: readonly StateRecord[];
  readonly loop: LoopCore;
  readonly place: Omit<CorePlace, "worker" | "loop">;
  readonly fill: (words: Uint32Array) => void;
}

function draftCore(
  plan: MemoryPlan,
  code: FunctionLibrary,
  tableLibrary: TableLibrary,
  core: EngineCore,
  firstSource: number,
  ringOffset: number,
  tick: number,
): CoreDraft {
  const { image, model } = core;
  const strideBytes = image.config("stride") * 4;
  const recordings = Array.from({ length: image.config("recordings") }, (_, k) => image.recording(k));
  // Vectors are stored whole: the last sample may write three words past its end.
  const buffers = recordings.map((r) => plan.allocate(r.capacity * r.sampleWords * 4 + 16));
  const spikes = recordings.findIndex((r) => r.kind === RECORDING_KINDS.spikes);
  const planes = Math.max(1, image.config("spikePlanes"));
  const spikeRecord =
    spikes < 0
      ? undefined
      : {
          buffer: buffers[spikes]!,
          planeBytes: (recordings[spikes]!.sampleWords / planes) * 4,
          sampleBytes: recordings[spikes]!.sampleWords * 4,
        };
  const block = plan.allocate(CORE_BLOCK_WORDS * 4);
  const stateRecords: StateRecord[] = [];
  const recorded: string[] = [];
  recordings.forEach((r, k) => {
    if (r.kind !== RECORDING_KINDS.state) return;
    stateRecords.push({
      pointer: block + (CORE_WORDS.records + recorded.length) * 4,
      intervalTicks: r.intervalTicks,
      sampleWords: r.sampleWords,
      buffer: buffers[k]!,
      scratch: plan.allocate(strideBytes + 16),
      columns: r.columns,
      start: tick,
    });
    recorded.push(model!.states[r.state]!);
  });
  const saturations = plan.allocate(4);
  const states = plan.allocate(image.config("states") * strideBytes);
  const params = model?.params.map((_, k) => image.param(k)) ?? [];
  const perNeuron = params.filter((p) => typeof p !== "number");
  const perNeuronNames = (model?.params ?? []).filter((_, k) => typeof params[k] !== "number");
  const perNeuronAt = plan.allocate(perNeuron.length * strideBytes);
  const shared = plan.allocate(params.length * 4);
  const tables = (model?.tables ?? []).map((_, k) => tableLibrary.address(image.table(k)));
  // Only zeros are folded into the code: any other value would make a function of its own for each population.
  const zero = (model?.params ?? []).filter((name, k) => params[k] === 0 && !model!.coreParams.includes(name));
  const updateFor = (states: readonly string[]): string =>
    code.update(model!, zero, {
      perNeuron: perNeuronNames,
      recorded: states,
      tables,
      singleStep: image.config("substeps") === 1,
    });
  const events = image.regionWords("spikeTimes");
  const eventsAt = plan.allocate(events.byteLength);
  return {
    update: model === undefined ? undefined : { plain: updateFor([]), recording: updateFor(recorded) },
    stateRecords,
    loop: {
      block,
      firstSource,
      ringOffset,
      spikeTimes: model === undefined ? { address: eventsAt, count: events.length / 2 } : undefined,
      spikeRecord,
      recordingStart: tick,
    },
    place: { states, saturations, buffers },
    fill: (words) => {
      const put = (address: number, data: ArrayLike<number>): void => words.set(data, address >>> 2);
      const blockWords = new Uint32Array(CORE_BLOCK_WORDS);
      blockWords[CORE_WORDS.neurons] = image.config("neurons");
      blockWords[CORE_WORDS.strideBytes] = strideBytes;
      blockWords[CORE_WORDS.firstIndex] = image.config("firstIndex");
      blockWords[CORE_WORDS.firstSource] = firstSource;
      blockWords[CORE_WORDS.substeps] = image.config("substeps");
      blockWords[CORE_WORDS.states] = states;
      blockWords[CORE_WORDS.perNeuron] = perNeuronAt;
      blockWords[CORE_WORDS.shared] = shared;
      blockWords[CORE_WORDS.saturations] = saturations;
      blockWords[CORE_WORDS.saturations] = saturations;
      blockWords[CORE_WORDS.ringOffset] = ringOffset;
      blockWords[CORE_WORDS.recordStart] = tick;
      if (spikeRecord !== undefined) {
        blockWords[CORE_WORDS.spikeRecord] = spikeRecord.buffer;
        blockWords[CORE_WORDS.spikeSampleBytes] = spikeRecord.sampleBytes;
        blockWords[CORE_WORDS.spikePlaneBytes] = spikeRecord.planeBytes;
      }
      put(block, blockWords);
      put(states, image.regionWords("states"));
      perNeuron.forEach((p, k) => {
        put(perNeuronAt + k * strideBytes, p);
      });
      put(
        shared,
        params.map((p) => (typeof p === "number" ? p : 0)),
      );
      put(eventsAt, events);
    },
  };
}

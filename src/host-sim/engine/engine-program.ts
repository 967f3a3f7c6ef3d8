import { deliveryFunction } from "../../codegen/wasm/delivery-function.ts";
import { type FunctionWriter, writeModule } from "../../codegen/wasm/module-writer.ts";
import { CORE_BLOCK_WORDS, CORE_WORDS, neuronFunction } from "../../codegen/wasm/neuron-function.ts";
import { WASM, type WasmMemory } from "../../codegen/wasm/webassembly.ts";
import { RECORDING_KINDS } from "../../image/layout.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import { compileRows, type PacketPaths, packetPaths } from "./compiled-rows.ts";
import type { EngineCore } from "./engine-core.ts";
import { MemoryPlan } from "./memory-plan.ts";
import type { LoopCore, LoopProgram, SpikeList, StateRecord } from "./tick-loop.ts";

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
  const drafts = cores.map((core, i) => draftCore(plan, code, core, firstSource[i]!, ringOffset[i]! * 4, tick));
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
  const spikeCounts = plan.allocate(sources * 4);
  const epochs = plan.allocate(workers * 4);

  const shared = workers > 1;
  const memory = new WASM.Memory({ initial: plan.pages, maximum: plan.pages, ...(shared ? { shared } : {}) });
  const module = code.module(plan.pages, shared);
  const words = new Uint32Array(memory.buffer);
  for (const draft of drafts) draft.fill(words);
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

/** One function for each (model, parameters one a neuron, recorded states) that occurs. */
class FunctionLibrary {
  readonly #functions = new Map<string, FunctionWriter>();
  readonly #names = new Map<string, string>();

  constructor() {
    this.#functions.set("deliver", deliveryFunction());
  }

  update(model: NonNullable<EngineCore["model"]>, perNeuron: readonly string[], recorded: readonly string[]): string {
    const id = JSON.stringify([model.name, perNeuron, recorded]);
    let name = this.#names.get(id);
    if (name === undefined) {
      name = `update${this.#names.size}`;
      this.#names.set(id, name);
      this.#functions.set(name, neuronFunction(model, { perNeuron, recorded }));
    }
    return name;
  }

  module(pages: number, shared: boolean): object {
    const bytes = writeModule(
      { memory: { initial: pages, maximum: pages, shared } },
      Object.fromEntries(this.#functions),
    );
    return new WASM.Module(bytes);
  }
}

interface CoreDraft {
  readonly loop: LoopCore;
  readonly place: Omit<CorePlace, "worker" | "loop">;
  readonly fill: (words: Uint32Array) => void;
}

function draftCore(
  plan: MemoryPlan,
  code: FunctionLibrary,
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
  const stateRecords: StateRecord[] = [];
  const recorded: string[] = [];
  recordings.forEach((r, k) => {
    if (r.kind !== RECORDING_KINDS.state) return;
    stateRecords.push({
      slot: recorded.length,
      intervalTicks: r.intervalTicks,
      sampleWords: r.sampleWords,
      buffer: buffers[k]!,
      scratch: plan.allocate(strideBytes + 16),
      columns: r.columns,
    });
    recorded.push(model!.states[r.state]!);
  });
  const block = plan.allocate(CORE_BLOCK_WORDS * 4);
  const saturations = plan.allocate(4);
  const states = plan.allocate(image.config("states") * strideBytes);
  const params = model?.params.map((_, k) => image.param(k)) ?? [];
  const perNeuron = params.filter((p) => typeof p !== "number");
  const perNeuronNames = (model?.params ?? []).filter((_, k) => typeof params[k] !== "number");
  const perNeuronAt = plan.allocate(perNeuron.length * strideBytes);
  const shared = plan.allocate(params.length * 4);
  const tables = (model?.tables ?? []).map((_, k) => image.table(k));
  const tablesAt = tables.map((t) => plan.allocate(t.byteLength));
  const events = image.regionWords("spikeTimes");
  const eventsAt = plan.allocate(events.byteLength);
  return {
    loop: {
      block,
      update: model === undefined ? "" : code.update(model, perNeuronNames, []),
      updateRecording: model === undefined ? "" : code.update(model, perNeuronNames, recorded),
      firstSource,
      ringOffset,
      spikeTimes: model === undefined ? { address: eventsAt, count: events.length / 2 } : undefined,
      spikeRecord,
      stateRecords,
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
      tablesAt.forEach((at, k) => {
        blockWords[CORE_WORDS.tables + k] = at;
      });
      put(block, blockWords);
      put(states, image.regionWords("states"));
      perNeuron.forEach((p, k) => {
        put(perNeuronAt + k * strideBytes, p);
      });
      put(
        shared,
        params.map((p) => (typeof p === "number" ? p : 0)),
      );
      tables.forEach((t, k) => {
        put(tablesAt[k]!, t);
      });
      put(eventsAt, events);
    },
  };
}

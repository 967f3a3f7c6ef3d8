import { CORE_BLOCK_WORDS, CORE_WORDS, rowBytes } from "../../codegen/wasm/core-block.ts";
import { LOOP_WORDS, MAILBOX_BYTES, type SOURCE_WORDS } from "../../codegen/wasm/tick-function.ts";
import { WASM, type WasmMemory } from "../../codegen/wasm/webassembly.ts";
import { RECORDING_KINDS } from "../../image/layout.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import { compileRows, type PacketPaths, packetPaths } from "./compiled-rows.ts";
import type { EngineCore } from "./engine-core.ts";
import { FunctionLibrary, foldedParams, rangesOf } from "./function-library.ts";
import { type CoreGroup, mailboxWords, placeLoop, type SpikeList, type StateRecord } from "./loop-words.ts";
import { MemoryPlan } from "./memory-plan.ts";
import type { LoopProgram } from "./tick-loop.ts";

/** Windows longer than this gain nothing and cost memory. */
const LONGEST_WINDOW = 64;
/** A tick that no run reaches. */
const NEVER = 0xffff_ffff;

/** Where one core's words lie in the engine's memory. */
export interface CorePlace {
  /** Address of the inputs in slot 0 of the ring buffer, and bytes of a slot. */
  readonly inputs: number;
  readonly slotBytes: number;
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
  /** One word a neuron: packets it sent. */
  readonly spikeCounts: number;
  /** One word a worker: synapses it added. */
  readonly events: readonly number[];
  /** Slots of the ring buffers, a power of two. */
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
  // What a worker writes lies together.
  const order = cores.map((_, i) => i).sort((a, b) => workerOf[a]! - workerOf[b]! || a - b);
  const { firstSource, sources, ringOffset, slotWords } = numbering(cores, order, workerOf, workers);
  const paths = packetPaths(machine, tables, cores);
  const rows = Array.from({ length: workers }, (_, w) =>
    compileRows(
      cores,
      paths,
      workerOf.map((of) => of === w),
      ringOffset,
      firstSource,
      order,
      sources,
    ),
  );
  const maxDelay = Math.max(...rows.map((r) => r.maxDelay));
  const window = Math.min(LONGEST_WINDOW, ...rows.map((r) => r.minRemoteDelay));
  const slots = 2 ** Math.ceil(Math.log2(maxDelay + 1));

  const plan = new MemoryPlan();
  const code = new FunctionLibrary();
  const tableLibrary = new TableLibrary(plan);
  const drafts: CoreDraft[] = [];
  const perWorker = rows.map((r, w) => {
    plan.separate();
    const mine = order.filter((i) => workerOf[i] === w);
    for (const i of mine) {
      drafts[i] = draftCore(plan, code, tableLibrary, cores[i]!, firstSource[i]!, ringOffset[i]! * 4, tick);
    }
    const packets = mine.reduce((sum, i) => {
      const { image } = cores[i]!;
      return sum + image.config("neurons") * Math.max(1, image.config("spikePlanes"));
    }, 0);
    const list = (): SpikeList => ({
      spikes: plan.allocate((packets * window + 4) * 4),
      ends: plan.allocate(window * 4),
    });
    plan.separate();
    return {
      drafts: mine.map((i) => drafts[i]!),
      ring: plan.allocate(slotWords[w]! * 4 * slots),
      lists: [list(), list()] as const,
      rowTable: plan.allocate(r.starts.byteLength),
      runs: plan.allocate(r.runs.byteLength),
    };
  });
  plan.separate();
  const spikeCounts = plan.allocate(sources * 4);
  plan.separate();
  const mailboxes = plan.allocate(workers * MAILBOX_BYTES);
  const placed = perWorker.map((mine, w) =>
    placeLoop(plan, {
      settings: {
        rowTable: mine.rowTable,
        spikeCounts,
        ring: mine.ring,
        slotMask: slots - 1,
        slotBytes: slotWords[w]! * 4,
        window,
        deliversTogether: workers > 1 && rows[w]!.minDelay >= window ? 1 : 0,
        mailboxes,
        mailboxesEnd: mailboxes + workers * MAILBOX_BYTES,
        mailbox: mailboxes + w * MAILBOX_BYTES,
        tick,
      },
      groups: groupCores(mine.drafts),
      sources: mine.drafts.flatMap((d) => d.source ?? []),
    }),
  );

  const shared = workers > 1;
  const memory = new WASM.Memory({ initial: plan.pages, maximum: plan.pages, ...(shared ? { shared } : {}) });
  const module = code.module(shared);
  const words = new Uint32Array(memory.buffer);
  // A page that is first read, then written has every other processor of the process interrupted. So each is written now.
  words.fill(0);
  tableLibrary.fill(words);
  for (const draft of drafts) draft.fill(words);
  for (const part of placed.flat()) words.set(part.words, part.address >>> 2);
  perWorker.forEach(({ rowTable, runs, lists }, w) => {
    const { starts, runs: runWords } = rows[w]!;
    words.set(
      starts.map((word) => runs + word * 4),
      rowTable >>> 2,
    );
    words.set(runWords, runs >>> 2);
    words.set(mailboxWords(lists), (mailboxes + w * MAILBOX_BYTES) >>> 2);
  });
  const loops = placed.map((parts): LoopProgram => ({ module, memory, address: parts.at(-1)!.address }));
  const places = drafts.map((d, i): CorePlace => {
    const w = workerOf[i]!;
    return { ...d.place, inputs: perWorker[w]!.ring + ringOffset[i]! * 4, slotBytes: slotWords[w]! * 4 };
  });
  const events = loops.map(({ address }) => address + LOOP_WORDS.events * 4);
  return { memory, loops, places, paths, firstSource, spikeCounts, events, slots };
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

function numbering(
  cores: readonly EngineCore[],
  order: readonly number[],
  workerOf: readonly number[],
  workers: number,
) {
  const firstSource = new Int32Array(cores.length);
  const ringOffset = new Int32Array(cores.length);
  const slotWords = new Array<number>(workers).fill(0);
  let sources = 0;
  for (const i of order) {
    const { image } = cores[i]!;
    firstSource[i] = sources;
    sources += image.config("neurons");
    ringOffset[i] = slotWords[workerOf[i]!]!;
    slotWords[workerOf[i]!]! += (rowBytes(image.config("neurons")) / 4) * image.config("receptors");
  }
  return { firstSource, sources, ringOffset, slotWords };
}

/** Cores of one worker that share their functions, in the order they first appear. */
function groupCores(drafts: readonly CoreDraft[]): CoreGroup[] {
  const groups = new Map<string, CoreDraft[]>();
  for (const draft of drafts) {
    if (draft.update === undefined) continue;
    const id = `${draft.update.plain} ${draft.update.recording}`;
    const known = groups.get(id);
    if (known === undefined) groups.set(id, [draft]);
    else known.push(draft);
  }
  return [...groups.values()].map((members) => ({
    update: members[0]!.update!.plain,
    updateRecording: members[0]!.update!.recording,
    blocks: members.map((m) => m.block),
    records: members.flatMap((m) => m.stateRecords),
  }));
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

interface CoreDraft {
  /** Table slots of the core's functions; undefined for a SpikeSourceArray. */
  readonly update: { readonly plain: number; readonly recording: number } | undefined;
  readonly block: number;
  readonly stateRecords: readonly StateRecord[];
  /** A SpikeSourceArray's own words. */
  readonly source: Readonly<Record<keyof typeof SOURCE_WORDS, number>> | undefined;
  readonly place: Omit<CorePlace, "inputs" | "slotBytes">;
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
  const neurons = image.config("neurons");
  const strideBytes = rowBytes(neurons);
  const recordings = Array.from({ length: image.config("recordings") }, (_, k) => image.recording(k));
  // Vectors are stored whole: the last sample may write past its end, but by less than a row is long.
  const buffers = recordings.map((r) => plan.allocate(r.capacity * r.sampleWords * 4 + strideBytes));
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
      sampleBytes: r.sampleWords * 4,
      buffer: buffers[k]!,
      firstSample: Math.ceil(tick / r.intervalTicks),
      scratch: plan.allocate(strideBytes),
      columns: r.columns,
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
  const known = foldedParams(model, params);
  const ranges = rangesOf(core);
  const updateFor = (states: readonly string[]): number =>
    code.update(
      model!,
      known,
      {
        perNeuron: perNeuronNames,
        recorded: states,
        tables,
        singleStep: image.config("substeps") === 1,
      },
      ranges,
    );
  const events = image.regionWords("spikeTimes");
  const eventsAt = plan.allocate(events.byteLength + 4);
  return {
    update: model === undefined ? undefined : { plain: updateFor([]), recording: updateFor(recorded) },
    block,
    stateRecords,
    source:
      model === undefined
        ? {
            next: eventsAt + firstEvent(events, tick) * 8,
            firstSource,
            spikeRecord: spikeRecord?.buffer ?? 0,
            planeBytes: spikeRecord?.planeBytes ?? 0,
            sampleBytes: spikeRecord?.sampleBytes ?? 0,
            recordStart: tick,
          }
        : undefined,
    place: { states, saturations, buffers },
    fill: (words) => {
      const put = (address: number, data: ArrayLike<number>): void => words.set(data, address >>> 2);
      const blockWords = new Uint32Array(CORE_BLOCK_WORDS);
      blockWords[CORE_WORDS.neurons] = neurons;
      blockWords[CORE_WORDS.strideBytes] = strideBytes;
      blockWords[CORE_WORDS.firstIndex] = image.config("firstIndex");
      blockWords[CORE_WORDS.firstSource] = firstSource;
      blockWords[CORE_WORDS.substeps] = image.config("substeps");
      blockWords[CORE_WORDS.states] = states;
      blockWords[CORE_WORDS.perNeuron] = perNeuronAt;
      blockWords[CORE_WORDS.shared] = shared;
      blockWords[CORE_WORDS.saturations] = saturations;
      blockWords[CORE_WORDS.ringOffset] = ringOffset;
      blockWords[CORE_WORDS.recordStart] = tick;
      if (spikeRecord !== undefined) {
        blockWords[CORE_WORDS.spikeRecord] = spikeRecord.buffer;
        blockWords[CORE_WORDS.spikeSampleBytes] = spikeRecord.sampleBytes;
        blockWords[CORE_WORDS.spikePlaneBytes] = spikeRecord.planeBytes;
      }
      put(block, blockWords);
      for (let k = 0; k < image.config("states"); k++)
        put(states + k * strideBytes, image.state(k).subarray(0, neurons));
      perNeuron.forEach((p, k) => {
        put(perNeuronAt + k * strideBytes, p.subarray(0, neurons));
      });
      put(
        shared,
        params.map((p) => (typeof p === "number" ? p : 0)),
      );
      put(eventsAt, events);
      words[(eventsAt + events.byteLength) >>> 2] = NEVER;
    },
  };
}

/** Number of the first pair (tick, neuron) that is not before a tick. */
function firstEvent(events: Uint32Array, tick: number): number {
  let pair = 0;
  while (2 * pair < events.length && events[2 * pair]! < tick) pair++;
  return pair;
}

import { LOOP_WORDS, MAILBOX_BYTES } from "../../codegen/wasm/loop-layout.ts";
import { WASM, type WasmMemory } from "../../codegen/wasm/webassembly.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import { type BandDraft, type DraftedCore, draftBand } from "./band-draft.ts";
import { bandsOf, numbering } from "./bands.ts";
import { compileRows, type PacketPaths, packetPaths } from "./compiled-rows.ts";
import { coreCode } from "./core-code.ts";
import type { EngineCore } from "./engine-core.ts";
import { FunctionLibrary } from "./function-library.ts";
import { type CoreGroup, mailboxWords, placeLoop, type SpikeList } from "./loop-words.ts";
import { MemoryPlan } from "./memory-plan.ts";
import { draftSource, type SourceDraft } from "./source-draft.ts";
import { TableLibrary } from "./table-library.ts";
import type { LoopProgram } from "./tick-loop.ts";

/** Windows longer than this gain nothing and cost memory. */
const LONGEST_WINDOW = 64;
/** Where one core's words lie in the engine's memory. */
export interface CorePlace extends DraftedCore {
  /** Address of the inputs in slot 0 of the ring buffer, and bytes of a slot. */
  readonly inputs: number;
  readonly slotBytes: number;
  /** Bytes from one state, or one receptor's inputs, to the next. */
  readonly rowBytes: number;
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
  const plan = new MemoryPlan();
  const code = new FunctionLibrary();
  const tableLibrary = new TableLibrary(plan);
  const codes = cores.map((core) =>
    core.model === undefined ? undefined : coreCode(core, core.model, code, tableLibrary),
  );
  const bands = Array.from({ length: workers }, (_, w) => {
    const mine = cores.flatMap((__, i) => (workerOf[i] === w ? [i] : []));
    return bandsOf(cores, mine, codes);
  });
  const numbers = numbering(cores, bands);
  const { firstSource, sources, ringOffset, receptorWords, slotWords } = numbers;
  const order = bands.flat().flatMap((band) => band.cores);
  const paths = packetPaths(machine, tables, cores);
  const rows = bands.map((_, w) =>
    compileRows(
      cores,
      paths,
      workerOf.map((of) => of === w),
      numbers,
      order,
    ),
  );
  const maxDelay = Math.max(...rows.map((r) => r.maxDelay));
  const window = Math.min(LONGEST_WINDOW, ...rows.map((r) => r.minRemoteDelay));
  const slots = 2 ** Math.ceil(Math.log2(maxDelay + 1));

  const drafted: DraftedCore[] = [];
  const perWorker = rows.map((r, w) => {
    // What a worker writes lies together.
    plan.separate();
    const drafts: BandDraft[] = [];
    const arrays: SourceDraft[] = [];
    for (const band of bands[w]!) {
      const ofBand = band.cores.flatMap((i) => codes[i] ?? []);
      if (ofBand.length > 0) {
        const draft = draftBand(plan, band, cores, ofBand, numbers, tick);
        drafts.push(draft);
        band.cores.forEach((i, k) => {
          drafted[i] = draft.cores[k]!;
        });
      } else {
        const [i] = band.cores as readonly [number];
        const draft = draftSource(plan, cores[i]!.image, firstSource[i]!, tick);
        arrays.push(draft);
        drafted[i] = draft.core;
      }
    }
    const mine = bands[w]!.flatMap((band) => band.cores);
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
      drafts,
      arrays,
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
      groups: groupsOf(mine.drafts),
      sources: mine.arrays.map(({ words }) => words),
    }),
  );

  const shared = workers > 1;
  const memory = new WASM.Memory({ initial: plan.pages, maximum: plan.pages, ...(shared ? { shared } : {}) });
  const module = code.module(shared);
  const words = new Uint32Array(memory.buffer);
  // A page that is first read, then written has every other processor of the process interrupted. So each is written now.
  words.fill(0);
  tableLibrary.fill(words);
  for (const { drafts, arrays } of perWorker) for (const draft of [...drafts, ...arrays]) draft.fill(words);
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
  const places = drafted.map((place, i): CorePlace => {
    const w = workerOf[i]!;
    const inputs = perWorker[w]!.ring + ringOffset[i]! * 4;
    return { ...place, inputs, slotBytes: slotWords[w]! * 4, rowBytes: receptorWords[i]! * 4 };
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

/** Cells of one worker that share their functions, in the order they first appear. */
function groupsOf(bands: readonly BandDraft[]): CoreGroup[] {
  const groups = new Map<string, BandDraft[]>();
  for (const band of bands) {
    const id = `${band.update} ${band.updateRecording}`;
    const known = groups.get(id);
    if (known === undefined) groups.set(id, [band]);
    else known.push(band);
  }
  return [...groups.values()].map((members) => ({
    update: members[0]!.update,
    updateRecording: members[0]!.updateRecording,
    blocks: members.flatMap((m) => m.blocks),
    coreBlocks: members.flatMap((m) => m.coreBlocks),
    records: members.flatMap((m) => m.records),
  }));
}

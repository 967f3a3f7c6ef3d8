import { WASM, type WasmMemory, type WasmModule } from "../../codegen/wasm/webassembly.ts";

/** What one worker runs; plain data that can be posted to a thread. All numbers are byte addresses in the memory. */
export interface LoopProgram {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly cores: readonly LoopCore[];
  /** Lists of core blocks that share an update function. */
  readonly groups: readonly CoreGroup[];
  /** See `deliveryFunction`. */
  readonly rowTable: number;
  readonly spikeCounts: number;
  readonly ring: number;
  readonly slotMask: number;
  readonly slotBytes: number;
  /** Ticks that pass before a spike of another worker can matter. */
  readonly window: number;
  /** Spike lists of every worker, two each, used in turn. */
  readonly lists: readonly (readonly [SpikeList, SpikeList])[];
  /** Which of them is this worker's. */
  readonly index: number;
  /** One word a worker: windows finished. */
  readonly epochs: number;
  /** Words: synaptic events added. */
  readonly events: number;
}

/** Spikes of one window: u32 neuron numbers, and the end of each tick's part. */
export interface SpikeList {
  readonly spikes: number;
  readonly ends: number;
}

/** Cores that are updated in one call. */
export interface CoreGroup {
  /** Exported functions: the plain update, and the one that stores recorded states. */
  readonly update: string;
  readonly updateRecording: string;
  /** Start and end of the list of their blocks. */
  readonly list: number;
  readonly listEnd: number;
  /** Recordings of states, of all its cores. */
  readonly stateRecords: readonly StateRecord[];
}

export interface LoopCore {
  readonly block: number;
  readonly firstSource: number;
  /** Offset of the core's inputs within a slot. */
  readonly ringOffset: number;
  /** Events of a SpikeSourceArray: address of pairs (tick, neuron), and how many. */
  readonly spikeTimes: { readonly address: number; readonly count: number } | undefined;
  readonly spikeRecord:
    | { readonly buffer: number; readonly planeBytes: number; readonly sampleBytes: number }
    | undefined;
  /** First tick of what the recording buffers hold. */
  readonly recordingStart: number;
}

export interface StateRecord {
  /** Word of the core's block that holds the address the state is stored to. */
  readonly pointer: number;
  readonly intervalTicks: number;
  readonly sampleWords: number;
  readonly buffer: number;
  /** Where all neurons are stored before columns are picked, or where ticks that are no samples go. */
  readonly scratch: number;
  readonly columns: Uint32Array | undefined;
  /** First tick of what the buffer holds. */
  readonly start: number;
}

/**
 * A worker that is a little ahead looks again before it goes to sleep, since waking up takes longer than most waits; some
 * ten microseconds of looks, so that a processor others want is soon free.
 */
const LOOKS_BEFORE_SLEEP = 5000;

/** Runs the ticks of one worker's cores. The same code runs on the main thread and on others. */
export class TickLoop {
  readonly #program: LoopProgram;
  readonly #functions: Readonly<Record<string, (...args: number[]) => number>>;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(program: LoopProgram) {
    this.#program = program;
    const { module, memory } = program;
    this.#functions = new WASM.Instance(module, { env: { memory } }).exports;
    this.#words = new Int32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Runs ticks `[from .. until)`. Every worker must be given the same range. */
  run(from: number, until: number): void {
    const { window, lists, index, epochs, cores, groups } = this.#program;
    let epoch = this.#words[(epochs >>> 2) + index]!;
    const calls = [
      ...groups.map((group) => this.#groupCall(group)),
      ...cores.flatMap((core) =>
        core.spikeTimes === undefined ? [] : [this.#spikeArrayCall(core, core.spikeTimes, from)],
      ),
    ];
    const deliver = this.#functions.deliver!;
    const { rowTable, spikeCounts, ring, slotMask, slotBytes, events } = this.#program;
    let added = 0;
    for (let start = from; start < until; start += window) {
      const end = Math.min(until, start + window);
      const own = lists[index]![epoch & 1]!;
      let cursor = own.spikes;
      for (let t = start; t < end; t++) {
        const before = cursor;
        const slot = ring + (t & slotMask) * slotBytes;
        for (const call of calls) cursor = call(t, slot, cursor);
        this.#words[(own.ends >>> 2) + t - start] = cursor;
        added += deliver(before, cursor, rowTable, spikeCounts, ring, slotMask, slotBytes, t);
      }
      if (lists.length > 1) {
        this.#finishWindow(epoch + 1);
        lists.forEach((pair, other) => {
          if (other === index) return;
          const list = pair[epoch & 1]!;
          let at = list.spikes;
          for (let t = start; t < end; t++) {
            const listEnd = this.#words[(list.ends >>> 2) + t - start]!;
            added += deliver(at, listEnd, rowTable, 0, ring, slotMask, slotBytes, t);
            at = listEnd;
          }
        });
      }
      epoch++;
    }
    this.#words[(epochs >>> 2) + index] = epoch;
    this.#words[events >>> 2]! += added;
  }

  /** Says that this worker has finished a window, and waits until all have. */
  #finishWindow(epoch: number): void {
    const { epochs, index, lists } = this.#program;
    const base = epochs >>> 2;
    Atomics.store(this.#words, base + index, epoch);
    Atomics.notify(this.#words, base + index);
    for (let other = 0; other < lists.length; other++) {
      for (let looks = 0; ; looks++) {
        const reached = Atomics.load(this.#words, base + other);
        if (reached - epoch >= 0) break;
        if (looks >= LOOKS_BEFORE_SLEEP) Atomics.wait(this.#words, base + other, reached);
      }
    }
  }

  #groupCall(group: CoreGroup): (tick: number, slot: number, list: number) => number {
    const plain = this.#functions[group.update]!;
    const recording = this.#functions[group.updateRecording]!;
    const { list: cores, listEnd, stateRecords } = group;
    return (t, slot, list) => {
      let due = false;
      for (const r of stateRecords) {
        if (t % r.intervalTicks !== 0) {
          this.#words[r.pointer >>> 2] = r.scratch;
          continue;
        }
        due = true;
        this.#words[r.pointer >>> 2] = r.columns === undefined ? sampleAddress(r, t) : r.scratch;
      }
      if (!due) return plain(cores, listEnd, t, slot, list);
      const end = recording(cores, listEnd, t, slot, list);
      for (const r of stateRecords)
        if (r.columns !== undefined && t % r.intervalTicks === 0) this.#pickColumns(r, r.columns, t);
      return end;
    };
  }

  #pickColumns(r: StateRecord, columns: Uint32Array, tick: number): void {
    const to = sampleAddress(r, tick) >>> 2;
    const from = r.scratch >>> 2;
    for (let c = 0; c < columns.length; c++) this.#words[to + c] = this.#words[from + columns[c]!]!;
  }

  #spikeArrayCall(
    core: LoopCore,
    events: { readonly address: number; readonly count: number },
    from: number,
  ): (tick: number, slot: number, list: number) => number {
    const base = events.address >>> 2;
    let next = 0;
    while (next < events.count && this.#words[base + 2 * next]! < from) next++;
    const { spikeRecord, recordingStart, firstSource } = core;
    return (t, _slot, list) => {
      let end = list;
      for (; next < events.count && this.#words[base + 2 * next] === t; next++) {
        const neuron = this.#words[base + 2 * next + 1]!;
        this.#words[end >>> 2] = firstSource + neuron;
        end += 4;
        if (spikeRecord === undefined) continue;
        // A source that fires several times in a tick marks one plane after another.
        let byte = spikeRecord.buffer + (t - recordingStart) * spikeRecord.sampleBytes + (neuron >>> 3);
        while ((this.#bytes[byte]! & (1 << (neuron & 7))) !== 0) byte += spikeRecord.planeBytes;
        this.#bytes[byte]! |= 1 << (neuron & 7);
      }
      return end;
    };
  }
}

function sampleAddress(r: StateRecord, tick: number): number {
  const sample = Math.floor(tick / r.intervalTicks) - Math.ceil(r.start / r.intervalTicks);
  return r.buffer + sample * r.sampleWords * 4;
}

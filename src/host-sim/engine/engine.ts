import { setImmediate } from "node:timers/promises";
import { PROVENANCE, RECORDING_KINDS } from "../../image/layout.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import type { PacketTarget } from "./compiled-rows.ts";
import type { EngineCore } from "./engine-core.ts";
import { type EngineProgram, engineProgram } from "./engine-program.ts";
import { TickLoop } from "./tick-loop.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface EngineOptions {
  readonly machine: Machine;
  readonly tables: readonly RoutingTable[];
  readonly cores: readonly EngineCore[];
  /** Threads that share the cores; the results do not depend on it. */
  readonly threads: number;
  /** First tick to run. */
  readonly tick: number;
}

/** Ring-buffer words of one core that are still to be consumed: for each future tick an array for each receptor. */
export type PendingInputs = readonly (readonly Uint32Array[])[];

/**
 * Runs the cores of a machine tick by tick by the lockstep rule, from their images and the routing tables alone, with
 * the bits that the cores themselves would compute.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #program: EngineProgram;
  readonly #main: TickLoop;
  readonly #others: WorkerPool | undefined;
  readonly #words: Uint32Array;
  #tick: number;

  private constructor(options: EngineOptions, program: EngineProgram, others: WorkerPool | undefined) {
    this.#options = options;
    this.#program = program;
    this.#main = new TickLoop(program.loops[0]!);
    this.#others = others;
    this.#words = new Uint32Array(program.memory.buffer);
    this.#tick = options.tick;
  }

  /** @param pending what {@link pendingInputs} of an engine with the same cores gave at the same tick */
  static async create(options: EngineOptions, pending?: readonly PendingInputs[]): Promise<Engine> {
    const program = engineProgram(options.machine, options.tables, options.cores, options.threads, options.tick);
    const others = program.loops.length > 1 ? await WorkerPool.start(program.loops.slice(1)) : undefined;
    const engine = new Engine(options, program, others);
    if (pending !== undefined) engine.#restore(pending);
    return engine;
  }

  /** Next tick to run. */
  get tick(): number {
    return this.#tick;
  }

  /** Work of a tick, in neuron sub-steps; what a core costs besides counts as some. */
  get stepsATick(): number {
    return this.#options.cores.reduce(
      (sum, { image }) => sum + image.config("neurons") * image.config("substeps") + 50,
      0,
    );
  }

  /** Synapses added to ring buffers so far. */
  get synapticEvents(): number {
    return this.#program.events.reduce((sum, address) => sum + this.#words[address >>> 2]!, 0);
  }

  /**
   * Runs until tick `until` is the next. Recording buffers must have room for it.
   *
   * @throws {EngineThreadError} a thread has ended; the engine can only be closed then
   */
  async run(until: number): Promise<void> {
    if (until <= this.#tick) return;
    const others = this.#others?.run(until) ?? Promise.resolve();
    await Promise.all([others, this.#runOwn(until, others)]);
    this.#tick = until;
  }

  async #runOwn(until: number, others: Promise<void>): Promise<void> {
    // That a thread has ended is only heard of when this one pauses.
    while (!this.#main.run(until)) await Promise.race([others, setImmediate()]);
  }

  /** Copies states, counters and the next tick of every core into its image. */
  writeBack(): void {
    this.#options.cores.forEach(({ image }, i) => {
      const { states, rowBytes } = this.#program.places[i]!;
      const neurons = image.config("neurons");
      for (let k = 0; k < image.config("states"); k++) {
        const at = (states + k * rowBytes) >>> 2;
        image.state(k).set(this.#words.subarray(at, at + neurons));
      }
      image.setConfig("tick", this.#tick);
      this.#countInto(image.regionWords("provenance"), i);
    });
  }

  /** What core i recorded since the engine was made: the samples of recording k so far, and their words (a live view). */
  recorded(i: number, k: number): { readonly samples: number; readonly words: Uint32Array } {
    const r = this.#options.cores[i]!.image.recording(k);
    const interval = r.kind === RECORDING_KINDS.spikes ? 1 : r.intervalTicks;
    const samples = Math.ceil(this.#tick / interval) - Math.ceil(this.#options.tick / interval);
    const at = this.#program.places[i]!.buffers[k]! >>> 2;
    return { samples, words: this.#words.subarray(at, at + samples * r.sampleWords) };
  }

  /** Inputs on their way, core by core. */
  pendingInputs(): PendingInputs[] {
    const { slots } = this.#program;
    return this.#options.cores.map((_, i) =>
      Array.from({ length: slots - 1 }, (__, ahead) => this.#slot(i, this.#tick + ahead).map((row) => row.slice())),
    );
  }

  async close(): Promise<void> {
    await this.#others?.close();
  }

  #restore(pending: readonly PendingInputs[]): void {
    pending.forEach((slots, i) => {
      slots.forEach((rows, ahead) => {
        if (ahead >= this.#program.slots) return;
        this.#slot(i, this.#tick + ahead).forEach((row, k) => {
          row.set(rows[k]!);
        });
      });
    });
  }

  /** Inputs of core i in a tick, receptor by receptor (live views). */
  #slot(i: number, tick: number): Uint32Array[] {
    const { inputs, rowBytes, slotBytes } = this.#program.places[i]!;
    const { image } = this.#options.cores[i]!;
    return Array.from({ length: image.config("receptors") }, (_, k) => {
      const at = (inputs + (tick & (this.#program.slots - 1)) * slotBytes + k * rowBytes) >>> 2;
      return this.#words.subarray(at, at + image.config("neurons"));
    });
  }

  #countInto(provenance: Uint32Array, i: number): void {
    const { paths, firstSource, spikeCounts, places } = this.#program;
    const counts = spikeCounts >>> 2;
    const sentBy = (core: number): number => {
      const at = counts + firstSource[core]!;
      let sum = 0;
      for (let n = 0; n < this.#options.cores[core]!.image.config("neurons"); n++) sum += this.#words[at + n]!;
      return sum;
    };
    provenance[PROVENANCE.ticks]! += this.#tick - this.#options.tick;
    // Spikes of a core whose spikes go nowhere are no packets.
    if (this.#options.cores[i]!.image.config("keyMask") !== 0) provenance[PROVENANCE.packetsSent]! += sentBy(i);
    provenance[PROVENANCE.saturations]! += this.#words[places[i]!.saturations >>> 2]!;
    paths.reached.forEach((targets, source) => {
      if (!targets.includes(i)) return;
      provenance[PROVENANCE.packetsReceived]! += sentBy(source);
      const known = paths.targets[source]!.filter((t) => t.core === i);
      if (known.length === 0) provenance[PROVENANCE.unknownKeys]! += sentBy(source);
      for (const target of known) provenance[PROVENANCE.synapticEvents]! += this.#eventsBy(source, target);
    });
  }

  /** Synapses of the packets that a core sent to a target: all stages of their rows, which a core adds later. */
  #eventsBy(source: number, target: PacketTarget): number {
    const { cores } = this.#options;
    const { firstSource, spikeCounts } = this.#program;
    const sender = cores[source]!.image;
    const receiver = cores[target.core]!.image;
    const rowStarts = receiver.regionWords("rowStarts");
    const stages = receiver.config("delayStages");
    const [key, colourBits] = [sender.config("key"), sender.config("colourBits")];
    let events = 0;
    for (let n = 0; n < sender.config("neurons"); n++) {
      const packet = (key | (n << colourBits)) >>> 0;
      if ((packet & target.mask) >>> 0 !== target.key) continue;
      const row = target.firstRow + ((packet & ~target.entryMask) >>> colourBits) * stages;
      const sent = this.#words[(spikeCounts >>> 2) + firstSource[source]! + n]!;
      events += sent * (rowStarts[row + stages]! - rowStarts[row]!);
    }
    return events;
  }
}

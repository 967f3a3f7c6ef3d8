import type { Model } from "../../codegen/ir.ts";
import type { ImageView } from "../../image/image-view.ts";
import { PROVENANCE } from "../../image/layout.ts";
import type { ChipIndex } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import type { ApplicationCore, BoardAccess, ChipMemoryAccess } from "../board/application-engine.ts";
import { RTE } from "../board/run-time-error.ts";
import { Engine, type PendingInputs } from "../engine/engine.ts";
import { readImage, writeBackImage } from "./image-in-memory.ts";

/** Neuron sub-steps in one call of `advance`: some milliseconds of work. */
const STEPS_A_SLICE = 1_000_000;
/** Router counter of multicast packets that cores of the chip sent. */
const COUNTER_LOCAL_MULTICAST = 0;

/** A core that was started and found its image. */
interface Member {
  readonly handle: ApplicationCore;
  readonly memory: ChipMemoryAccess;
  readonly address: number;
}

/** What runs between two SYNC signals. */
interface Run {
  readonly engine: Engine;
  readonly members: readonly Member[];
  readonly images: readonly ImageView[];
  readonly until: number;
  readonly ticksASlice: number;
}

/** The cores of one app id: they run in lockstep or not at all. */
export class Application {
  readonly #modelOf: (hash: number) => Model | undefined;
  #members: Member[] = [];
  readonly #released = new Set<ApplicationCore>();
  #run: Run | undefined;
  /** Inputs that were on their way when the last run paused. */
  #pending: ReadonlyMap<ApplicationCore, PendingInputs> = new Map();

  constructor(modelOf: (hash: number) => Model | undefined) {
    this.#modelOf = modelOf;
  }

  get empty(): boolean {
    return this.#members.length === 0;
  }

  add(handle: ApplicationCore, memory: ChipMemoryAccess, address: number): void {
    this.#members.push({ handle, memory, address });
  }

  release(handle: ApplicationCore): void {
    this.#released.add(handle);
  }

  remove(handle: ApplicationCore): void {
    this.#members = this.#members.filter((m) => m.handle !== handle);
    this.#released.delete(handle);
  }

  /** Does some milliseconds of work. True while there is more. */
  async advance(board: BoardAccess, threads: number): Promise<boolean> {
    if (this.#run === undefined) {
      // Cores that were released one by one start together.
      if (this.#released.size === 0 || this.#members.some(({ handle }) => !this.#released.has(handle))) return false;
      this.#released.clear();
      this.#run = await this.#begin(board, threads);
    }
    const run = this.#run;
    if (run === undefined) return false;
    await run.engine.run(Math.min(run.until, run.engine.tick + run.ticksASlice));
    if (run.engine.tick < run.until) return true;
    this.#run = undefined;
    await this.#pause(board, run);
    return false;
  }

  /** Ends the threads of a run whose cores were all taken away. */
  async close(): Promise<void> {
    await this.#run?.engine.close();
    this.#run = undefined;
  }

  /** Undefined when the cores do not agree what to run; they are stopped then. */
  async #begin(board: BoardAccess, threads: number): Promise<Run | undefined> {
    const members = this.#members.toSorted(
      (a, b) => a.handle.chip - b.handle.chip || a.handle.virtualCore - b.handle.virtualCore,
    );
    const images = members.map(({ memory, address }) => readImage(memory, address));
    const [tick, until] = [images[0]!.config("tick"), images[0]!.config("runUntil")];
    if (until < tick || images.some((i) => i.config("tick") !== tick || i.config("runUntil") !== until)) {
      members.forEach(({ handle }, i) => {
        handle.print(
          `run from tick ${images[i]!.config("tick")} to ${images[i]!.config("runUntil")}: cores disagree\n`,
        );
        handle.fail(RTE.softwareError);
      });
      return undefined;
    }
    const cores = members.map(({ handle }, i) => ({
      chip: handle.chip,
      core: handle.virtualCore,
      image: images[i]!,
      model: this.#modelOf(images[i]!.modelHash),
    }));
    const engine = await Engine.create(
      { machine: board.machine, tables: routerTables(board), cores, threads, tick },
      members.map(({ handle }) => this.#pending.get(handle) ?? []),
    );
    const ticksASlice = Math.max(1, Math.floor(STEPS_A_SLICE / engine.stepsATick));
    return { engine, members, images, until, ticksASlice };
  }

  async #pause(board: BoardAccess, { engine, members, images }: Run): Promise<void> {
    const sentBefore = images.map((image) => image.regionWords("provenance")[PROVENANCE.packetsSent]!);
    engine.writeBack();
    const pending = engine.pendingInputs();
    this.#pending = new Map(members.map(({ handle }, i) => [handle, pending[i]!]));
    members.forEach(({ handle, memory, address }, i) => {
      // A core that was stopped meanwhile may have lost its memory to another application.
      if (!handle.active) return;
      const image = images[i]!;
      writeBackImage(memory, address, image, (k) => engine.recorded(i, k));
      const sent = image.regionWords("provenance")[PROVENANCE.packetsSent]! - sentBefore[i]!;
      board.chip(handle.chip).router.addToCounter(COUNTER_LOCAL_MULTICAST, sent);
      handle.waitForSync();
    });
    await engine.close();
  }
}

function routerTables(board: BoardAccess): RoutingTable[] {
  const tables: RoutingTable[] = [];
  board.machine.alive.forEach((alive, index) => {
    if (alive === 1) tables.push(board.chip(index as ChipIndex).router.table());
  });
  return tables;
}

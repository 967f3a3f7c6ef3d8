/**
 * An application on a board, from loading to cleaning up.
 *
 * Life: images, tables and binaries are loaded; every core reads its image and waits for SYNC0. A run writes "run until
 * tick n" into the images and sends SYNC0; the cores run and wait again, for SYNC1 this time, with all their state in
 * place; the next run ends in waiting for SYNC0; and so on. Whatever happens, closing stops the application, which frees
 * its cores, memory and routing entries; what has been read stays with whoever read it.
 */
import { type ChipCoord, chipCoord } from "../machine/machine.ts";
import { CORE_STATE } from "../sdp/core-state.ts";
import { ClosedError } from "../sdp/errors.ts";
import { wordAt } from "../sdp/scp-command.ts";
import { allocateBlock } from "./allocate.ts";
import { checkApplicationId } from "./application-id.ts";
import { type Board, chipNumber } from "./board.ts";
import { DROPPED_MULTICAST_COUNTER, ROUTER_COUNTER_CONTROL, ROUTER_COUNTERS, VCPU } from "./chip-memory.ts";
import { countInState, type WaitOptions, waitForState } from "./core-states.ts";
import { chipText, MemoryNotWrittenError, PlanMisfitError } from "./errors.ts";
import { readIobuf } from "./iobuf.ts";
import type { CoreImage, LoadPlan, LoadProgress, LoadStage } from "./load-plan.ts";
import { loadTables } from "./load-tables.ts";
import { type ChipStart, startByCopy } from "./start-by-copy.ts";
import { startByFloodFill } from "./start-by-flood-fill.ts";
import { stopApplication } from "./stop-application.ts";
import { together } from "./together.ts";
import { vcpuAddress } from "./vcpu.ts";

export interface LoadOptions {
  /** Aborts the loading, and whatever is under way later; the application is cleaned up or must be closed then. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Longest wait without another core having read its image, ms; by default 20 000. */
  readonly startMillis?: number;
}

export interface RunOptions {
  /** Longest wait without another core having got there, ms; by default without end: a board may take its time. */
  readonly limitMillis?: number;
  /** Wait for the last cores, ms, beyond as long again as the others took; by default 60 000. */
  readonly stragglerMillis?: number;
  /** Told the cores that have reached the end of the run. */
  readonly onProgress?: (cores: number, total: number) => void;
}

/** A piece of an image to be rewritten between two runs. */
export interface ImageRewrite {
  /** Bytes from the start of the image. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const START_MILLIS = 20_000;
const STRAGGLER_MILLIS = 60_000;
/** Looks after which it is asked whether all cores have got the signal: about half a second. */
const LOOKS_PER_SIGNAL = 16;
const WRITE_TRIES = 3;
const ALL_COUNTERS = 0xffff_ffff;

export class LoadedApplication implements AsyncDisposable {
  readonly #board: Board;
  readonly #plan: LoadPlan;
  /** Address of each core's image, in the order of the plan. */
  readonly #addresses: readonly number[];
  /** Aborted by the user's signal, and by closing: what is being read or written then is wanted by nobody any more. */
  readonly #signal: AbortSignal;
  readonly #closed = new AbortController();
  /** What the cores wait for now. */
  #waitingFor: "SYNC0" | "SYNC1" = "SYNC0";
  #closing: Promise<void> | undefined;

  /**
   * Loads everything and waits until all cores are ready to run. On failure nothing stays on the board.
   *
   * @throws {PlanMisfitError | ApplicationIdInUseError | ChipFullError | TableNotLoadedError | CoresFailedError |
   *   CoresLateError}
   */
  static async load(board: Board, plan: LoadPlan, options: LoadOptions = {}): Promise<LoadedApplication> {
    const { signal } = options;
    checkPlan(board, plan);
    await checkApplicationId(board, plan.appId, signal);
    const progress = (stage: LoadStage, total: number) => {
      options.onProgress?.({ stage, done: 0, total });
      return (done: number): void => options.onProgress?.({ stage, done, total });
    };
    try {
      const addresses = await allocateImages(board, plan, signal, progress("allocate", plan.cores.length));
      const bytes = plan.cores.reduce((sum, core) => sum + core.bytes.length, 0);
      await writeImages(board, plan, addresses, signal, progress("images", bytes));
      await clearRouterCounters(board, plan, signal);
      await loadTables(board, plan, signal, progress("tables", plan.tables.length));
      await startApplications(board, plan, signal, progress("applications", chipsOf(plan).length));
      await waitForState(board, plan, CORE_STATE.SYNC0, {
        signal,
        limitMillis: options.startMillis ?? START_MILLIS,
        onProgress: progress("wait", plan.cores.length),
      });
      return new LoadedApplication(board, plan, addresses, signal);
    } catch (error) {
      // The failure is what the caller must hear of, not what cleaning up after it met.
      await stopApplication(board, plan.appId, chipsOf(plan)).catch(() => {});
      throw error;
    }
  }

  private constructor(board: Board, plan: LoadPlan, addresses: readonly number[], signal: AbortSignal | undefined) {
    this.#board = board;
    this.#plan = plan;
    this.#addresses = addresses;
    this.#signal = signal === undefined ? this.#closed.signal : AbortSignal.any([signal, this.#closed.signal]);
  }

  /**
   * Runs all cores until tick `until` is their next one.
   *
   * @throws {CoresFailedError | CoresLateError} the application stays, so that it can be looked at and read
   */
  async runUntil(until: number, options: RunOptions = {}): Promise<void> {
    const signal = this.#signal;
    await this.#writeRunUntil(until, signal);
    const release = this.#waitingFor;
    const next = release === "SYNC0" ? "SYNC1" : "SYNC0";
    await this.#board.signal(release, this.#plan.appId, { signal });
    // From here on the cores will wait for the other signal, whether we see them do it or not.
    this.#waitingFor = next;
    const wait: WaitOptions = {
      signal,
      onProgress: (cores) => options.onProgress?.(cores, this.#plan.cores.length),
      stragglerMillis: options.stragglerMillis ?? STRAGGLER_MILLIS,
      nudge: (looks) => this.#releaseMissed(looks, release),
      ...(options.limitMillis === undefined ? {} : { limitMillis: options.limitMillis }),
    };
    await waitForState(this.#board, this.#plan, CORE_STATE[next], wait);
  }

  /** Bytes of a core's image or of what the core wrote behind it. Cores are numbered as in the plan. */
  read(core: number, offset: number, length: number): Promise<Uint8Array> {
    const address = this.#addresses[core]! + offset;
    return this.#board.read(this.#plan.cores[core]!, address, length, { signal: this.#signal });
  }

  /** Rewrites pieces of a core's image, in order, while it waits between two runs. */
  async rewrite(core: number, pieces: readonly ImageRewrite[]): Promise<void> {
    for (const { offset, bytes } of pieces) {
      const address = this.#addresses[core]! + offset;
      await this.#board.write(this.#plan.cores[core]!, address, bytes, { signal: this.#signal });
    }
  }

  /**
   * Multicast packets that the routers of used chips have given up since the application was loaded; routers that gave
   * up none are left out.
   */
  async droppedByRouters(): Promise<(ChipCoord & { readonly packets: number })[]> {
    const counter = ROUTER_COUNTERS + 4 * DROPPED_MULTICAST_COUNTER;
    const counts = await together(
      this.#signal,
      routingChips(this.#plan).map((chip) => async (signal) => ({
        ...chip,
        packets: wordAt(await this.#board.read(chip, counter, 4, { signal }), 0),
      })),
    );
    return counts.filter(({ packets }) => packets > 0);
  }

  /** What a core has printed. */
  iobuf(core: number): Promise<string> {
    const place = this.#plan.cores[core]!;
    return readIobuf(this.#board, place, place.core, this.#signal);
  }

  /** Stops the application and frees what it holds; the board stays connected. Again is harmless. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      // Or else STOP would wait behind everything that a board which fell silent was still asked for.
      this.#closed.abort(new ClosedError(`application ${this.#plan.appId} on ${this.#board.name}`));
      this.#closing = stopApplication(this.#board, this.#plan.appId, chipsOf(this.#plan));
    }
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Cores that still wait where they waited before have missed their signal; again it does nothing to the others. */
  async #releaseMissed(looks: number, release: "SYNC0" | "SYNC1"): Promise<void> {
    if (looks % LOOKS_PER_SIGNAL !== 0) return;
    const missed = await countInState(this.#board, this.#plan, CORE_STATE[release], this.#signal);
    if (missed > 0) await this.#board.signal(release, this.#plan.appId, { signal: this.#signal });
  }

  /**
   * Writes the word everywhere, then looks: a doubled datagram of an earlier run that comes late would make a core run
   * to the wrong tick.
   */
  async #writeRunUntil(until: number, signal: AbortSignal | undefined): Promise<void> {
    const word = new Uint8Array(Uint32Array.of(until).buffer);
    await together(
      signal,
      this.#plan.cores.map((core, index) => async (signal) => {
        const address = this.#addresses[index]! + core.runUntilOffset;
        for (let tries = 0; tries < WRITE_TRIES; tries++) {
          await this.#board.write(core, address, word, { signal });
          if (wordAt(await this.#board.read(core, address, 4, { signal }), 0) === until) return;
        }
        throw new MemoryNotWrittenError(core, address, WRITE_TRIES);
      }),
    );
  }
}

/** @throws {PlanMisfitError} a chip or core of the plan is not to be had */
function checkPlan(board: Board, plan: LoadPlan): void {
  const taken = new Set<string>();
  for (const image of plan.cores) {
    const place = `${chipText(image)} core ${image.core}`;
    const chip = board.chipAt(image);
    if (chip === undefined) throw new PlanMisfitError(place, "there is no such chip on the board");
    if ((chip.idleCores & (1 << image.core)) === 0) throw new PlanMisfitError(place, "the core is not free");
    if (taken.has(place)) throw new PlanMisfitError(place, "two images for one core");
    taken.add(place);
    if (plan.applications[image.application] === undefined)
      throw new PlanMisfitError(place, `there is no application ${image.application}`);
    if (image.sdramBytes < image.bytes.length || image.runUntilOffset + 4 > image.bytes.length)
      throw new PlanMisfitError(place, "its image is larger than its block, or has no run-until word");
  }
  for (const chip of routingChips(plan))
    if (board.chipAt(chip) === undefined)
      throw new PlanMisfitError(chipText(chip), "there is no such chip on the board");
}

function allocateImages(
  board: Board,
  plan: LoadPlan,
  signal: AbortSignal | undefined,
  onProgress: (cores: number) => void,
): Promise<number[]> {
  let done = 0;
  return together(
    signal,
    plan.cores.map((image) => async (signal) => {
      const address = await allocateBlock(board, image, plan.appId, image.sdramBytes, image.core, signal);
      onProgress(++done);
      return address;
    }),
  );
}

/** Images, and where each core finds its own. */
async function writeImages(
  board: Board,
  plan: LoadPlan,
  addresses: readonly number[],
  signal: AbortSignal | undefined,
  onProgress: (bytes: number) => void,
): Promise<void> {
  let done = 0;
  await together(
    signal,
    plan.cores.map((image, index) => async (signal) => {
      const address = addresses[index]!;
      let before = 0;
      const pointer = new Uint8Array(Uint32Array.of(address).buffer);
      await board.write(image, vcpuAddress(board, image.core) + VCPU.user0, pointer, { signal });
      await board.write(image, address, image.bytes, {
        signal,
        onProgress: (bytes) => {
          done += bytes - before;
          before = bytes;
          onProgress(done);
        },
      });
    }),
  );
}

async function clearRouterCounters(board: Board, plan: LoadPlan, signal: AbortSignal | undefined): Promise<void> {
  const clear = new Uint8Array(Uint32Array.of(ALL_COUNTERS).buffer);
  await together(
    signal,
    routingChips(plan).map((chip) => (signal) => board.write(chip, ROUTER_COUNTER_CONTROL, clear, { signal })),
  );
}

async function startApplications(
  board: Board,
  plan: LoadPlan,
  signal: AbortSignal | undefined,
  onProgress: (chips: number) => void,
): Promise<void> {
  const start = board.isScamp4 ? startByCopy : startByFloodFill;
  for (const [index, aplx] of plan.applications.entries()) {
    const starts = startsOf(plan, index);
    if (starts.length > 0) await start(board, plan.appId, aplx, starts, signal, onProgress);
  }
}

function startsOf(plan: LoadPlan, application: number): ChipStart[] {
  const masks = new Map<number, ChipStart>();
  for (const image of plan.cores) {
    if (image.application !== application) continue;
    const coreMask = (masks.get(chipNumber(image))?.coreMask ?? 0) | (1 << image.core);
    masks.set(chipNumber(image), { ...chipOf(image), coreMask });
  }
  return [...masks.values()];
}

function chipsOf(plan: LoadPlan): ChipCoord[] {
  return [...new Map(plan.cores.map((image) => [chipNumber(image), chipOf(image)])).values()];
}

/** Chips whose routers packets of the application pass. */
function routingChips(plan: LoadPlan): ChipCoord[] {
  const tables = plan.tables.map(({ chip }) => chipCoord(plan.machine, chip));
  return [...new Map([...chipsOf(plan), ...tables].map((chip) => [chipNumber(chip), chip])).values()];
}

function chipOf(image: CoreImage): ChipCoord {
  return { x: image.x, y: image.y };
}

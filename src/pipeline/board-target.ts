import { kernelFor } from "../codegen/c/kernel-for.ts";
import type { Model } from "../codegen/ir.ts";
import type { ImagePatch } from "../image/core-image.ts";
import type { Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { sleepingBinary } from "../image/kernel-binary.ts";
import { type Board, connectBoard, LoadedApplication, type LoadPlan } from "../loader/index.ts";
import { chipCoord } from "../machine/machine.ts";
import type { SocketModule } from "../sdp/transport.ts";
import { APP_ID } from "./app-id.ts";
import type { RouterDrops, RunTarget } from "./run-target.ts";

export interface BoardTargetOptions {
  /** Stops loading and running; what was loaded is cleaned up. */
  readonly signal?: AbortSignal | undefined;
  /** True where the board computes models itself (virtual, mode `model`) and needs no kernel. */
  readonly needsNoKernel?: boolean;
  /** The user's own models: their kernels are compiled for the board. */
  readonly ownModels?: readonly Model[] | undefined;
  /**
   * Longest wait, ms, for cores that do not reach the end of a cut of the run; by default a minute and 20 times what the
   * cut lasts. Infinite where the board takes its own time.
   */
  readonly limitMillis?: number | undefined;
  /** Told what about the board is not as it should be, but does not keep it from running. */
  readonly onWarning?: ((warning: string) => void) | undefined;
  readonly onLoad?: (done: number, total: number, what: string) => void;
  readonly sockets?: SocketModule | undefined;
}

/** A board's cores keep their time by its clock, so that their work lasts what it should, not longer. */
const LEAST_LIMIT_MILLIS = 60_000;
const LIMIT_PER_DURATION = 20;

/** A deployment on a board, real or virtual, behind SCP over UDP. */
export class BoardTarget implements RunTarget {
  readonly #board: Board;
  readonly #application: LoadedApplication;
  readonly #limitOf: (ticks: number) => number;
  #tick = 0;

  private constructor(board: Board, application: LoadedApplication, limitOf: (ticks: number) => number) {
    this.#board = board;
    this.#application = application;
    this.#limitOf = limitOf;
  }

  /** Connects and loads. On failure nothing stays on the board. */
  static async load(
    deployment: Deployment,
    host: string,
    port: number | undefined,
    options: BoardTargetOptions = {},
  ): Promise<BoardTarget> {
    const { signal, sockets } = options;
    const board = await connectBoard({
      host,
      signal,
      ...(port === undefined ? {} : { port }),
      ...(sockets === undefined ? {} : { sockets }),
    });
    for (const warning of board.facts.warnings) options.onWarning?.(warning);
    try {
      const plan = loadPlan(deployment, options);
      const application = await LoadedApplication.load(board, plan, {
        signal,
        onProgress: ({ stage, done, total }) => options.onLoad?.(done, total, stage),
      });
      const tickMillis = (deployment.timestepMicros * deployment.timeScale) / 1000;
      const limitOf = (ticks: number): number =>
        options.limitMillis ?? LEAST_LIMIT_MILLIS + LIMIT_PER_DURATION * ticks * tickMillis;
      return new BoardTarget(board, application, limitOf);
    } catch (error) {
      await board.close();
      throw error;
    }
  }

  /** `4.0.0`. */
  get scampVersion(): string {
    return this.#board.facts.version.version.join(".");
  }

  async runUntil(until: number): Promise<number> {
    await this.#application.runUntil(until, { limitMillis: this.#limitOf(until - this.#tick) });
    this.#tick = until;
    return until;
  }

  read(core: number, offset: number, length: number): Promise<Uint8Array> {
    return this.#application.read(core, offset, length);
  }

  rewrite(core: number, patches: readonly ImagePatch[]): Promise<void> {
    return this.#application.rewrite(core, patches);
  }

  droppedByRouters(): Promise<readonly RouterDrops[]> {
    return this.#application.droppedByRouters();
  }

  async close(): Promise<void> {
    try {
      await this.#application.close();
    } finally {
      await this.#board.close();
    }
  }
}

function loadPlan({ machine, cores, tables }: Deployment, options: BoardTargetOptions): LoadPlan {
  const { needsNoKernel = false, ownModels = [] } = options;
  const names = [...new Set(cores.map((c) => c.binary))];
  const applications = needsNoKernel ? [sleepingBinary()] : names.map((name) => kernelFor(name, ownModels));
  return {
    appId: APP_ID,
    machine,
    applications,
    tables,
    cores: cores.map(({ chip, core, binary, image, totalBytes }) => ({
      ...chipCoord(machine, chip),
      core,
      application: needsNoKernel ? 0 : names.indexOf(binary),
      bytes: image,
      sdramBytes: totalBytes,
      runUntilOffset: new ImageView(image).configOffset("runUntil"),
    })),
  };
}

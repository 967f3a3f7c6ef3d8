import type { Model } from "../../codegen/ir.ts";
import { CORE_KINDS } from "../../image/layout.ts";
import { modelFinder } from "../../models/model-library.ts";
import { SIGNAL } from "../../sdp/application-commands.ts";
import type { ApplicationCore, ApplicationEngine, BoardAccess } from "../board/application-engine.ts";
import { RTE } from "../board/run-time-error.ts";
import { Application } from "./application.ts";
import { readImage } from "./image-in-memory.ts";

export interface ModelEngineOptions {
  /** Threads the engine may use. */
  readonly threads: number;
  /** Models beside the built-in ones. */
  readonly models?: readonly Model[];
}

/**
 * The network engine as the application of a virtual board: cores find their image through `user0`, wait for SYNC, run to
 * the tick that the host wrote into their image, and wait for the next SYNC. It knows nothing but the images in SDRAM
 * and the tables in the routers.
 */
export class ModelEngine implements ApplicationEngine {
  readonly name: string = "model";
  readonly #threads: number;
  readonly #modelOf: (hash: number) => Model | undefined;
  readonly #applications = new Map<number, Application>();
  /** Without cores, but perhaps in the middle of a run. */
  readonly #abandoned: Application[] = [];
  #board!: BoardAccess;

  constructor(options: ModelEngineOptions) {
    this.#threads = options.threads;
    this.#modelOf = modelFinder(options.models ?? []);
  }

  attach(board: BoardAccess): void {
    this.#board = board;
  }

  start(cores: readonly ApplicationCore[]): void {
    for (const core of cores) {
      const { memory } = this.#board.chip(core.chip);
      const address = core.user(0);
      core.setName("spinloom");
      try {
        const image = readImage(memory, address);
        if (image.config("kind") === CORE_KINDS.model && this.#modelOf(image.modelHash) === undefined) {
          throw new RangeError(`no model has hash 0x${image.modelHash.toString(16)}`);
        }
        this.#applicationOf(core).add(core, memory, address);
        core.waitForSync();
      } catch (error) {
        // What a kernel does with an image it cannot read: say why, and stop.
        core.print(`image at 0x${address.toString(16)}: ${error instanceof Error ? error.message : String(error)}\n`);
        core.fail(RTE.softwareError);
      }
    }
  }

  resume(cores: readonly ApplicationCore[]): void {
    for (const core of cores) this.#applicationOf(core).release(core);
  }

  signal(signal: number, cores: readonly ApplicationCore[]): void {
    if (signal !== SIGNAL.EXIT) return;
    this.stop(cores);
    for (const core of cores) core.exit();
  }

  receive(): void {
    // The network kernel takes no SDP messages of its own.
  }

  stop(cores: readonly ApplicationCore[]): void {
    for (const core of cores) {
      const application = this.#applicationOf(core);
      application.remove(core);
      if (!application.empty) continue;
      this.#applications.delete(core.appId);
      this.#abandoned.push(application);
    }
  }

  async advance(): Promise<boolean> {
    for (const application of this.#abandoned.splice(0)) await application.close();
    let more = false;
    for (const application of [...this.#applications.values()]) {
      if (await application.advance(this.#board, this.#threads)) more = true;
    }
    return more;
  }

  #applicationOf({ appId }: ApplicationCore): Application {
    let application = this.#applications.get(appId);
    if (application === undefined) {
      application = new Application(this.#modelOf);
      this.#applications.set(appId, application);
    }
    return application;
  }
}

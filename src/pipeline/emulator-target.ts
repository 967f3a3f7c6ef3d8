import { setImmediate } from "node:timers/promises";
import { Engine, type PendingInputs } from "../host-sim/engine/engine.ts";
import type { EngineCore } from "../host-sim/engine/engine-core.ts";
import type { ImagePatch } from "../image/core-image.ts";
import type { Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { CORE_KINDS } from "../image/layout.ts";
import { type ModelLibrary, STANDARD_LIBRARY } from "../models/model-library.ts";
import { UnknownModelError } from "./errors.ts";
import type { RouterDrops, RunTarget, RunUntilOptions } from "./run-target.ts";

/**
 * The engine keeps its thread busy. After so many neuron sub-steps, some ten milliseconds, others get their turn, Ctrl-C
 * among them.
 */
const STEPS_A_TURN = 2_000_000;

/**
 * Runs a deployment in this process, on the very bytes that a board would be given: what is recorded is written into the
 * images, and read back from there.
 */
export class EmulatorTarget implements RunTarget {
  readonly #deployment: Deployment;
  readonly #threads: number;
  readonly #memories: readonly Uint8Array[];
  readonly #cores: readonly EngineCore[];
  #engine: Engine | undefined;
  #pending: readonly PendingInputs[] | undefined;
  #tick = 0;

  /**
   * @param models what the deployment's cell types were defined by
   * @throws {UnknownModelError} they do not have a model of the deployment
   */
  constructor(deployment: Deployment, threads: number, models: ModelLibrary = STANDARD_LIBRARY) {
    this.#deployment = deployment;
    this.#threads = threads;
    this.#memories = deployment.cores.map(({ image, totalBytes }) => {
      const memory = new Uint8Array(totalBytes);
      memory.set(image);
      return memory;
    });
    this.#cores = deployment.cores.map(({ chip, core, binary }, i) => {
      const image = new ImageView(this.#memories[i]!);
      const model = models.modelOf(image.modelHash);
      if (model === undefined && image.config("kind") === CORE_KINDS.model) throw new UnknownModelError(binary);
      return { chip, core, image, model };
    });
  }

  async runUntil(until: number, { signal, onTick }: RunUntilOptions = {}): Promise<number> {
    const { machine, tables } = this.#deployment;
    const options = { machine, tables, cores: this.#cores, threads: this.#threads, tick: this.#tick };
    this.#engine = await Engine.create(options, this.#pending);
    const ticksATurn = Math.max(1, Math.floor(STEPS_A_TURN / this.#engine.stepsATick));
    try {
      while (this.#engine.tick < until && signal?.aborted !== true) {
        await this.#engine.run(Math.min(until, this.#engine.tick + ticksATurn));
        onTick?.(this.#engine.tick);
        await setImmediate();
      }
      this.#engine.writeBack();
      this.#cores.forEach(({ image }, i) => {
        this.#storeRecordings(image, i);
      });
      this.#pending = this.#engine.pendingInputs();
      this.#tick = this.#engine.tick;
      return this.#tick;
    } finally {
      await this.#engine.close();
    }
  }

  read(core: number, offset: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.#memories[core]!.slice(offset, offset + length));
  }

  rewrite(core: number, patches: readonly ImagePatch[]): Promise<void> {
    for (const { offset, bytes } of patches) this.#memories[core]!.set(bytes, offset);
    return Promise.resolve();
  }

  droppedByRouters(): Promise<readonly RouterDrops[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #storeRecordings(image: ImageView, i: number): void {
    for (let k = 0; k < image.config("recordings"); k++) {
      const { samples, words } = this.#engine!.recorded(i, k);
      image.words.set(words, image.recording(k).buffer >>> 2);
      image.words[image.samplesOffset(k) >>> 2] = samples;
    }
  }
}

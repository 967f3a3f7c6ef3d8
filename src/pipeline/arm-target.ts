import { kernelFor } from "../codegen/c/kernel-for.ts";
import type { Model } from "../codegen/ir.ts";
import { ApplicationChips } from "../host-sim/arm-engine/application-chips.ts";
import { CoresFailedOnChipsError } from "../host-sim/arm-engine/cores-failed.ts";
import type { CoreEngine } from "../host-sim/machine/emulated-machine.ts";
import type { ImagePatch } from "../image/core-image.ts";
import type { Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { CORE_STATE } from "../sdp/core-state.ts";
import type { RouterDrops, RunTarget } from "./run-target.ts";

/** Runs a deployment on emulated chips in this process: the kernels of a board, instruction by instruction. */
export class ArmTarget implements RunTarget {
  readonly chips: ApplicationChips;
  readonly #deployment: Deployment;
  #tick = 0;
  #next: 0 | 1 = 0;

  /**
   * @param ownModels the user's own, whose kernels are compiled now
   * @param engine how cores execute; the results are the same
   */
  constructor(deployment: Deployment, ownModels: readonly Model[] = [], engine: CoreEngine = "translator") {
    this.#deployment = deployment;
    this.chips = new ApplicationChips(deployment, (name) => kernelFor(name, ownModels), engine);
    this.#reach(CORE_STATE.SYNC0);
  }

  async runUntil(until: number): Promise<number> {
    const { cores, timestepMicros, timeScale } = this.#deployment;
    const word = new Uint8Array(Uint32Array.of(until).buffer);
    cores.forEach(({ image }, i) => {
      this.chips.write(i, new ImageView(image).configOffset("runUntil"), word);
    });
    this.chips.sync(this.#next);
    this.#next = this.#next === 0 ? 1 : 0;
    const millis = ((until - this.#tick) * timestepMicros * timeScale) / 1000;
    this.#reach(this.#next === 0 ? CORE_STATE.SYNC0 : CORE_STATE.SYNC1, 2 * millis + 100);
    this.#tick = until;
    return until;
  }

  read(core: number, offset: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.chips.read(core, offset, length));
  }

  rewrite(core: number, patches: readonly ImagePatch[]): Promise<void> {
    for (const { offset, bytes } of patches) this.chips.write(core, offset, bytes);
    return Promise.resolve();
  }

  droppedByRouters(): Promise<readonly RouterDrops[]> {
    const drops = [...this.chips.emulated.chips()].map(({ x, y, chip }) => ({
      x,
      y,
      packets: chip.router.read(DROPPED_MULTICAST),
    }));
    return Promise.resolve(drops.filter(({ packets }) => packets > 0));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #reach(state: number, limitMillis?: number): void {
    const failed = this.chips.runTo(state, limitMillis);
    if (failed.length > 0) throw new CoresFailedOnChipsError(failed);
  }
}

/** Diagnostic counter 8. */
const DROPPED_MULTICAST = 0x300 + 4 * 8;

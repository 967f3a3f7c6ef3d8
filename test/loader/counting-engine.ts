import type {
  ApplicationCore,
  ApplicationEngine,
  BoardAccess,
  ChipMemoryAccess,
} from "../../src/host-sim/board/index.ts";
import { wordAt } from "../../src/sdp/scp-command.ts";

/** Words of the image this engine's cores understand, then what they write: a word a tick. */
export const IMAGE = { magic: 0, runUntil: 4, tick: 8, factor: 12, bytes: 16 } as const;
export const MAGIC = 0x434e_5421;

/** An image whose core writes `tick * factor` for every tick it runs. */
export function countingImage(factor: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(MAGIC, 0, 0, factor).buffer);
}

/**
 * Cores that do what run control asks of a kernel and can be checked with the naked eye: read the image that user0 names,
 * wait for SYNC, run to the tick they are told, write a word a tick behind the image, wait again.
 */
export class CountingEngine implements ApplicationEngine {
  readonly name: string = "counting";
  /** Cores (virtual numbers) that fail in tick `failAt`. */
  failing: readonly number[] = [];
  failAt = 0;
  /** Cores (virtual numbers) that hang in every run. */
  hanging: readonly number[] = [];
  #board: BoardAccess | undefined;
  readonly #running = new Set<ApplicationCore>();

  attach(board: BoardAccess): void {
    this.#board = board;
  }

  start(cores: readonly ApplicationCore[]): void {
    for (const core of cores) {
      core.setName("counting");
      const image = core.user(0);
      if (image === 0 || this.#memory(core).readWord(image + IMAGE.magic) !== MAGIC) {
        core.print(`no image at ${image}\n`);
        core.fail(13);
      } else {
        core.print(`core ${core.virtualCore} counts\n`);
        core.waitForSync();
      }
    }
  }

  resume(cores: readonly ApplicationCore[]): void {
    for (const core of cores) this.#running.add(core);
  }

  signal(): void {}

  receive(): void {}

  stop(cores: readonly ApplicationCore[]): void {
    for (const core of cores) this.#running.delete(core);
  }

  advance(): boolean {
    for (const core of this.#running) {
      if (this.hanging.includes(core.virtualCore)) core.print("round and round\n");
      else this.#run(core);
    }
    this.#running.clear();
    return false;
  }

  #run(core: ApplicationCore): void {
    const memory = this.#memory(core);
    const image = core.user(0);
    const header = memory.read(image, IMAGE.bytes);
    const [until, first, factor] = [IMAGE.runUntil, IMAGE.tick, IMAGE.factor].map((at) => wordAt(header, at)) as [
      number,
      number,
      number,
    ];
    for (let tick = first; tick < until; tick++) {
      if (this.failing.includes(core.virtualCore) && tick === this.failAt) {
        core.print(`lost count at ${tick}\n`);
        core.fail(13);
        return;
      }
      memory.writeWord(image + IMAGE.bytes + 4 * tick, tick * factor);
    }
    memory.writeWord(image + IMAGE.tick, until);
    core.waitForSync();
  }

  #memory(core: ApplicationCore): ChipMemoryAccess {
    return this.#board!.chip(core.chip).memory;
  }
}

/** The smallest APLX file: jump to 0. */
export const MINIMAL_APLX: Uint8Array = new Uint8Array(Uint32Array.of(4, 0, 0, 0).buffer);

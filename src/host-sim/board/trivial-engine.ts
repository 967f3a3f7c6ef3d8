/**
 * The simplest application: every core waits for SYNC, runs for an instant and waits again. It lets a board be loaded,
 * signalled and watched where what the application computes does not matter.
 */

import { SIGNAL } from "../../sdp/application-commands.ts";
import type { ApplicationCore, ApplicationEngine } from "./application-engine.ts";

export class TrivialEngine implements ApplicationEngine {
  readonly name: string = "trivial";
  readonly #running = new Set<ApplicationCore>();

  attach(): void {}

  start(cores: readonly ApplicationCore[]): void {
    for (const core of cores) {
      core.setName("trivial");
      core.print(`core ${core.virtualCore} of app ${core.appId} is here\n`);
      core.waitForSync();
    }
  }

  resume(cores: readonly ApplicationCore[]): void {
    for (const core of cores) this.#running.add(core);
  }

  signal(signal: number, cores: readonly ApplicationCore[]): void {
    if (signal === SIGNAL.EXIT) for (const core of cores) core.exit();
  }

  receive(): void {}

  stop(cores: readonly ApplicationCore[]): void {
    for (const core of cores) this.#running.delete(core);
  }

  advance(): boolean {
    for (const core of this.#running) core.waitForSync();
    this.#running.clear();
    return false;
  }
}

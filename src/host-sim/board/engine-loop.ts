/**
 * Between the monitors and the application engine: collects what one datagram or signal did to many cores into one call,
 * and keeps the engine working in slices with datagrams served in between.
 */

import type { SdpMessage } from "../../sdp/sdp.ts";
import type { ApplicationCore, ApplicationEngine, BoardAccess } from "./application-engine.ts";
import { RTE } from "./run-time-error.ts";

type EngineEvent =
  | { readonly kind: "start"; readonly core: ApplicationCore }
  | { readonly kind: "resume"; readonly core: ApplicationCore }
  | { readonly kind: "stop"; readonly core: ApplicationCore }
  | { readonly kind: "signal"; readonly core: ApplicationCore; readonly signal: number }
  | { readonly kind: "receive"; readonly core: ApplicationCore; readonly message: SdpMessage };

export class EngineLoop {
  readonly #engine: ApplicationEngine;
  readonly #onEngineError: (error: unknown) => void;
  #events: EngineEvent[] = [];
  /** Cores the engine has been told of and that were not taken away. */
  readonly #known = new Set<ApplicationCore>();
  #step: Promise<void> | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #closed = false;

  /** @param onEngineError told of exceptions that came out of the engine */
  constructor(engine: ApplicationEngine, onEngineError: (error: unknown) => void) {
    this.#engine = engine;
    this.#onEngineError = onEngineError;
  }

  attach(board: BoardAccess): void {
    this.#engine.attach(board);
  }

  /** Note an event; {@link flush} tells the engine. */
  note(event: EngineEvent): void {
    this.#events.push(event);
  }

  /** Tell the engine everything noted, neighbours of one kind in one call, and let it work. */
  flush(): void {
    while (this.#events.length > 0 && !this.#closed) {
      const events = this.#events;
      this.#events = [];
      for (const group of groups(events)) this.#deliver(group);
      this.#schedule();
    }
  }

  /** Nothing runs any more: the engine forgets its cores, and lets go of what it ran them with. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    await this.#step;
    const cores = [...this.#known];
    this.#known.clear();
    if (cores.length > 0) this.#guard(cores, () => this.#engine.stop(cores));
    await this.#advance();
  }

  #deliver(group: readonly EngineEvent[]): void {
    const first = group[0]!;
    if (first.kind === "stop") {
      const cores = inOrder(group).filter((core) => this.#known.delete(core));
      if (cores.length > 0) this.#guard(cores, () => this.#engine.stop(cores));
      return;
    }
    const cores = inOrder(group).filter((core) => core.active);
    if (cores.length === 0) return;
    if (first.kind === "start") for (const core of cores) this.#known.add(core);
    this.#guard(cores, () => {
      if (first.kind === "signal") this.#engine.signal(first.signal, cores);
      else if (first.kind === "receive") this.#engine.receive(first.core, first.message);
      else if (first.kind === "start") this.#engine.start(cores);
      else this.#engine.resume(cores);
    });
  }

  #schedule(): void {
    if (this.#closed || this.#immediate !== undefined || this.#step !== undefined) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#step = this.#advance().then((more) => {
        this.#step = undefined;
        this.flush();
        if (more) this.#schedule();
      });
    });
  }

  async #advance(): Promise<boolean> {
    try {
      return await this.#engine.advance();
    } catch (error) {
      this.#fail([...this.#known], error);
      return false;
    }
  }

  #guard(cores: readonly ApplicationCore[], call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(cores, error);
    }
  }

  #fail(cores: readonly ApplicationCore[], error: unknown): void {
    this.#onEngineError(error);
    for (const core of cores) core.fail(RTE.softwareError);
  }
}

/** Runs of events that may go into one call. */
function groups(events: readonly EngineEvent[]): EngineEvent[][] {
  const runs: EngineEvent[][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (run !== undefined && sameCall(run[0]!, event)) run.push(event);
    else runs.push([event]);
  }
  return runs;
}

function sameCall(a: EngineEvent, b: EngineEvent): boolean {
  if (a.kind === "receive" || a.kind !== b.kind) return false;
  return a.kind !== "signal" || (b.kind === "signal" && a.signal === b.signal);
}

function inOrder(events: readonly EngineEvent[]): ApplicationCore[] {
  return events.map((event) => event.core).toSorted((a, b) => a.chip - b.chip || a.virtualCore - b.virtualCore);
}

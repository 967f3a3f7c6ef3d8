import { Worker } from "node:worker_threads";
import { SpinloomError } from "../errors.ts";
import type { BoardThreadData, BoardThreadMessage } from "../host-sim/board-thread.ts";
import { threadEntry } from "../host-sim/thread-entry.ts";
import type { Machine } from "../machine/machine.ts";
import type { ModelLibrary } from "../models/model-library.ts";
import type { FaultPlan } from "../sdp/faulty-socket.ts";

export interface PrivateBoardOptions {
  readonly threads: number;
  readonly faults?: FaultPlan | undefined;
  /** Cell types beside the standard ones that the board computes. */
  readonly models?: ModelLibrary | undefined;
  /** Told of crashed monitors and defects of the board. */
  readonly onTrouble?: (place: string, message: string) => void;
}

/** A virtual board for one run: on loopback, at ports nobody else uses, on a thread of its own. */
export interface PrivateBoard {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The private board could not be served. */
export class PrivateBoardError extends SpinloomError {
  readonly code = "PRIVATE_BOARD";

  constructor(found: string) {
    super("private virtual board", found, "Use --board emulator, which needs no network.");
  }
}

/** @throws {PrivateBoardError} no sockets on loopback, no thread */
export async function startPrivateBoard(machine: Machine, options: PrivateBoardOptions): Promise<PrivateBoard> {
  const data: BoardThreadData = {
    machine,
    threads: options.threads,
    faults: options.faults,
    models: options.models?.ownModels ?? [],
  };
  const thread = new Worker(threadEntry("board-thread"), { workerData: data });
  // Not by `once` of node:events, whose promise an error of the thread would reject with nobody listening yet.
  const ended = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
  let served = false;
  const { host, port } = await new Promise<{ host: string; port: number }>((resolve, reject) => {
    thread.on("error", (error) => {
      const message = error instanceof Error ? error.message : String(error);
      if (served) options.onTrouble?.("private virtual board", message);
      else reject(new PrivateBoardError(message));
    });
    thread.once("exit", () => reject(new PrivateBoardError("its thread ended before it served anything")));
    thread.on("message", (message: BoardThreadMessage) => {
      if (message.kind === "ready") resolve(message);
      else if (message.kind === "failed") reject(new PrivateBoardError(message.message));
      else options.onTrouble?.(message.place, message.message);
    });
  });
  served = true;
  return {
    host,
    port,
    close: async () => {
      thread.postMessage("close");
      await ended;
    },
  };
}

/** Entry of a thread that serves a virtual board in mode `model` until it is told to close. */
import { parentPort, workerData } from "node:worker_threads";
import type { Model } from "../codegen/ir.ts";
import type { Machine } from "../machine/machine.ts";
import type { FaultPlan } from "../sdp/faulty-socket.ts";
import { VirtualBoard } from "./board/index.ts";
import { ModelEngine } from "./model-engine/model-engine.ts";

export interface BoardThreadData {
  readonly machine: Machine;
  /** Threads of the engine. */
  readonly threads: number;
  readonly faults: FaultPlan | undefined;
  /** Models beside the built-in ones. */
  readonly models: readonly Model[];
}

export type BoardThreadMessage =
  | { readonly kind: "ready"; readonly host: string; readonly port: number }
  | { readonly kind: "trouble"; readonly place: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

const { machine, threads, faults, models } = workerData as BoardThreadData;
const say = (message: BoardThreadMessage): void => parentPort!.postMessage(message);

try {
  const board = await VirtualBoard.serve({
    machine,
    engine: new ModelEngine({ threads, models }),
    ...(faults === undefined ? {} : { faults }),
    onTrouble: (place, error) => say({ kind: "trouble", place, message: messageOf(error) }),
  });
  // The only message there is asks for the end; without its port and the board's sockets the thread ends by itself.
  parentPort!.once("message", () => {
    parentPort!.close();
    void board.close();
  });
  const { address: host, port } = board.address();
  say({ kind: "ready", host, port });
} catch (error) {
  say({ kind: "failed", message: messageOf(error) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

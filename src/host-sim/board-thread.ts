/** Entry of a thread that serves a virtual board until it is told to close. */
import { parentPort, workerData } from "node:worker_threads";
import type { Model } from "../codegen/ir.ts";
import type { Machine } from "../machine/machine.ts";
import type { FaultPlan } from "../sdp/faulty-socket.ts";

export interface BoardThreadData {
  readonly machine: Machine;
  readonly fidelity: BoardFidelity;
}

/** What the board is made of; see the mode of the same name in docs/architecture.md. */
export type BoardFidelity =
  | {
      readonly mode: "model";
      /** Threads of the engine. */
      readonly threads: number;
      /** Models beside the built-in ones. */
      readonly models: readonly Model[];
      readonly faults: FaultPlan | undefined;
    }
  | { readonly mode: "arm"; readonly faults: FaultPlan | undefined }
  | {
      readonly mode: "scamp";
      /** Boot image, patched for the kind of board. */
      readonly image: Uint8Array;
    };

export type BoardThreadMessage =
  | { readonly kind: "ready"; readonly host: string; readonly port: number }
  | { readonly kind: "trouble"; readonly place: string; readonly message: string }
  | { readonly kind: "not booted" }
  | { readonly kind: "failed"; readonly message: string };

interface ServedBoard {
  address(): { readonly address: string; readonly port: number };
  close(): Promise<void>;
}

const { machine, fidelity } = workerData as BoardThreadData;
const say = (message: BoardThreadMessage): void => parentPort!.postMessage(message);

try {
  const board = await serve();
  if (board === undefined) say({ kind: "not booted" });
  else {
    // The only message there is asks for the end; without its port and the board's sockets the thread ends by itself.
    parentPort!.once("message", () => {
      parentPort!.close();
      void board.close();
    });
    const { address: host, port } = board.address();
    say({ kind: "ready", host, port });
  }
} catch (error) {
  say({ kind: "failed", message: messageOf(error) });
}

/** @returns undefined if the chips do not come up with the user's image */
async function serve(): Promise<ServedBoard | undefined> {
  if (fidelity.mode === "scamp") {
    const { EmulatedBoard } = await import("./machine/emulated-board.ts");
    const board = await EmulatedBoard.serve({ machine });
    if (await board.boot(fidelity.image)) return board;
    await board.close();
    return undefined;
  }
  const { VirtualBoard } = await import("./board/index.ts");
  const engine =
    fidelity.mode === "arm"
      ? (await import("./arm-engine/arm-engine.ts")).createArmEngine()
      : new (await import("./model-engine/model-engine.ts")).ModelEngine(fidelity);
  return VirtualBoard.serve({
    machine,
    engine,
    ...(fidelity.faults === undefined ? {} : { faults: fidelity.faults }),
    onTrouble: (place, error) => say({ kind: "trouble", place, message: messageOf(error) }),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

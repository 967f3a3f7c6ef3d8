import { VirtualBoard } from "../host-sim/board/index.ts";
import { ModelEngine } from "../host-sim/model-engine/model-engine.ts";
import type { Machine } from "../machine/machine.ts";
import type { FaultPlan } from "../sdp/faulty-socket.ts";

export interface PrivateBoardOptions {
  readonly threads: number;
  readonly faults?: FaultPlan | undefined;
}

/** A virtual board for one run: on loopback, at ports nobody else uses. */
export interface PrivateBoard {
  readonly host: string;
  readonly port: number;
  readonly board: VirtualBoard;
  close(): Promise<void>;
}

export async function startPrivateBoard(machine: Machine, options: PrivateBoardOptions): Promise<PrivateBoard> {
  const board = await VirtualBoard.serve({
    machine,
    engine: new ModelEngine({ threads: options.threads }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  const { address, port } = board.address();
  return { host: address, port, board, close: () => board.close() };
}

import { VirtualBoard, type VirtualBoardOptions } from "../../../src/host-sim/board/index.ts";
import { RawClient } from "./raw-client.ts";

/** A board and a client to it, which close together. */
export interface ServedBoard extends AsyncDisposable {
  readonly board: VirtualBoard;
  readonly client: RawClient;
  /** What went wrong on the board, places only. */
  readonly trouble: string[];
  readonly errors: unknown[];
}

export async function serveBoard(options: VirtualBoardOptions): Promise<ServedBoard> {
  const trouble: string[] = [];
  const errors: unknown[] = [];
  const board = await VirtualBoard.serve({
    ...options,
    onTrouble: (place, error) => {
      trouble.push(place);
      errors.push(error);
    },
  });
  const client = await RawClient.open(board);
  return {
    board,
    client,
    trouble,
    errors,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await board.close();
    },
  };
}

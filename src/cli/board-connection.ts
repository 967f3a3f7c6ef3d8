import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { Board } from "../loader/index.ts";
import { boardChoice } from "./targets.ts";

export interface BoardAddress {
  readonly host: string;
  readonly port: number | undefined;
}

/** `HOST` or `HOST:PORT`, as an argument's parser. */
export function boardAddress(text: string): BoardAddress {
  const choice = boardChoice(text);
  if (choice.kind === "host") return choice;
  throw new InvalidArgumentError("It must be HOST or HOST:PORT of a board.");
}

/** Connects, hands the board to the work, and lets it go again whatever happens. */
export async function withBoard<T>(
  { host, port }: BoardAddress,
  signal: AbortSignal,
  work: (board: Board) => Promise<T>,
): Promise<T> {
  const { connectBoard } = await import("../loader/index.ts");
  const board = await connectBoard({ host, signal, ...(port === undefined ? {} : { port }) });
  try {
    return await work(board);
  } finally {
    await board.close();
  }
}

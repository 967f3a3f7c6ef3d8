/** Switches boards on and off through their management processor (BMP). */
import { pause } from "../sdp/abort.ts";
import {
  type BmpVersion,
  type BoardStatus,
  bmpTarget,
  bmpVersion,
  boardStatus,
  powerBoards as powerCommand,
} from "../sdp/bmp-commands.ts";
import { inRange, ScpNoReplyError } from "../sdp/errors.ts";
import { ScpConnection } from "../sdp/scp-connection.ts";
import type { ScpConnectionOptions } from "../sdp/scp-connection-options.ts";
import { BoardSilentError, NotABoardError } from "./errors.ts";

export interface BoardPowerOptions extends ScpConnectionOptions {
  /** Slots of the boards in the frame; by default board 0. */
  readonly boards?: readonly number[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (what: string) => void;
  /** Waits; replaced in tests. */
  readonly wait?: (millis: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Until regulators and boot ROMs are up, ms. */
const AFTER_ON_MILLIS = 5000;
/** Until everything has run down, ms. */
const OFF_MILLIS = 30_000;
/** BMPs are slow, and alone on their line. */
const BMP_DEFAULTS = { window: 1, timeoutMillis: 500 } as const;
const PROBE_TRIES = 3;
/** The answer to "on" takes up to 10 s; a second one would load the FPGAs again. */
const POWER_TRIES = 2;

/**
 * Switches boards `on` or `off`, or off and on again (`cycle`); returns when they may be booted.
 *
 * @throws {BoardSilentError | NotABoardError} no BMP answers there
 */
export async function switchBoards(action: "on" | "off" | "cycle", options: BoardPowerOptions): Promise<void> {
  const { boards = [0], signal, onProgress, wait = pause } = options;
  inRange("boards to switch", boards.length, 1, 24);
  await using connection = await openBmp(options);
  // Board 0 switches the others too; asked themselves they misbehave.
  const power = (on: boolean): Promise<void> =>
    connection.call(bmpTarget(0), powerCommand(on, boards), { signal, tries: POWER_TRIES });
  if (action !== "on") {
    onProgress?.("switching off");
    await power(false);
  }
  if (action === "cycle") {
    onProgress?.("letting the boards run down");
    await wait(OFF_MILLIS, signal);
  }
  if (action !== "off") {
    onProgress?.("switching on");
    await power(true);
    onProgress?.("letting the boards come up");
    await wait(AFTER_ON_MILLIS, signal);
  }
}

/** Version and sensors of each board. */
export async function inspectBoards(
  options: BoardPowerOptions,
): Promise<{ readonly board: number; readonly version: BmpVersion; readonly status: BoardStatus }[]> {
  const { boards = [0], signal } = options;
  await using connection = await openBmp(options);
  const found: { board: number; version: BmpVersion; status: BoardStatus }[] = [];
  for (const board of boards) {
    const target = bmpTarget(board);
    const version = await connection.call(target, bmpVersion(), { signal });
    found.push({ board, version, status: await connection.call(target, boardStatus(), { signal }) });
  }
  return found;
}

async function openBmp(options: BoardPowerOptions): Promise<ScpConnection> {
  const connection = await ScpConnection.open({ ...BMP_DEFAULTS, ...options });
  const { address, port } = connection;
  try {
    const answer = await connection.call(bmpTarget(0), bmpVersion(), { signal: options.signal, tries: PROBE_TRIES });
    if (answer.name !== "BC&MP")
      throw new NotABoardError(address, port, `a "${answer.name}/${answer.hardware}" answers, not a BMP`);
    return connection;
  } catch (error) {
    await connection.close();
    if (error instanceof ScpNoReplyError)
      throw new BoardSilentError(address, port, error.sends, error.waitedMillis, error);
    throw error;
  }
}

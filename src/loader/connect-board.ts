/**
 * Finds out what is behind an address: a booted SpiNNaker machine, its chips, their cores and links, and the addresses of
 * its other boards.
 */

import type { ChipCoord } from "../machine/machine.ts";
import { pause } from "../sdp/abort.ts";
import { type ChipInfo, chipInfo, type Version, version } from "../sdp/chip-commands.ts";
import { CORE_STATE } from "../sdp/core-state.ts";
import { isScpFailure, ScpNoReplyError, ScpRefusedError, ScpUnfitReplyError } from "../sdp/errors.ts";
import { transientTagTimeout } from "../sdp/ip-tag-commands.ts";
import { wordAt } from "../sdp/scp-command.ts";
import { ScpConnection } from "../sdp/scp-connection.ts";
import type { ScpConnectionOptions } from "../sdp/scp-connection-options.ts";
import { readBlock } from "../sdp/scp-memory.ts";
import { ROOT_CHIP } from "../sdp/sdp.ts";
import { Board, type BoardChip, type BoardFacts, chipNumber } from "./board.ts";
import { P2P_COLUMN_BYTES, P2P_NO_ROUTE, P2P_TABLE, SV, SV_ADDRESS } from "./chip-memory.ts";
import { BoardNotReadyError, BoardSilentError, chipText, NotABoardError, UnsupportedScampError } from "./errors.ts";
import { together } from "./together.ts";

export interface ConnectBoardOptions extends ScpConnectionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for a board that is setting itself up, ms; by default 30 000. */
  readonly bootMillis?: number;
  readonly onProgress?: (chipsDone: number, chipsTotal: number) => void;
}

const PROBE_TRIES = 3;
const BOOT_POLL_MILLIS = 100;
/** Longest life of a transient tag that SCAMP has by default: 2560 ms. */
const TAG_TIMEOUT = 9;
/** A further board that does not answer so fast is reached through the first one. */
const OTHER_BOARD_PROBE = { tries: 2, timeoutMillis: 300 } as const;
const NO_ADDRESS = "0.0.0.0";

/**
 * Connects to a booted machine by the address of any of its Ethernet chips and looks at every chip.
 *
 * @throws {BoardSilentError | NotABoardError | UnsupportedScampError | BoardNotReadyError}
 */
export async function connectBoard(options: ConnectBoardOptions): Promise<Board> {
  const root = await ScpConnection.open(options);
  const opened = [root];
  try {
    const { signal } = options;
    const answer = await waitForBoard(root, options);
    await root.call(ROOT_CHIP, transientTagTimeout(TAG_TIMEOUT), { signal });
    const { facts, warnings } = await exploreMachine(root, answer, options);
    const byEthernet = await connectOtherBoards(root, facts.chips, options, warnings);
    opened.push(...byEthernet.values());
    return new Board({ ...facts, warnings }, root, byEthernet);
  } catch (error) {
    await Promise.all(opened.map((connection) => connection.close()));
    throw error;
  }
}

/** VER until the root chip has its address: network set-up is over then. */
async function waitForBoard(
  connection: ScpConnection,
  options: ConnectBoardOptions,
): Promise<Version & { readonly chip: ChipCoord }> {
  const { signal, bootMillis = 30_000 } = options;
  const { address, port } = connection;
  let waited = 0;
  for (;;) {
    const answer = await firstAnswer(connection, signal);
    if (answer.name !== "SC&MP")
      throw new NotABoardError(address, port, `a "${answer.name}/${answer.hardware}" answers, not SC&MP`);
    const [major] = answer.version;
    if (major < 3 || major > 4) throw new UnsupportedScampError(address, port, answer.version.join("."));
    if (answer.chip !== undefined) return { ...answer, chip: answer.chip };
    if (waited >= bootMillis) throw new BoardNotReadyError(address, port, waited);
    await pause(BOOT_POLL_MILLIS, signal);
    waited += BOOT_POLL_MILLIS;
  }
}

async function firstAnswer(connection: ScpConnection, signal: AbortSignal | undefined): Promise<Version> {
  const { address, port } = connection;
  try {
    return await connection.call(ROOT_CHIP, version(), { signal, tries: PROBE_TRIES });
  } catch (error) {
    if (error instanceof ScpNoReplyError && error.repliesBefore === 0) {
      if (error.garbage > 0) throw new NotABoardError(address, port, error.found, error);
      throw new BoardSilentError(address, port, error.sends, error.waitedMillis, error);
    }
    if (error instanceof ScpUnfitReplyError || error instanceof ScpRefusedError)
      throw new NotABoardError(address, port, error.found, error);
    throw error;
  }
}

async function exploreMachine(
  connection: ScpConnection,
  version: Version & { readonly chip: ChipCoord },
  options: ConnectBoardOptions,
): Promise<{ facts: Omit<BoardFacts, "warnings">; warnings: string[] }> {
  const { signal } = options;
  const variables = await readBlock(connection, ROOT_CHIP, SV_ADDRESS, 256, { signal });
  const height = variables[SV.p2pDims]!;
  const width = variables[SV.p2pDims + 1]!;
  const places = await knownChips(connection, width, height, signal);
  const warnings: string[] = [];
  let done = 0;
  const found = await together(
    signal,
    places.map((place) => async (signal) => {
      const chip = await askChip(connection, place, signal, warnings);
      options.onProgress?.(++done, places.length);
      return chip;
    }),
  );
  const facts = {
    version,
    root: version.chip,
    width,
    height,
    chips: found.filter((chip) => chip !== undefined),
    stagingAddress: wordAt(variables, SV.sdramSys),
    vcpuAddress: wordAt(variables, SV.vcpuBase),
    iobufBytes: wordAt(variables, SV.iobufSize),
  };
  return { facts, warnings };
}

/** Chips that the root chip knows a way to, in order of y, then x. */
async function knownChips(
  connection: ScpConnection,
  width: number,
  height: number,
  signal: AbortSignal | undefined,
): Promise<ChipCoord[]> {
  const columnBytes = Math.ceil(height / 8) * 4;
  const columns = await together(
    signal,
    Array.from(
      { length: width },
      (_, x) => (signal: AbortSignal) =>
        readBlock(connection, ROOT_CHIP, P2P_TABLE + x * P2P_COLUMN_BYTES, columnBytes, { signal }),
    ),
  );
  const chips: ChipCoord[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (p2pEntry(columns[x]!, y) !== P2P_NO_ROUTE) chips.push({ x, y });
  return chips;
}

/** Entry of row y in a column of the point-to-point table: 3 bits each, 8 to a word. */
export function p2pEntry(column: Uint8Array, y: number): number {
  return (wordAt(column, (y >> 3) * 4) >>> (3 * (y & 7))) & 7;
}

/** A chip's description; one that does not answer is left out with a warning. */
async function askChip(
  connection: ScpConnection,
  place: ChipCoord,
  signal: AbortSignal,
  warnings: string[],
): Promise<BoardChip | undefined> {
  try {
    const info = await connection.call(place, chipInfo(), { signal });
    return { ...place, ...info, idleCores: idleCores(info) };
  } catch (error) {
    if (!isScpFailure(error)) throw error;
    warnings.push(`${chipText(place)} is in the routing table but ${error.found}; it is not used`);
    return undefined;
  }
}

function idleCores(info: ChipInfo): number {
  let mask = 0;
  for (let core = 1; core < info.workingCores; core++) if (info.coreStates[core] === CORE_STATE.IDLE) mask |= 1 << core;
  return mask;
}

/**
 * A connection of its own for each further board that answers at the address its Ethernet chip reports, and is the chip
 * it should be (behind address translation it may be anybody).
 */
async function connectOtherBoards(
  root: ScpConnection,
  chips: readonly BoardChip[],
  options: ConnectBoardOptions,
  warnings: string[],
): Promise<Map<number, ScpConnection>> {
  const connections = new Map<number, ScpConnection>();
  const ethernets = chips.filter((chip) => chip.ethernetUp && chip.ipAddress !== NO_ADDRESS);
  await together(
    options.signal,
    ethernets.map((chip) => async (signal) => {
      if (chip.ipAddress === root.address || ethernets.length === 1) {
        connections.set(chipNumber(chip), root);
        return;
      }
      const connection = await ScpConnection.open({ ...options, host: chip.ipAddress });
      connections.set(chipNumber(chip), connection);
      if (await isChip(connection, chip, signal)) {
        await connection.call(chip, transientTagTimeout(TAG_TIMEOUT), { signal });
      } else {
        connections.delete(chipNumber(chip));
        await connection.close();
        warnings.push(
          `the board of ${chipText(chip)} does not answer at ${chip.ipAddress}; it is reached through others`,
        );
      }
    }),
  ).catch(async (error: unknown) => {
    await Promise.all([...connections.values()].map((connection) => connection.close()));
    throw error;
  });
  return connections;
}

async function isChip(connection: ScpConnection, chip: ChipCoord, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await connection.call(chip, version(), { ...OTHER_BOARD_PROBE, signal });
    return answer.chip?.x === chip.x && answer.chip.y === chip.y;
  } catch (error) {
    if (isScpFailure(error)) return false;
    throw error;
  }
}

/** Waits for the cores of an application to reach a state, and finds out about those that do not. */

import type { ChipCoord } from "../machine/machine.ts";
import { pause } from "../sdp/abort.ts";
import { countCores, countCoresBySignal } from "../sdp/application-commands.ts";
import { CORE_STATE, coreStateName, runTimeErrorName } from "../sdp/core-state.ts";
import { isScpFailure } from "../sdp/errors.ts";
import { type Board, chipNumber } from "./board.ts";
import { type CoreReport, CoresFailedError, CoresLateError } from "./errors.ts";
import { readIobufChain } from "./iobuf.ts";
import { together } from "./together.ts";
import { type CoreStatus, coreStatus } from "./vcpu.ts";

/** A core of the machine. */
export interface CorePlace {
  readonly x: number;
  readonly y: number;
  readonly core: number;
}

/** One application's cores; a load plan is one. */
export interface Application {
  readonly appId: number;
  readonly cores: readonly CorePlace[];
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest wait without another core having got there, ms; by default without end. */
  readonly limitMillis?: number;
  /**
   * Once a core has got there, the others are waited for as long again as it took, and so many ms more: for they all do
   * the same in the same time, however slow the board. By default without end.
   */
  readonly stragglerMillis?: number;
  /** Told the cores that have got there. */
  readonly onProgress?: (cores: number) => void;
  /** Asked between two looks, when not all cores are there: what might help. */
  readonly nudge?: (looks: number) => Promise<void>;
}

const FIRST_POLL_MILLIS = 1;
const LONGEST_POLL_MILLIS = 50;
/** States that no application comes out of. */
const FAILED_STATES: readonly number[] = [CORE_STATE.RTE, CORE_STATE.WDOG, CORE_STATE.EXIT];
/** Every so many looks the failed are counted too; every so many more each core is looked at. */
const LOOKS_PER_COUNT = 8;
const LOOKS_PER_CHECK = 128;
const CORES_LISTED = 8;
/** End of a failed core's text that goes into the report, characters. */
const OUTPUT_LISTED = 2000;

/**
 * Waits until all cores of an application are in a state.
 *
 * @throws {CoresFailedError} cores are in run-time error or watchdog, or have ended
 * @throws {CoresLateError} the limit is over
 */
export async function waitForState(
  board: Board,
  application: Application,
  state: number,
  options: WaitOptions = {},
): Promise<void> {
  const { signal, limitMillis = Number.POSITIVE_INFINITY, stragglerMillis = Number.POSITIVE_INFINITY } = options;
  const expected = application.cores.length;
  let most = 0;
  let waited = 0;
  /** Wait until the last core so far got there. */
  let before = 0;
  let poll = FIRST_POLL_MILLIS;
  for (let looks = 1; ; looks++) {
    const reached = await countInState(board, application, state, signal);
    options.onProgress?.(reached);
    if (reached >= expected) return;
    if (reached > most) [before, waited] = [before + waited, 0];
    most = Math.max(most, reached);
    const late = waited >= (most > 0 ? Math.min(limitMillis, before + stragglerMillis) : limitMillis);
    const suspicious = looks % LOOKS_PER_COUNT === 0 && (await countFailed(board, application, state, signal)) > 0;
    if (suspicious || looks % LOOKS_PER_CHECK === 0 || late) await failIfFailed(board, application, state, signal);
    if (late) await failIfLate(board, application, state, before + waited, signal);
    await options.nudge?.(looks);
    await pause(poll, signal);
    waited += poll;
    poll = Math.min(LONGEST_POLL_MILLIS, poll * 2);
  }
}

/** Cores of an application in a state: counted by the monitors, or core by core where they cannot. */
export async function countInState(
  board: Board,
  application: Application,
  state: number,
  signal?: AbortSignal,
): Promise<number> {
  const inState = (statuses: readonly CoreStatus[]): number =>
    statuses.filter((status) => status.state === state && status.appId === application.appId).length;
  try {
    if (!board.isScamp4) return await board.callRoot(countCoresBySignal(application.appId, state), { signal });
    const { ethernets, uncounted } = countedBy(board, application);
    const counts = await together(
      signal,
      ethernets.map((chip) => (signal) => board.call(chip, countCores(application.appId, state), { signal })),
    );
    const rest = await statusesOf(board, { appId: application.appId, cores: uncounted }, signal);
    return counts.reduce((sum, count) => sum + count, 0) + inState(rest);
  } catch (error) {
    if (!isScpFailure(error)) throw error;
    return inState(await statusesOf(board, application, signal));
  }
}

/**
 * The Ethernet chips that count, each for its own board, and the cores that none of them counts: SC&MP 4.0.0 asks the
 * chips right of and above the Ethernet chip, so those of a board that hangs over the machine's edge are left out.
 */
function countedBy(
  board: Board,
  application: Application,
): { readonly ethernets: readonly ChipCoord[]; readonly uncounted: readonly CorePlace[] } {
  const ethernets = new Map<number, ChipCoord>();
  const uncounted: CorePlace[] = [];
  for (const core of application.cores) {
    const ethernet = board.chipAt(core)?.ethernetChip;
    if (ethernet !== undefined && board.chipAt(ethernet) !== undefined && core.x >= ethernet.x && core.y >= ethernet.y)
      ethernets.set(chipNumber(ethernet), ethernet);
    else uncounted.push(core);
  }
  return { ethernets: [...ethernets.values()], uncounted };
}

/** Status of every core of an application, in its order. */
export async function statusesOf(board: Board, application: Application, signal?: AbortSignal): Promise<CoreStatus[]> {
  return together(
    signal,
    application.cores.map((place) => (signal) => coreStatus(board, place, place.core, signal)),
  );
}

/** Reports cores that can no longer reach `state`: failed ones, and ones that have ended or been stopped. */
async function failIfFailed(
  board: Board,
  application: Application,
  state: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const statuses = await statusesOf(board, application, signal);
  const failed = application.cores
    .map((place, index) => ({ place, status: statuses[index]! }))
    .filter(({ status }) => cannotReach(status, application.appId, state));
  if (failed.length === 0) return;
  const reports = await reportsOf(board, failed, signal);
  throw new CoresFailedError(board.name, reports, failed.length - reports.length);
}

/** Reports cores that are not in `state` yet. */
async function failIfLate(
  board: Board,
  application: Application,
  state: number,
  waitedMillis: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const statuses = await statusesOf(board, application, signal);
  const late = application.cores
    .map((place, index) => ({ place, status: statuses[index]! }))
    .filter(({ status }) => status.state !== state || status.appId !== application.appId);
  if (late.length === 0) return;
  const reports = await reportsOf(board, late, signal);
  const expected = application.cores.length;
  throw new CoresLateError(board.name, coreStateName(state), expected, reports, late.length, waitedMillis);
}

/** The first few of them. */
function reportsOf(
  board: Board,
  cores: readonly { readonly place: CorePlace; readonly status: CoreStatus }[],
  signal: AbortSignal | undefined,
): Promise<CoreReport[]> {
  return together(
    signal,
    cores.slice(0, CORES_LISTED).map(
      ({ place, status }) =>
        (signal) =>
          reportOf(board, place, status, signal),
    ),
  );
}

async function countFailed(
  board: Board,
  application: Application,
  state: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let failed = 0;
  for (const failure of FAILED_STATES)
    if (failure !== state) failed += await countInState(board, application, failure, signal);
  return failed;
}

function cannotReach(status: CoreStatus, appId: number, state: number): boolean {
  if (status.state === state) return false;
  return FAILED_STATES.includes(status.state) || (status.state === CORE_STATE.IDLE && status.appId !== appId);
}

async function reportOf(board: Board, place: CorePlace, status: CoreStatus, signal: AbortSignal): Promise<CoreReport> {
  // What the core printed is worth having, but not worth losing the rest of the report for.
  const output = await readIobufChain(board, place, status.iobuf, signal).catch((error: unknown) => {
    if (isScpFailure(error)) return "";
    throw error;
  });
  const inError = status.state === CORE_STATE.RTE;
  return {
    x: place.x,
    y: place.y,
    core: place.core,
    state: coreStateName(status.state),
    appName: status.appName,
    output: output.slice(-OUTPUT_LISTED),
    ...(inError ? { runTimeError: runTimeErrorName(status.rtCode), registers: status.registers } : {}),
  };
}

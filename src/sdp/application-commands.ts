/**
 * Commands that start, count and signal applications: AS, AR, APP_COPY_RUN, SIG, COUNT.
 *
 * @see SpiNNakerManchester/spinnaker_tools `scamp/scamp-app.c`, `scamp/scamp-cmd.c` (cmd_as, cmd_ar, cmd_sig)
 */
import { coreStateName } from "./core-state.ts";
import { inRange } from "./errors.ts";
import { NO_DATA } from "./scp.ts";
import { SCP_COMMAND } from "./scp-codes.ts";
import { commandWithoutReply, commandWithWord, hex, type ScpCommand } from "./scp-command.ts";

/** Which cores of a chip start an application, and how. */
export interface ApplicationStart {
  /** 16 to 255; 0 is SCAMP's own. */
  readonly appId: number;
  /** Bit p set for virtual core p; bit 0, the monitor, is never set. */
  readonly coreMask: number;
  /** Hold the cores in state WAIT until the START signal. */
  readonly wait: boolean;
}

/** `app_id << 24 | flags << 18 | core_mask`. */
export function packApplicationStart(start: ApplicationStart): number {
  inRange("app id", start.appId, 0, 255);
  inRange("core mask", start.coreMask, 0, 0x3ffff);
  inRange("core mask bit 0 (the monitor)", start.coreMask & 1, 0, 0);
  return ((start.appId << 24) | (start.wait ? 1 << 18 : 0) | start.coreMask) >>> 0;
}

export function unpackApplicationStart(word: number): ApplicationStart {
  return { appId: word >>> 24, coreMask: word & 0x3ffff, wait: ((word >>> 18) & 1) === 1 };
}

/** Starts cores from an APLX image anywhere in the chip's memory (AS). */
export function startApplication(image: number, start: ApplicationStart): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.AS,
    [inRange("image address", image, 0, 0xffff_ffff), packApplicationStart(start), 0],
    "late",
    () => `AS image ${hex(image)} ${describeStart(start)}`,
    { timeoutMillis: START_TIMEOUT_MILLIS },
  );
}

/** Starts cores from the APLX image in the staging area `sdram_sys` (AR). */
export function startStagedApplication(start: ApplicationStart): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.AR,
    [packApplicationStart(start), 0, 0],
    "late",
    () => `AR ${describeStart(start)}`,
    { timeoutMillis: START_TIMEOUT_MILLIS },
  );
}

/** Sum of an image's little-endian words as APP_COPY_RUN checks it: 29 bits. */
export function imageChecksum(image: Uint8Array): number {
  inRange("image words", image.length / 4, 0, 0x3fff_ffff);
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  let sum = 0;
  for (let offset = 0; offset < image.length; offset += 4) sum = (sum + view.getUint32(offset, true)) | 0;
  return sum & 0x1fff_ffff;
}

/** Starting cores is a matter of microseconds; what is waited for here is the network, ms. */
const START_TIMEOUT_MILLIS = 500;
/** Generous: a word takes some 20 µs to come over a link that is not busy, ms a byte. */
const COPY_MILLIS_PER_BYTE = 0.1;

/**
 * Copies the staged image of the chip behind `link` into this chip's staging area, word by word, checks the sum and
 * starts the cores; a core mask of 0 copies only. SCAMP 4.
 *
 * A wrong sum comes back as OK with a body, which does not fit.
 */
export function copyAndStartApplication(
  link: number,
  bytes: number,
  checksum: number,
  start: ApplicationStart,
): ScpCommand<void> {
  inRange("link", link, 0, 5);
  inRange("image words", bytes / 4, 1, 0x3fff_ffff);
  inRange("image checksum", checksum, 0, 0x1fff_ffff);
  return commandWithoutReply(
    SCP_COMMAND.APP_COPY_RUN,
    [((checksum << 3) | link) >>> 0, bytes, packApplicationStart(start)],
    "late",
    () => `APP_COPY_RUN ${bytes} bytes over link ${link} ${describeStart(start)}`,
    { timeoutMillis: START_TIMEOUT_MILLIS + Math.ceil(bytes * COPY_MILLIS_PER_BYTE) },
  );
}

/** Signals. INIT, PWRDN and STOP are carried out by SCAMP, the others by the cores. */
export const SIGNAL = {
  INIT: 0,
  PWRDN: 1,
  STOP: 2,
  START: 3,
  SYNC0: 4,
  SYNC1: 5,
  PAUSE: 6,
  CONT: 7,
  EXIT: 8,
  TIMER: 9,
  USR0: 10,
  USR1: 11,
  USR2: 12,
  USR3: 13,
} as const;

export type SignalName = keyof typeof SIGNAL;

/** How a signal travels: as multicast from the root chip, or from neighbour to neighbour. */
const TRANSPORT = { multicast: 0, nearestNeighbour: 2 } as const;
const SMALLEST_USER_SIGNAL = SIGNAL.START;

/** Cores whose `(app_id & appMask) === appId`. */
export interface ApplicationSelection {
  readonly appId: number;
  /** 255 for exactly one application. */
  readonly appMask: number;
}

/** `signal << 16 | app_mask << 8 | app_id`. */
export function packSignal(signal: number, selection: ApplicationSelection): number {
  inRange("signal", signal, 0, 15);
  inRange("app id", selection.appId, 0, 255);
  inRange("app mask", selection.appMask, 0, 255);
  return (signal << 16) | (selection.appMask << 8) | selection.appId;
}

export function unpackSignal(word: number): ApplicationSelection & { readonly signal: number } {
  return { signal: (word >>> 16) & 0xf, appMask: (word >>> 8) & 0xff, appId: word & 0xff };
}

const REPEATABLE_SIGNALS = new Set<number>([SIGNAL.STOP, SIGNAL.PWRDN, SIGNAL.START, SIGNAL.SYNC0, SIGNAL.SYNC1]);

/**
 * Sends a signal to every core of an application; address it to the root chip.
 *
 * Nothing says when it has arrived everywhere: wait for the states it leads to. STOP of application 0 with mask 0
 * would never end in SCAMP and is refused here.
 */
export function sendSignal(name: SignalName, appId: number, appMask = 255): ScpCommand<void> {
  const signal = SIGNAL[name];
  inRange("app mask of application 0", appId === 0 && appMask === 0 ? 0 : 1, 1, 1);
  const transport = signal < SMALLEST_USER_SIGNAL ? TRANSPORT.nearestNeighbour : TRANSPORT.multicast;
  return commandWithoutReply(
    SCP_COMMAND.SIG,
    [transport, packSignal(signal, { appId, appMask }), ALL_CHIPS],
    REPEATABLE_SIGNALS.has(signal) ? "unhurried" : "never",
    () => `SIG ${name} to application ${appId}`,
  );
}

const ALL_CHIPS = 0xffff;

/**
 * Counts an application's cores in a state, on all chips of the addressed Ethernet chip's board (SCAMP 4). The board
 * answers 26 bytes; while it is busy with another count an OK without body.
 */
export function countCores(appId: number, state: number): ScpCommand<number> {
  return {
    command: SCP_COMMAND.COUNT,
    arg1: inRange("app id", appId, 0, 255),
    arg2: inRange("core state", state, 0, 15),
    arg3: 0,
    data: NO_DATA,
    repeat: "unhurried",
    minBody: 12,
    maxBody: 12,
    unfitMeansBusy: true,
    timeoutMillis: 2000,
    describe: () => `COUNT application ${appId} in ${coreStateName(state)}`,
    readReply: (body) => new DataView(body.buffer, body.byteOffset).getUint32(0, true),
  };
}

/** The same question to SCAMP 3.4.1 and before: asked once, of the root chip, for the whole machine. */
export function countCoresBySignal(appId: number, state: number): ScpCommand<number> {
  inRange("app id", appId, 0, 255);
  inRange("core state", state, 0, 15);
  const askState = 1 << 22;
  const count = 2 << 20;
  const oneApplication = 0xff << 8;
  const pointToPoint = 1;
  return commandWithWord(
    SCP_COMMAND.SIG,
    [pointToPoint, askState | count | (state << 16) | oneApplication | appId, ALL_CHIPS],
    "unhurried",
    () => `SIG count application ${appId} in ${coreStateName(state)}`,
    (cores) => cores,
  );
}

function describeStart(start: ApplicationStart): string {
  return `application ${start.appId} cores 0x${start.coreMask.toString(16)}${start.wait ? " waiting" : ""}`;
}

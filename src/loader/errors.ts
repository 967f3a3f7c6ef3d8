import { InputError, SpinloomError } from "../errors.ts";
import type { ChipCoord } from "../machine/machine.ts";

/** Nobody answers at the address of a board. */
export class BoardSilentError extends InputError {
  readonly code = "BOARD_SILENT";

  constructor(address: string, port: number, tries: number, waitedMillis: number, cause: unknown) {
    super(
      `board ${address}:${port}`,
      `no answer to ${tries} requests in ${(waitedMillis / 1000).toFixed(1)} s`,
      "Check address and port, that the board is switched on and booted (`spinloom boot`), and that UDP gets through. Without a board use --board virtual.",
      { cause },
    );
  }
}

/** Somebody answers at the address of a board who is no SpiNNaker monitor. */
export class NotABoardError extends InputError {
  readonly code = "NOT_A_BOARD";

  constructor(address: string, port: number, found: string, cause?: unknown) {
    super(
      `board ${address}:${port}`,
      found,
      "Give the address of a booted SpiNNaker board (its Ethernet chip, not its BMP).",
      { cause },
    );
  }
}

/** The monitor's version is one this program does not know. */
export class UnsupportedScampError extends InputError {
  readonly code = "UNSUPPORTED_SCAMP";

  constructor(address: string, port: number, version: string) {
    super(`board ${address}:${port}`, `SC&MP ${version}`, "Boot it with SC&MP 3.1 to 4.x.");
  }
}

/** The board answers but does not finish setting itself up. */
export class BoardNotReadyError extends SpinloomError {
  readonly code = "BOARD_NOT_READY";

  constructor(address: string, port: number, waitedMillis: number) {
    super(
      `board ${address}:${port}`,
      `still setting up its network after ${(waitedMillis / 1000).toFixed(0)} s`,
      "Boot it again.",
    );
  }
}

/** A load plan wants chips or cores that the board does not offer. */
export class PlanMisfitError extends SpinloomError {
  readonly code = "PLAN_MISFIT";

  constructor(place: string, found: string) {
    super(
      place,
      found,
      "Map the network to the machine as it is (`spinloom info HOST -o FILE`, then --machine FILE), or stop the application that holds the cores (`spinloom reset`).",
    );
  }
}

/** Something on the board belongs to an application with the id that is to be loaded. */
export class ApplicationIdInUseError extends SpinloomError {
  readonly code = "APPLICATION_ID_IN_USE";
  readonly appId: number;

  constructor(place: string, appId: number) {
    super(
      place,
      `application id ${appId} is in use`,
      "If it was left behind by a run that was killed, `spinloom reset` frees it; otherwise wait for the other run.",
    );
    this.appId = appId;
  }
}

/** A chip has no room left for what is to be loaded. */
export class ChipFullError extends SpinloomError {
  readonly code = "CHIP_FULL";
  readonly chip: ChipCoord;

  constructor(chip: ChipCoord, wanted: string, free: string) {
    super(
      chipText(chip),
      `no room for ${wanted}; ${free} free in one piece`,
      "Stop other applications on the board (`spinloom reset`), or map to more chips.",
    );
    this.chip = chip;
  }
}

/** A chip's routing entries are not what was loaded. */
export class TableNotLoadedError extends SpinloomError {
  readonly code = "TABLE_NOT_LOADED";

  constructor(chip: ChipCoord, entry: number, entries: number) {
    super(
      chipText(chip),
      `routing entry ${entry} of ${entries} is not what was loaded`,
      "Load again; if it happens again the chip or the link to it is faulty.",
    );
  }
}

/** What was written to a chip's memory is not there. */
export class MemoryNotWrittenError extends SpinloomError {
  readonly code = "MEMORY_NOT_WRITTEN";

  constructor(chip: ChipCoord, address: number, tries: number) {
    super(
      chipText(chip),
      `the word at 0x${address.toString(16)} is not what was written, ${tries} times`,
      "Something else writes there, or the chip's memory is faulty.",
    );
  }
}

/** An application's cores did not go back to idle. */
export class ApplicationNotStoppedError extends SpinloomError {
  readonly code = "APPLICATION_NOT_STOPPED";

  constructor(place: string, appId: number, cores: number, signals: number) {
    super(
      place,
      `${cores} cores still belong to application ${appId} after ${signals} STOP signals`,
      "Boot the board again (`spinloom boot`).",
    );
  }
}

/** A core in a state it should not be in, with what is known about it. */
export interface CoreReport {
  readonly x: number;
  readonly y: number;
  readonly core: number;
  /** Name of the state: `RTE`. */
  readonly state: string;
  /** Name of the run-time error, when the state is RTE. */
  readonly runTimeError?: string;
  /** r0-r7, psr, sp, lr at the error, when the state is RTE. */
  readonly registers?: readonly number[];
  readonly appName: string;
  /** End of what the core printed. */
  readonly output: string;
}

/** Cores ended up in run-time error, watchdog or another wrong state. */
export class CoresFailedError extends SpinloomError {
  readonly code = "CORES_FAILED";
  readonly cores: readonly CoreReport[];

  constructor(place: string, cores: readonly CoreReport[], more: number) {
    const listed = cores.map(coreText).join("; ");
    super(
      place,
      `${cores.length + more} cores failed: ${listed}${more > 0 ? `; and ${more} more` : ""}`,
      "What was recorded before has been kept.",
    );
    this.cores = cores;
  }

  override get details(): string {
    return this.cores.map(coreDump).join("\n");
  }
}

/** Cores did not reach a state in the time allowed: they hang, or the board is slower than thought. */
export class CoresLateError extends SpinloomError {
  readonly code = "CORES_LATE";
  readonly reached: number;
  readonly expected: number;
  /** The first few of those that did not. */
  readonly cores: readonly CoreReport[];

  constructor(
    place: string,
    state: string,
    expected: number,
    cores: readonly CoreReport[],
    late: number,
    waitedMillis: number,
  ) {
    const more = late - cores.length;
    super(
      place,
      `${late} of ${expected} cores did not reach state ${state} in ${(waitedMillis / 1000).toPrecision(3)} s: ${cores.map(coreText).join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
      "What was recorded before has been kept. If nothing hangs and the board is only slow, give it more time (--limit).",
    );
    this.reached = expected - late;
    this.expected = expected;
    this.cores = cores;
  }

  override get details(): string {
    return this.cores.map(coreDump).join("\n");
  }
}

export function chipText(chip: ChipCoord): string {
  return `chip (${chip.x}, ${chip.y})`;
}

function coreText(report: CoreReport): string {
  const where = `chip (${report.x}, ${report.y}) core ${report.core}`;
  const error = report.runTimeError === undefined ? "" : ` ${report.runTimeError}`;
  const at = report.registers === undefined ? "" : ` lr 0x${report.registers[10]!.toString(16)}`;
  const lastLine = report.output.trimEnd().split("\n").at(-1)!;
  return `${where} (${report.appName}) ${report.state}${error}${at}${lastLine === "" ? "" : `, last printed "${lastLine}"`}`;
}

const REGISTER_NAMES = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "psr", "sp", "lr"];

/** Registers at the error, if there was one, and the end of what the core printed. */
function coreDump({ x, y, core, appName, state, runTimeError, registers, output }: CoreReport): string {
  const words = registers?.map((word, r) => `${REGISTER_NAMES[r]} ${word.toString(16).padStart(8, "0")}`) ?? [];
  const printed = output.trimEnd();
  return [
    `chip (${x}, ${y}) core ${core} (${appName}): ${state}${runTimeError === undefined ? "" : ` ${runTimeError}`}`,
    ...(words.length === 0 ? [] : [`  ${words.slice(0, 6).join("  ")}`, `  ${words.slice(6).join("  ")}`]),
    ...(printed === "" ? [] : printed.split("\n").map((line) => `  | ${line}`)),
  ].join("\n");
}

/**
 * Commands of the board management processor (BMP): power, sensors, LEDs, FPGA registers.
 *
 * Sent to the BMP's own address, port 17893; the board's slot in its frame (0 to 23) stands where SDP has the core. Power
 * and LEDs are asked of board 0 with a mask of boards.
 *
 * @see SpiNNakerManchester/spinnaker_tools `bmp/bmp_cmd.c`, `bmp/bmp.h`, project-rig/rig
 *   `rig/machine_control/bmp_controller.py`
 */
import { ledWord, readVersion, type Version, version, writeVersion } from "./chip-commands.ts";
import { inRange } from "./errors.ts";
import type { ScpTarget } from "./exchange.ts";
import { NO_DATA, SCP_DATA_MAX } from "./scp.ts";
import { SCP_COMMAND } from "./scp-codes.ts";
import { commandWithoutReply, hex, type ScpCommand, wordAt } from "./scp-command.ts";

/** Slots of a frame. */
export const BMP_BOARDS = 24;

/** Where a board's BMP is, behind the address of its frame's. */
export function bmpTarget(board: number): ScpTarget {
  return { x: 0, y: 0, core: inRange("board", board, 0, BMP_BOARDS - 1) };
}

export interface BmpVersion extends Omit<Version, "chip" | "physicalCore" | "virtualCore"> {
  readonly codeBlock: number;
  readonly frame: number;
  readonly canId: number;
  readonly board: number;
}

export function bmpVersion(): ScpCommand<BmpVersion> {
  return { ...version(), readReply: readBmpVersion };
}

export function readBmpVersion(body: Uint8Array): BmpVersion {
  const { bufferBytes, buildTime, name, hardware, version, label } = readVersion(body);
  return {
    codeBlock: body[3]!,
    frame: body[2]!,
    canId: body[1]!,
    board: body[0]!,
    bufferBytes,
    buildTime,
    name,
    hardware,
    version,
    label,
  };
}

export function writeBmpVersion(value: BmpVersion): Uint8Array {
  const body = writeVersion({ ...value, chip: undefined, physicalCore: 0, virtualCore: 0 });
  body.set([value.board, value.canId, value.frame, value.codeBlock]);
  return body;
}

/** The answer to "on" comes when the FPGAs are loaded, ms. */
const POWER_TIMEOUT_MILLIS = 10_000;

/** Switches boards on or off, `delayMillis` apart; to be sent to board 0. */
export function powerBoards(on: boolean, boards: readonly number[], delayMillis = 0): ScpCommand<void> {
  inRange("power delay in ms", delayMillis, 0, 0xffff);
  return commandWithoutReply(
    SCP_COMMAND.BMP_POWER,
    [((delayMillis << 16) | (on ? 1 : 0)) >>> 0, boardMask(boards), 0],
    "late",
    () => `BMP power ${on ? "on" : "off"} boards ${boards.join(", ")}`,
    { timeoutMillis: POWER_TIMEOUT_MILLIS },
  );
}

/** Lights LEDs of boards: one `LED_ACTION` each. */
export function setBoardLeds(actions: readonly number[], boards: readonly number[]): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.LED,
    [ledWord(actions), boardMask(boards), 0],
    "late",
    () => `BMP LED ${actions.join(" ")} boards ${boards.join(", ")}`,
  );
}

/** Resets boards' SpiNNaker chips: `lower`, `raise` or `pulse` the reset line, with the FPGAs or without. */
export function resetBoards(
  action: "lower" | "raise" | "pulse",
  fpgas: boolean,
  boards: readonly number[],
  delayMillis = 0,
): ScpCommand<void> {
  inRange("reset delay in ms", delayMillis, 0, 0xffff);
  const code = { lower: 0, raise: 1, pulse: 2 }[action] | (fpgas ? 4 : 0);
  return commandWithoutReply(
    SCP_COMMAND.BMP_RESET,
    [((delayMillis << 16) | code) >>> 0, boardMask(boards), 0],
    "late",
    () => `BMP reset ${action} boards ${boards.join(", ")}`,
  );
}

/** Reads whole words of FPGA registers. */
export function readFpga(fpga: number, address: number, length: number): ScpCommand<Uint8Array> {
  inRange("FPGA words", length / 4, 1, SCP_DATA_MAX / 4);
  return {
    command: SCP_COMMAND.LINK_READ,
    arg1: inRange("FPGA register", address, 0, 0xffff_ffff),
    arg2: length,
    arg3: inRange("FPGA", fpga, 0, 2),
    data: NO_DATA,
    repeat: "again",
    minBody: length,
    maxBody: length,
    describe: () => `BMP read ${length} bytes of FPGA ${fpga} at ${hex(address)}`,
    readReply: (body) => body,
  };
}

export function writeFpga(fpga: number, address: number, data: Uint8Array): ScpCommand<void> {
  inRange("FPGA words", data.length / 4, 1, SCP_DATA_MAX / 4);
  return commandWithoutReply(
    SCP_COMMAND.LINK_WRITE,
    [inRange("FPGA register", address, 0, 0xffff_ffff), data.length, inRange("FPGA", fpga, 0, 2)],
    "again",
    () => `BMP write ${data.length} bytes of FPGA ${fpga} at ${hex(address)}`,
    { data },
  );
}

/** Sensors of a board. Undefined where nothing is fitted. */
export interface BoardStatus {
  /** 1.2 V rails a, b, c, volts. */
  readonly core12: readonly [number, number, number];
  /** 1.8 V rail, volts. */
  readonly rail18: number;
  /** 3.3 V rail, volts. */
  readonly rail33: number;
  /** Supply, nominally 12 V, volts. */
  readonly supply: number;
  /** Degrees Celsius. */
  readonly internalTemperatures: readonly (number | undefined)[];
  readonly externalTemperatures: readonly (number | undefined)[];
  /** Revolutions a minute. */
  readonly fans: readonly (number | undefined)[];
  /** Bit masks of sensors out of their limits. */
  readonly warning: number;
  readonly shutdown: number;
}

const STATUS_BYTES = 48;
const STATUS_INFO = 3;

export function boardStatus(): ScpCommand<BoardStatus> {
  return {
    command: SCP_COMMAND.BMP_INFO,
    arg1: STATUS_INFO,
    arg2: 0,
    arg3: 0,
    data: NO_DATA,
    repeat: "again",
    minBody: STATUS_BYTES,
    maxBody: STATUS_BYTES,
    describe: () => "BMP board status",
    readReply: readBoardStatus,
  };
}

/** Block of 48 bytes: u16 adc[8], s16 internal[4], external[4], fan[4], u32 warning, shutdown. */
export function readBoardStatus(body: Uint8Array): BoardStatus {
  const view = new DataView(body.buffer, body.byteOffset, STATUS_BYTES);
  const volts = (channel: number, fullScale: number): number => (view.getUint16(2 * channel, true) * fullScale) / 4096;
  const four = (at: number, missing: number, scale: number): (number | undefined)[] =>
    Array.from({ length: 4 }, (_, index) => {
      const value = view.getInt16(at + 2 * index, true);
      return value === missing ? undefined : value / scale;
    });
  return {
    core12: [volts(3, 2.5), volts(2, 2.5), volts(1, 2.5)],
    rail18: volts(4, 2.5),
    rail33: volts(6, 3.75),
    supply: volts(7, 15),
    internalTemperatures: four(16, -0x8000, 256),
    externalTemperatures: four(24, -0x8000, 256),
    fans: four(32, -1, 1),
    warning: wordAt(body, 40),
    shutdown: wordAt(body, 44),
  };
}

function boardMask(boards: readonly number[]): number {
  return boards.reduce((mask, board) => mask | (1 << inRange("board", board, 0, BMP_BOARDS - 1)), 0);
}

/**
 * Commands that ask what a chip is and how it fares: VER, INFO, LED, SROM, REMAP, SYNC.
 *
 * @see SpiNNakerManchester/spinnaker_tools `scamp/scamp-cmd.c` (cmd_ver, cmd_info, cmd_srom, cmd_remap)
 */
import { inRange } from "./errors.ts";
import { NO_DATA, SCP_DATA_MAX } from "./scp.ts";
import { SCP_COMMAND } from "./scp-codes.ts";
import { commandWithoutReply, hex, type ScpCommand, wordAt } from "./scp-command.ts";

/** What a monitor, SARK or BMP says it is. */
export interface Version {
  /** Chip of the answering core; undefined while the monitor is still setting the machine up. */
  readonly chip: { readonly x: number; readonly y: number } | undefined;
  readonly physicalCore: number;
  readonly virtualCore: number;
  /** Most SCP data bytes in a message. */
  readonly bufferBytes: number;
  /** Unix seconds. */
  readonly buildTime: number;
  /** `SC&MP`, `SARK`, `BC&MP`. */
  readonly name: string;
  /** `SpiNNaker`, `Spin5-BMP`. */
  readonly hardware: string;
  /** major, minor, patch. */
  readonly version: readonly [number, number, number];
  /** Free text after the version number, without the hyphen. */
  readonly label: string;
}

/** Asks for the version. Always answered by a living monitor; the first thing to send to a board. */
export function version(): ScpCommand<Version> {
  return {
    command: SCP_COMMAND.VER,
    arg1: 0,
    arg2: 0,
    arg3: 0,
    data: NO_DATA,
    repeat: "again",
    minBody: 12,
    maxBody: 12 + SCP_DATA_MAX,
    describe: () => "VER",
    readReply: readVersion,
  };
}

const NO_ADDRESS = 0xffff;
const VERSION_IN_TEXT = 0xffff;

/** Body of a VER reply, at least 12 bytes. */
export function readVersion(body: Uint8Array): Version {
  const where = wordAt(body, 0);
  const sizes = wordAt(body, 4);
  const texts = Buffer.from(body.buffer, body.byteOffset + 12, body.length - 12)
    .toString("latin1")
    .split("\0");
  const [name = "", hardware = ""] = splitAt(texts[0]!, "/");
  const number = sizes >>> 16;
  const [numbers, label] = splitAt(texts[1] ?? "", "-");
  const [major = 0, minor = 0, patch = 0] =
    number === VERSION_IN_TEXT
      ? numbers.split(".").map((part) => Number.parseInt(part, 10) || 0)
      : [Math.floor(number / 100), number % 100, 0];
  return {
    chip: where >>> 16 === NO_ADDRESS ? undefined : { x: where >>> 24, y: (where >>> 16) & 0xff },
    physicalCore: (where >>> 8) & 0xff,
    virtualCore: where & 0xff,
    bufferBytes: sizes & 0xffff,
    buildTime: wordAt(body, 8),
    name,
    hardware,
    version: [major, minor, patch],
    label,
  };
}

/** Body of a VER reply in the format used since 2.0. */
export function writeVersion(version: Version): Uint8Array {
  const label = version.label === "" ? "" : `-${version.label}`;
  const text = Buffer.from(`${version.name}/${version.hardware}\0${version.version.join(".")}${label}\0`, "latin1");
  inRange("VER text bytes", text.length, 0, SCP_DATA_MAX);
  const body = new Uint8Array(12 + text.length);
  const view = new DataView(body.buffer);
  const address = version.chip === undefined ? NO_ADDRESS : (version.chip.x << 8) | version.chip.y;
  view.setUint32(0, ((address << 16) | (version.physicalCore << 8) | version.virtualCore) >>> 0, true);
  view.setUint32(4, ((VERSION_IN_TEXT << 16) | version.bufferBytes) >>> 0, true);
  view.setUint32(8, version.buildTime, true);
  body.set(text, 12);
  return body;
}

/** Cores of a chip, working or not. */
export const CHIP_CORES = 18;

/** State of a chip as its monitor reports it. */
export interface ChipInfo {
  /** Number of working cores, the monitor included; they are the virtual cores 0 .. n-1. */
  readonly workingCores: number;
  /** Bit l set where link l works. */
  readonly links: number;
  /** Largest free block of multicast routing entries: 1023 when fresh. */
  readonly freeRouterEntries: number;
  readonly ethernetUp: boolean;
  /** Largest free block of SDRAM, bytes. */
  readonly freeSdram: number;
  /** Largest free block of SysRAM, bytes. */
  readonly freeSysRam: number;
  /** Uint8Array[18]: state of each virtual core ({@link CORE_STATE} numbers of `core-state.ts`). */
  readonly coreStates: Uint8Array;
  /** Ethernet chip of the board this chip sits on. */
  readonly ethernetChip: { readonly x: number; readonly y: number };
  /** Dotted address; `0.0.0.0` where there is no Ethernet. */
  readonly ipAddress: string;
  /** Link towards the root chip, 7 on the root itself, 6 for none; undefined from SCAMP before 3.4.1. */
  readonly parentLink: number | undefined;
}

export function chipInfo(): ScpCommand<ChipInfo> {
  return {
    command: SCP_COMMAND.INFO,
    arg1: 0,
    arg2: 0,
    arg3: 0,
    data: NO_DATA,
    repeat: "again",
    minBody: 36,
    maxBody: 38,
    describe: () => "INFO",
    readReply: readChipInfo,
  };
}

/** Body of an INFO reply, 36 or 38 bytes. */
export function readChipInfo(body: Uint8Array): ChipInfo {
  const flags = wordAt(body, 0);
  return {
    workingCores: flags & 0x1f,
    links: (flags >>> 8) & 0x3f,
    freeRouterEntries: (flags >>> 14) & 0x7ff,
    ethernetUp: ((flags >>> 25) & 1) === 1,
    freeSdram: wordAt(body, 4),
    freeSysRam: wordAt(body, 8),
    coreStates: body.slice(12, 12 + CHIP_CORES),
    ethernetChip: { y: body[30]!, x: body[31]! },
    ipAddress: body.subarray(32, 36).join("."),
    parentLink: body.length > 36 ? body[36]! : undefined,
  };
}

/** Body of an INFO reply: 38 bytes, or 36 when there is no parent link. */
export function writeChipInfo(info: ChipInfo): Uint8Array {
  const body = new Uint8Array(info.parentLink === undefined ? 36 : 38);
  const view = new DataView(body.buffer);
  const ethernet = info.ethernetUp ? 1 << 25 : 0;
  view.setUint32(0, info.workingCores | (info.links << 8) | (info.freeRouterEntries << 14) | ethernet, true);
  view.setUint32(4, info.freeSdram, true);
  view.setUint32(8, info.freeSysRam, true);
  body.set(info.coreStates, 12);
  body[30] = info.ethernetChip.y;
  body[31] = info.ethernetChip.x;
  body.set(info.ipAddress.split(".").map(Number), 32);
  if (info.parentLink !== undefined) body[36] = info.parentLink;
  return body;
}

/** What to do to an LED, by the two bits SCAMP uses. */
export const LED_ACTION = { none: 0, toggle: 1, off: 2, on: 3 } as const;

/** Acts on LEDs 0, 1, ...: one {@link LED_ACTION} each, at most 16. */
export function setLeds(actions: readonly number[]): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.LED,
    [ledWord(actions), 0, 0],
    actions.includes(LED_ACTION.toggle) ? "never" : "again",
    () => `LED ${actions.join(" ")}`,
  );
}

/** LED argument: two bits an LED, LED 0 in the lowest. */
export function ledWord(actions: readonly number[]): number {
  inRange("LED count", actions.length, 0, 16);
  return actions.reduce((word, action, led) => (word | (inRange("LED action", action, 0, 3) << (2 * led))) >>> 0, 0);
}

/** Reads the serial ROM of an Ethernet chip: 1 to 256 bytes. */
export function readSerialRom(address: number, length: number): ScpCommand<Uint8Array> {
  inRange("SROM address", address, 0, 0xff_ffff);
  inRange("SROM bytes", length, 1, SCP_DATA_MAX);
  const readCommand = 3;
  const commandBits = 32;
  return {
    command: SCP_COMMAND.SROM,
    arg1: (length << 16) | commandBits,
    arg2: (readCommand << 24) | address,
    arg3: 0,
    data: NO_DATA,
    repeat: "again",
    minBody: length,
    maxBody: length,
    describe: () => `SROM read ${length} bytes at ${hex(address)}`,
    readReply: (body) => body,
  };
}

/** Takes a core out of use and reboots all application cores of the chip. */
export function remapCore(core: number, numbering: "physical" | "virtual"): ScpCommand<void> {
  inRange("REMAP core", core, 0, CHIP_CORES - 1);
  return commandWithoutReply(
    SCP_COMMAND.REMAP,
    [core, numbering === "physical" ? 1 : 0, 0],
    "never",
    () => `REMAP ${numbering} core ${core}`,
  );
}

/** Turns the clock-drift beacon of the root chip (one multicast packet every 2 s) on or off. SCAMP 4. */
export function driftBeacon(on: boolean): ScpCommand<void> {
  return commandWithoutReply(SCP_COMMAND.SYNC, [on ? 1 : 0, 0, 0], "again", () => `SYNC ${on ? "on" : "off"}`);
}

/** Text before and after the first occurrence of `mark`; the second is empty when there is none. */
function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

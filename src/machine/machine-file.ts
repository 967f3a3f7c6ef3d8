import { duplicateKey } from "../duplicate-key.ts";
import { CORES_PER_CHIP, firstApplicationCores, MAX_SIDE } from "./describe-chips.ts";
import { MachineFileError } from "./errors.ts";
import { type Faults, withFaults } from "./faults.ts";
import { type GridShape, gridShape, LINK_NAMES } from "./geometry.ts";
import { JsonReader } from "./json-reader.ts";
import { type ChipCoord, type ChipIndex, chipCoord, LINK_COUNT, type Machine } from "./machine.ts";
import { gridMachine, machineOfSize, spin3, spin5 } from "./presets.ts";

/** First field of every machine file; a later, incompatible format gets another number. */
export const MACHINE_FILE_FORMAT = "spinloom-machine-1";

/**
 * A machine file: a base, and what differs from it. All fields but `format` and `base` may be left out.
 *
 * ```json
 * {
 *   "format": "spinloom-machine-1",
 *   "name": "bench 3",
 *   "base": "spin5",
 *   "defaults": { "applicationCores": 16, "sdramBytes": 117440512, "routerEntries": 1023 },
 *   "chips": [{ "x": 1, "y": 0, "applicationCores": [1, 2, 5], "ethernet": [0, 0] }],
 *   "deadChips": [[3, 3]],
 *   "deadCores": [[0, 1, 17]],
 *   "deadLinks": [[0, 0, "NE"]]
 * }
 * ```
 *
 * `base` is `spin3`, `spin5`, `WIDTHxHEIGHT`, or a full grid `{ "width", "height", "wrapX", "wrapY" }`.
 * `defaults` holds for every chip of the base, `chips` for one; `applicationCores` is a count there and a list here.
 */
interface MachineFile {
  format: typeof MACHINE_FILE_FORMAT;
  name: string;
  base: string | GridShape;
  defaults?: { sdramBytes?: number; routerEntries?: number };
  chips?: ChipException[];
  deadChips?: [number, number][];
  deadLinks?: [number, number, (typeof LINK_NAMES)[number]][];
}

interface ChipException {
  x: number;
  y: number;
  applicationCores?: number[];
  sdramBytes?: number;
  routerEntries?: number;
  ethernet?: [number, number];
}

/**
 * Reads a machine file.
 *
 * @param text the file's text
 * @param file what error messages call it
 * @throws {MachineFileError} not JSON, an unknown or missing field, a value out of range, a chip that does not exist
 */
export function parseMachineFile(text: string, file: string): Machine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : "unreadable";
    throw new MachineFileError(file, `not JSON: ${found}`, "Machine files are JSON.", { cause });
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) {
    throw new MachineFileError(`${file}: ${twice}`, "found a second time in its object", "Keep one of them.");
  }
  const root = new JsonReader(value, file);
  const fields = root.fields(["format", "base"], ["name", "defaults", "chips", "deadChips", "deadCores", "deadLinks"]);
  fields.format.oneOf([MACHINE_FILE_FORMAT]);
  const base = readBase(fields.base);
  const name = fields.name?.text() ?? (typeof fields.base.value === "string" ? fields.base.value : file);
  const machine = copyOf({ ...base, name });
  if (fields.defaults) applyDefaults(machine, fields.defaults);
  const ethernet = machine.ethernetChip;
  for (const chip of fields.chips?.items() ?? []) applyChip(machine, ethernet, chip);

  const at = (place: readonly JsonReader[]): ChipCoord => readCoord(machine, place);
  const faults: Faults = {
    chips: (fields.deadChips?.items() ?? []).map((chip) => at(chip.tuple(2))),
    cores: (fields.deadCores?.items() ?? []).map((entry) => {
      const parts = entry.tuple(3);
      return { ...at(parts), core: parts[2]!.integer(1, CORES_PER_CHIP - 1) };
    }),
    links: (fields.deadLinks?.items() ?? []).map((entry) => {
      const parts = entry.tuple(3);
      return { ...at(parts), link: LINK_NAMES.indexOf(parts[2]!.oneOf(LINK_NAMES)) };
    }),
  };
  return withFaults({ ...machine, ethernetChips: ethernetChipsOf(machine) }, faults);
}

/**
 * Writes a machine as a file that reads back as the same machine, as differences from the base that leaves fewest.
 */
export function formatMachineFile(machine: Machine): string {
  const shortest = basesFor(machine)
    .map((base) => differences(machine, base))
    .filter((file) => file !== undefined)
    .map((file) => JSON.stringify(file))
    .reduce((a, b) => (b.length < a.length ? b : a));
  return `${shortest}\n`;
}

function readBase(base: JsonReader): Machine {
  if (typeof base.value === "string") {
    const preset = machinePreset(base.value);
    if (preset) return preset;
    throw base.error(`"${base.value}"`, "Give spin3, spin5, WIDTHxHEIGHT or a grid.");
  }
  const { width, height, wrapX, wrapY } = base.fields(["width", "height"], ["wrapX", "wrapY"]);
  return gridMachine("grid", {
    width: width.integer(1, MAX_SIDE),
    height: height.integer(1, MAX_SIDE),
    wrapX: wrapX?.boolean() ?? false,
    wrapY: wrapY?.boolean() ?? false,
  });
}

/**
 * The machine a name or size stands for; undefined if it is neither.
 *
 * @throws {MachineSizeError} a size that no arrangement of boards has
 */
export function machinePreset(text: string): Machine | undefined {
  if (text === "spin3") return spin3();
  if (text === "spin5") return spin5();
  const size = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/.exec(text);
  return size ? machineOfSize(Number(size[1]), Number(size[2])) : undefined;
}

function copyOf(machine: Machine): Machine {
  return {
    ...machine,
    applicationCores: machine.applicationCores.slice(),
    sdramBytes: machine.sdramBytes.slice(),
    routerEntries: machine.routerEntries.slice(),
    ethernetChip: machine.ethernetChip.slice(),
  };
}

function applyDefaults(machine: Machine, defaults: JsonReader): void {
  const fields = defaults.fields([], ["applicationCores", "sdramBytes", "routerEntries"]);
  const cores = fields.applicationCores?.integer(0, CORES_PER_CHIP - 1);
  const sdram = fields.sdramBytes?.integer(0, 0xffff_ffff);
  const entries = fields.routerEntries?.integer(0, 1024);
  for (let chip = 0; chip < machine.alive.length; chip++) {
    if (!machine.alive[chip]) continue;
    if (cores !== undefined) machine.applicationCores[chip] = firstApplicationCores(cores);
    if (sdram !== undefined) machine.sdramBytes[chip] = sdram;
    if (entries !== undefined) machine.routerEntries[chip] = entries;
  }
}

function applyChip(machine: Machine, ethernet: Int32Array, chip: JsonReader): void {
  const fields = chip.fields(["x", "y"], ["applicationCores", "sdramBytes", "routerEntries", "ethernet"]);
  const { x, y } = readCoord(machine, [fields.x, fields.y]);
  const at = y * machine.width + x;
  if (!machine.alive[at]) throw chip.error(`chip (${x}, ${y})`, "The base has no chip there.");
  if (fields.applicationCores) {
    machine.applicationCores[at] = fields.applicationCores
      .items()
      .reduce((bits, core) => bits | (1 << core.integer(1, CORES_PER_CHIP - 1)), 0);
  }
  if (fields.sdramBytes) machine.sdramBytes[at] = fields.sdramBytes.integer(0, 0xffff_ffff);
  if (fields.routerEntries) machine.routerEntries[at] = fields.routerEntries.integer(0, 1024);
  if (fields.ethernet) {
    const to = readCoord(machine, fields.ethernet.tuple(2));
    ethernet[at] = to.y * machine.width + to.x;
  }
}

function readCoord(machine: Machine, [x, y]: readonly JsonReader[]): ChipCoord {
  return { x: x!.integer(0, machine.width - 1), y: y!.integer(0, machine.height - 1) };
}

function ethernetChipsOf(machine: Machine): ChipIndex[] {
  const named = new Set(machine.ethernetChip.filter((_, chip) => machine.alive[chip]));
  return [...named].filter((chip) => machine.alive[chip]).sort((a, b) => a - b) as ChipIndex[];
}

function basesFor(machine: Machine): readonly { readonly base: string | GridShape; readonly machine: Machine }[] {
  const shape = gridShape(machine);
  const { width, height } = machine;
  const bases: { base: string | GridShape; machine: Machine }[] = [{ base: shape, machine: gridMachine("", shape) }];
  const name = width === 2 && height === 2 ? "spin3" : width === 8 && height === 8 ? "spin5" : `${width}x${height}`;
  const side = (n: number): boolean => n >= 12 && (n % 12 === 0 || n % 12 === 4);
  if (name === "spin3" || name === "spin5" || (side(width) && side(height))) {
    bases.push({ base: name, machine: machinePreset(name)! });
  }
  return bases;
}

/** What a file on this base has to say; undefined where the base lacks a chip or link that the machine has. */
function differences(
  machine: Machine,
  { base, machine: model }: { readonly base: string | GridShape; readonly machine: Machine },
): MachineFile | undefined {
  const deadChips: [number, number][] = [];
  const deadLinks: [number, number, (typeof LINK_NAMES)[number]][] = [];
  const chips: ChipException[] = [];
  const sdramBytes = mostCommon(machine.sdramBytes, machine.alive);
  const routerEntries = mostCommon(machine.routerEntries, machine.alive);
  for (let chip = 0; chip < machine.alive.length; chip++) {
    const { x, y } = chipCoord(machine, chip);
    if (!machine.alive[chip]) {
      if (model.alive[chip]) deadChips.push([x, y]);
      continue;
    }
    if (!model.alive[chip]) return undefined;
    for (let link = 0; link < LINK_COUNT; link++) {
      const there = machine.neighbour[chip * LINK_COUNT + link]!;
      const modelled = model.neighbour[chip * LINK_COUNT + link]!;
      if (there >= 0 && there !== modelled) return undefined;
      const deadOnce = there < 0 && modelled >= 0 && machine.alive[modelled] && link < 3;
      if (deadOnce) deadLinks.push([x, y, LINK_NAMES[link]!]);
    }
    const differs: ChipException = { x, y };
    const cores = machine.applicationCores[chip]!;
    if (cores !== model.applicationCores[chip]) differs.applicationCores = coreNumbers(cores);
    if (machine.sdramBytes[chip] !== sdramBytes) differs.sdramBytes = machine.sdramBytes[chip]!;
    if (machine.routerEntries[chip] !== routerEntries) differs.routerEntries = machine.routerEntries[chip]!;
    if (machine.ethernetChip[chip] !== model.ethernetChip[chip]) {
      const ethernet = chipCoord(machine, machine.ethernetChip[chip]!);
      differs.ethernet = [ethernet.x, ethernet.y];
    }
    if (Object.keys(differs).length > 2) chips.push(differs);
  }
  return {
    format: MACHINE_FILE_FORMAT,
    name: machine.name,
    base,
    defaults: { sdramBytes, routerEntries },
    ...(chips.length > 0 && { chips }),
    ...(deadChips.length > 0 && { deadChips }),
    ...(deadLinks.length > 0 && { deadLinks }),
  };
}

function coreNumbers(bits: number): number[] {
  return Array.from({ length: CORES_PER_CHIP }, (_, core) => core).filter((core) => bits & (1 << core));
}

function mostCommon(values: Uint32Array | Uint16Array, alive: Uint8Array): number {
  const counts = new Map<number, number>();
  values.forEach((value, chip) => {
    if (alive[chip]) counts.set(value, (counts.get(value) ?? 0) + 1);
  });
  let best = 0;
  let bestCount = 0;
  for (const [value, count] of counts) if (count > bestCount) [best, bestCount] = [value, count];
  return best;
}

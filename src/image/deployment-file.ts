import { createRequire } from "node:module";
import { crc32 } from "node:zlib";
import type { Root, Type } from "protobufjs";
import { InputError } from "../errors.ts";
import { formatMachineFile, parseMachineFile } from "../machine/index.ts";
import type { Machine } from "../machine/machine.ts";
import type { RoutingTable } from "../mapper/netlist.ts";
import type { PopulationRole } from "../results/population-role.ts";
import type {
  DeployedCore,
  DeployedPhase,
  DeployedPopulation,
  Deployment,
  ParameterQuantisation,
  ProjectionQuantisation,
} from "./deployment.ts";
import { DEPLOYMENT_SCHEMA } from "./gen/deployment-schema.ts";
import { ImageView } from "./image-view.ts";

const MAGIC = "SPLMAPP1";
const HEADER_BYTES = 12;
/** Numbers of `Deployment.cores` and `Core.image` in proto/deployment.proto. */
const CORES_FIELD = 7;
const IMAGE_FIELD = 7;

/** A file that was to be a mapped network is none, or is damaged. */
export class DeploymentFileError extends InputError {
  readonly code = "BAD_DEPLOYMENT_FILE";

  constructor(file: string, found: string, remedy = "Map the network again with `spinloom map`.", cause?: unknown) {
    super(file, found, remedy, { cause });
  }
}

/** True if the bytes begin like a mapped network. */
export function isDeployment(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && new TextDecoder("latin1").decode(bytes.subarray(0, 7)) === MAGIC.slice(0, 7);
}

/** Equal deployments give equal bytes. */
export function writeDeployment(deployment: Deployment): Uint8Array {
  const pieces = deploymentPieces(deployment);
  const file = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

/**
 * The bytes of the file in pieces, images as they are: together they may be more than one array holds, and to let the
 * encoder gather them would copy them several times.
 */
export function deploymentPieces(deployment: Deployment): Uint8Array[] {
  const { cores, networkName, seed, timestepMicros, timeScale, machine, populations, ...rest } = toMessage(deployment);
  const body = [
    encoded("Deployment", { networkName, seed, timestepMicros, timeScale, machine, populations }),
    ...cores.flatMap(corePieces),
    encoded("Deployment", rest),
  ];
  const header = new Uint8Array(HEADER_BYTES);
  header.set(new TextEncoder().encode(MAGIC));
  new DataView(header.buffer).setUint32(
    8,
    body.reduce((crc, piece) => crc32(piece, crc), 0),
    true,
  );
  return [header, ...body];
}

/** Entry of `Deployment.cores`: its tag and length, what comes before the image, the image, and what comes after it. */
function corePieces({ image, totalBytes, ...place }: Message["cores"][number]): Uint8Array[] {
  const before = encoded("Core", place);
  const imageStart = delimited(IMAGE_FIELD, image.length);
  const after = encoded("Core", { totalBytes });
  const length = before.length + imageStart.length + image.length + after.length;
  return [Buffer.concat([delimited(CORES_FIELD, length), before, imageStart]), image, after];
}

/** Tag and length of a field that is a message or bytes, as protobuf writes them. */
function delimited(field: number, length: number): Uint8Array {
  return protobuf()
    .Writer.create()
    .uint32((field << 3) | 2)
    .uint32(length)
    .finish();
}

function encoded(message: "Deployment" | "Core", fields: Readonly<Record<string, unknown>>): Uint8Array {
  const type = messageType(message);
  return type.encode(type.fromObject(fields)).finish();
}

/**
 * @param file what error messages call it
 * @throws {DeploymentFileError} not a mapped network, another version, cut short, or damaged
 */
export function readDeployment(bytes: Uint8Array, file: string): Deployment {
  if (!isDeployment(bytes)) throw new DeploymentFileError(file, "this is not a mapped network");
  const version = String.fromCharCode(bytes[7]!);
  if (version !== MAGIC[7])
    throw new DeploymentFileError(file, `version ${version}, this program reads version ${MAGIC[7]}`);
  const body = bytes.subarray(HEADER_BYTES);
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (crc32(body) !== stored)
    throw new DeploymentFileError(file, "the checksum does not match: the file is cut short or damaged");
  try {
    const type = messageType("Deployment");
    const message = type.toObject(type.decode(body), { defaults: true }) as Message;
    return fromMessage(message, file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new DeploymentFileError(file, error instanceof Error ? error.message : String(error), undefined, error);
  }
}

let root: Root | undefined;

function messageType(name: "Deployment" | "Core"): Type {
  root ??= protobuf().Root.fromJSON(JSON.parse(DEPLOYMENT_SCHEMA));
  return root.lookupType(`spinloom.deployment.${name}`);
}

/** Loaded when the first file comes: protobufjs takes 20 ms to start. */
function protobuf(): typeof import("protobufjs") {
  return createRequire(import.meta.url)("protobufjs/light.js") as typeof import("protobufjs");
}

/** The message of proto/deployment.proto as protobufjs gives it. */
interface Message {
  readonly networkName: string;
  readonly seed: number;
  readonly timestepMicros: number;
  readonly timeScale: number;
  readonly machine: string;
  readonly populations: readonly {
    readonly name: string;
    readonly size: number;
    readonly cellType: string;
    readonly recordsSpikes: boolean;
    readonly role: PopulationRole;
    readonly signals: readonly {
      readonly variable: string;
      readonly unit: string;
      readonly intervalTicks: number;
      readonly neurons: Uint8Array;
      readonly scale: Uint8Array;
    }[];
  }[];
  readonly cores: readonly (Omit<DeployedCore, "image"> & { readonly image: Uint8Array })[];
  readonly tables: readonly { readonly chip: number; readonly entries: Uint8Array }[];
  readonly phases: readonly {
    readonly ticks: number;
    readonly phase: number;
    readonly patches: readonly { readonly core: number; readonly offset: number; readonly data: Uint8Array }[];
  }[];
  readonly ticksPerCut: number;
  readonly netlist: {
    readonly netSource: Uint8Array;
    readonly netSinkStart: Uint8Array;
    readonly netSinks: Uint8Array;
    readonly netWeight: Uint8Array;
    readonly key: Uint8Array;
    readonly mask: Uint8Array;
    readonly sdramBytes: Uint8Array;
    readonly pinnedChip: Uint8Array;
  };
  readonly synapses: number;
  readonly quantisation: readonly ProjectionQuantisation[];
  readonly parameterQuantisation: readonly ParameterQuantisation[];
}

function toMessage(d: Deployment): Message {
  return {
    networkName: d.networkName,
    seed: d.seed,
    timestepMicros: d.timestepMicros,
    timeScale: d.timeScale,
    machine: formatMachineFile(d.machine),
    populations: d.populations.map((p) => ({
      ...p,
      signals: p.signals.map((s) => ({
        ...s,
        neurons: s.neurons.length === p.size ? new Uint8Array(0) : bytesOf(s.neurons),
        scale: bytesOf(s.scale.every((v) => v === s.scale[0]) ? s.scale.subarray(0, 1) : s.scale),
      })),
    })),
    cores: d.cores,
    tables: d.tables.map((t) => ({ chip: t.chip, entries: bytesOf(interleave(t)) })),
    phases: d.phases.map((p) => ({
      ticks: p.ticks,
      phase: p.phase,
      patches: p.patches.flatMap((list, core) => list.map(({ offset, bytes }) => ({ core, offset, data: bytes }))),
    })),
    ticksPerCut: d.ticksPerCut,
    netlist: {
      netSource: bytesOf(d.netlist.netSource),
      netSinkStart: bytesOf(d.netlist.netSinkStart),
      netSinks: bytesOf(d.netlist.netSinks),
      netWeight: bytesOf(d.netlist.netWeight),
      key: bytesOf(d.keys.key),
      mask: bytesOf(d.keys.mask),
      sdramBytes: bytesOf(d.netlist.sdramBytes),
      pinnedChip: bytesOf(d.netlist.pinnedChip),
    },
    synapses: d.synapses,
    quantisation: d.quantisation,
    parameterQuantisation: d.parameterQuantisation,
  };
}

function fromMessage(m: Message, file: string): Deployment {
  const machine = parseMachineFile(m.machine, `${file}: machine`);
  const cores = m.cores.map((core, i) => checkedCore(core, machine, `${file}: cores[${i}]`));
  const netSource = int32(m.netlist.netSource);
  const deployment: Deployment = {
    networkName: m.networkName,
    seed: m.seed,
    timestepMicros: m.timestepMicros,
    timeScale: m.timeScale,
    machine,
    populations: m.populations.map(
      (p): DeployedPopulation => ({
        name: p.name,
        size: p.size,
        cellType: p.cellType,
        recordsSpikes: p.recordsSpikes,
        role: p.role,
        signals: p.signals.map((s) => {
          const neurons =
            s.neurons.length === 0 ? Uint32Array.from({ length: p.size }, (_, n) => n) : uint32(s.neurons);
          const scale = float64(s.scale);
          return {
            variable: s.variable,
            unit: s.unit,
            intervalTicks: s.intervalTicks,
            neurons,
            scale: scale.length === 1 ? new Float64Array(neurons.length).fill(scale[0]!) : scale,
          };
        }),
      }),
    ),
    cores,
    tables: m.tables.map((t) => deinterleave(t.chip, uint32(t.entries))),
    phases: m.phases.map((p): DeployedPhase => {
      const patches = cores.map((): { offset: number; bytes: Uint8Array }[] => []);
      for (const { core, offset, data } of p.patches) patches[core]!.push({ offset, bytes: data });
      return { ticks: p.ticks, phase: p.phase, patches };
    }),
    ticksPerCut: m.ticksPerCut,
    netlist: {
      vertexCount: cores.length,
      sdramBytes: uint32(m.netlist.sdramBytes),
      netCount: netSource.length,
      netSource,
      netSinkStart: int32(m.netlist.netSinkStart),
      netSinks: int32(m.netlist.netSinks),
      netWeight: float64(m.netlist.netWeight),
      pinnedChip: int32(m.netlist.pinnedChip),
      sameChipGroups: [],
      population: Int32Array.from(cores, (c) => c.population),
    },
    placement: { chip: Int32Array.from(cores, (c) => c.chip), core: Uint8Array.from(cores, (c) => c.core) },
    keys: { key: uint32(m.netlist.key), mask: uint32(m.netlist.mask) },
    synapses: m.synapses,
    quantisation: m.quantisation,
    parameterQuantisation: m.parameterQuantisation,
  };
  checkReferences(deployment, file);
  return deployment;
}

function checkedCore(core: DeployedCore, machine: Machine, place: string): DeployedCore {
  if (machine.alive[core.chip] !== 1)
    throw new DeploymentFileError(place, `chip ${core.chip} is not on machine ${machine.name}`);
  const image = Uint8Array.from(core.image);
  new ImageView(image);
  return { ...core, image };
}

/** Numbers that index other parts of the file do so within their bounds. */
function checkReferences({ cores, populations, netlist, keys, tables, machine }: Deployment, file: string): void {
  const check = (place: string, value: number, limit: number): void => {
    if (value < 0 || value >= limit) throw new DeploymentFileError(`${file}: ${place}`, `${value} of ${limit}`);
  };
  for (const core of cores) check("population of a core", core.population, populations.length);
  for (const vertex of netlist.netSource) check("source of a net", vertex, cores.length);
  for (const vertex of netlist.netSinks) check("sink of a net", vertex, cores.length);
  for (const at of netlist.netSinkStart) check("sinks of a net", at, netlist.netSinks.length + 1);
  for (const { chip } of tables) check("chip of a table", chip, machine.alive.length);
  const counts = [netlist.netSinkStart.length - 1, netlist.netWeight.length, keys.key.length, keys.mask.length];
  for (const count of counts) {
    if (count !== netlist.netCount)
      throw new DeploymentFileError(`${file}: netlist`, `${count} entries for ${netlist.netCount} nets`);
  }
}

function interleave({ key, mask, route }: RoutingTable): Uint32Array {
  const words = new Uint32Array(key.length * 3);
  for (let i = 0; i < key.length; i++) words.set([key[i]!, mask[i]!, route[i]!], i * 3);
  return words;
}

function deinterleave(chip: number, words: Uint32Array): RoutingTable {
  const column = (k: number): Uint32Array =>
    Uint32Array.from({ length: words.length / 3 }, (_, i) => words[i * 3 + k]!);
  return { chip, key: column(0), mask: column(1), route: column(2) };
}

function bytesOf(data: Uint32Array | Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function uint32(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(new Uint8Array(bytes).buffer);
}

function int32(bytes: Uint8Array): Int32Array {
  return new Int32Array(new Uint8Array(bytes).buffer);
}

function float64(bytes: Uint8Array): Float64Array {
  return new Float64Array(new Uint8Array(bytes).buffer);
}

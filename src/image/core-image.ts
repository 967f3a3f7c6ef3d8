import { BadImageError } from "./bad-image-error.ts";
import {
  CONFIG,
  CONFIG_NAMES,
  HEADER,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC,
  LAYOUT_HASH,
  LAYOUT_VERSION,
  NEURON_ALIGNMENT,
  PROVENANCE_NAMES,
  RECORDING,
  RECORDING_NAMES,
  REGION_ALIGNMENT,
  REGION_NAMES,
  REGION_TABLE_WORD,
  REGIONS,
  type RegionName,
  SOURCE_KEY,
  SOURCE_KEY_NAMES,
} from "./layout.ts";

export type ConfigName = (typeof CONFIG_NAMES)[number];
export type ProvenanceName = (typeof PROVENANCE_NAMES)[number];

/** What a core records of one variable. */
export interface RecordingDescriptor {
  readonly kind: number;
  readonly state: number;
  readonly intervalTicks: number;
  readonly sampleWords: number;
  /** Byte offset from the start of the image. */
  readonly buffer: number;
  readonly capacity: number;
  /** Neurons recorded, ascending, or undefined for all. */
  readonly columns?: Uint32Array;
}

/** A block of keys a core receives, with where its rows start. */
export interface SourceKey {
  readonly key: number;
  readonly mask: number;
  readonly firstRow: number;
  readonly neurons: number;
}

/** Everything a core needs, before it is laid out. All words; arrays of neurons have one word a neuron, unpadded. */
export interface CoreContent {
  readonly modelHash: number;
  readonly config: Readonly<Record<ConfigName, number>>;
  readonly params: readonly (number | Int32Array)[];
  readonly states: readonly (number | Int32Array)[];
  readonly tables: readonly Int32Array[];
  readonly matrix: SynapticMatrix;
  readonly spikeTimes: Uint32Array;
  readonly recordings: readonly Omit<RecordingDescriptor, "buffer">[];
}

/** The synapses onto a core: see layout.ts for the words. */
export interface SynapticMatrix {
  readonly sourceKeys: readonly SourceKey[];
  readonly rowStarts: Uint32Array;
  readonly rows: Uint32Array;
}

/** Room to leave for matrices of later phases, in words. */
export interface MatrixCapacity {
  readonly sourceKeys: number;
  readonly rowStarts: number;
  readonly rows: number;
}

/** A contiguous piece of an image to be rewritten. */
export interface ImagePatch {
  /** Bytes from the start of the image. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Lays a core's content out. The result is the part the host writes; `totalBytes` must be allocated. */
export function encodeImage(
  content: CoreContent,
  capacity: MatrixCapacity,
): { readonly bytes: Uint8Array; readonly totalBytes: number } {
  const { config } = content;
  const region = new Map<RegionName, Uint32Array>();
  region.set(
    "config",
    Uint32Array.from(CONFIG_NAMES, (name) => config[name] >>> 0),
  );
  region.set("params", encodeParams(content.params, config.stride));
  region.set("states", encodeStates(content.states, config.stride));
  region.set("tables", encodeTables(content.tables));
  region.set("sourceKeys", encodeSourceKeys(content.matrix.sourceKeys));
  region.set("rowStarts", content.matrix.rowStarts);
  region.set("rows", content.matrix.rows);
  region.set("spikeTimes", content.spikeTimes);
  region.set("provenance", new Uint32Array(PROVENANCE_NAMES.length));
  const recordings = encodeRecordings(content.recordings);
  region.set("recordings", recordings.words);
  const reserved: Partial<Record<RegionName, number>> = {
    sourceKeys: capacity.sourceKeys * SOURCE_KEY_NAMES.length,
    rowStarts: capacity.rowStarts,
    rows: capacity.rows,
  };

  const offsets = new Map<RegionName, number>();
  let end = IMAGE_HEADER_BYTES;
  for (const name of REGION_NAMES) {
    offsets.set(name, end);
    const bytes = name === "recordingData" ? 0 : Math.max(region.get(name)!.length, reserved[name] ?? 0) * 4;
    end = align(end + bytes);
  }
  const writtenBytes = end;
  const totalBytes = writtenBytes + recordings.bufferBytes;

  const words = new Uint32Array(writtenBytes / 4);
  words[HEADER.magic] = IMAGE_MAGIC;
  words[HEADER.version] = LAYOUT_VERSION;
  words[HEADER.layoutHash] = LAYOUT_HASH;
  words[HEADER.modelHash] = content.modelHash;
  words[HEADER.writtenBytes] = writtenBytes;
  words[HEADER.totalBytes] = totalBytes;
  REGION_NAMES.forEach((name, i) => {
    words[REGION_TABLE_WORD + 2 * i] = offsets.get(name)!;
    words[REGION_TABLE_WORD + 2 * i + 1] =
      name === "recordingData" ? recordings.bufferBytes : region.get(name)!.byteLength;
  });
  for (const [name, data] of region) words.set(data, offsets.get(name)! / 4);
  const buffersAt = offsets.get("recordingData")!;
  content.recordings.forEach((_, i) => {
    words[offsets.get("recordings")! / 4 + i * RECORDING_NAMES.length + RECORDING.buffer]! += buffersAt;
  });
  return { bytes: new Uint8Array(words.buffer), totalBytes };
}

/** The pieces of an image that change when its synapses do. */
export function matrixPatches(image: Uint8Array, matrix: SynapticMatrix): ImagePatch[] {
  const view = new ImageView(image);
  const patches: ImagePatch[] = [];
  const data: readonly (readonly [RegionName, Uint32Array])[] = [
    ["sourceKeys", encodeSourceKeys(matrix.sourceKeys)],
    ["rowStarts", matrix.rowStarts],
    ["rows", matrix.rows],
  ];
  for (const [name, words] of data) {
    const { offset } = view.region(name);
    const table = Uint32Array.of(offset, words.byteLength);
    patches.push({ offset: (REGION_TABLE_WORD + 2 * REGIONS[name]) * 4, bytes: new Uint8Array(table.buffer) });
    if (words.length > 0)
      patches.push({ offset, bytes: new Uint8Array(words.buffer, words.byteOffset, words.byteLength) });
  }
  const count = Uint32Array.of(matrix.sourceKeys.length);
  patches.push({ offset: view.configOffset("sourceKeys"), bytes: new Uint8Array(count.buffer) });
  return patches;
}

/**
 * Reads an image where it lies. The constructor checks everything a reader relies on, so that a damaged image is an
 * error that says what is wrong and never a read outside the image.
 */
export class ImageView {
  readonly words: Uint32Array;

  /** @param image the written part or all of an image, at an address that is a multiple of 4 */
  constructor(image: Uint8Array) {
    if (image.byteLength < IMAGE_HEADER_BYTES)
      throw new BadImageError(`${image.byteLength} bytes`, "a header is longer");
    const { buffer, byteOffset, byteLength } = image.byteOffset % 4 === 0 ? image : new Uint8Array(image);
    this.words = new Uint32Array(buffer, byteOffset, byteLength >>> 2);
    this.#checkHeader();
    for (const name of REGION_NAMES) this.#checkRegion(name);
    this.#checkCounts();
  }

  get modelHash(): number {
    return this.words[HEADER.modelHash]!;
  }

  get writtenBytes(): number {
    return this.words[HEADER.writtenBytes]!;
  }

  get totalBytes(): number {
    return this.words[HEADER.totalBytes]!;
  }

  region(name: RegionName): { readonly offset: number; readonly bytes: number } {
    const at = REGION_TABLE_WORD + 2 * REGIONS[name];
    return { offset: this.words[at]!, bytes: this.words[at + 1]! };
  }

  /** Words of a region the host wrote; a live view. */
  regionWords(name: Exclude<RegionName, "recordingData">): Uint32Array {
    const { offset, bytes } = this.region(name);
    return this.words.subarray(offset >>> 2, (offset + bytes) >>> 2);
  }

  config(name: ConfigName): number {
    return this.words[(this.region("config").offset >>> 2) + CONFIG[name]]!;
  }

  setConfig(name: ConfigName, value: number): void {
    this.words[(this.region("config").offset >>> 2) + CONFIG[name]] = value;
  }

  /** Byte offset of a configuration word from the start of the image. */
  configOffset(name: ConfigName): number {
    return this.region("config").offset + CONFIG[name] * 4;
  }

  /** Parameter k: its word, or one word a neuron (a live view, padded to the stride). */
  param(k: number): number | Uint32Array {
    const data = this.regionWords("params");
    const descriptor = data[k]!;
    const at = descriptor >>> 1;
    return (descriptor & 1) === 0 ? data[at]! : data.subarray(at, at + this.config("stride"));
  }

  /** State k, one word a neuron: a live view, padded to the stride. */
  state(k: number): Uint32Array {
    const stride = this.config("stride");
    return this.regionWords("states").subarray(k * stride, (k + 1) * stride);
  }

  table(k: number): Uint32Array {
    const data = this.regionWords("tables");
    const at = data[2 * k]!;
    return data.subarray(at, at + data[2 * k + 1]!);
  }

  sourceKey(k: number): SourceKey {
    const data = this.regionWords("sourceKeys");
    const at = k * SOURCE_KEY_NAMES.length;
    return {
      key: data[at + SOURCE_KEY.key]!,
      mask: data[at + SOURCE_KEY.mask]!,
      firstRow: data[at + SOURCE_KEY.firstRow]!,
      neurons: data[at + SOURCE_KEY.neurons]!,
    };
  }

  recording(k: number): RecordingDescriptor {
    const data = this.regionWords("recordings");
    const field = (f: number): number => data[k * RECORDING_NAMES.length + f]!;
    const columns = field(RECORDING.columns);
    return {
      kind: field(RECORDING.kind),
      state: field(RECORDING.state),
      intervalTicks: field(RECORDING.intervalTicks),
      sampleWords: field(RECORDING.sampleWords),
      buffer: field(RECORDING.buffer),
      capacity: field(RECORDING.capacity),
      ...(columns === 0 ? {} : { columns: data.slice(columns, columns + field(RECORDING.sampleWords)) }),
    };
  }

  /** Byte offset of a recording's count of samples from the start of the image. */
  samplesOffset(k: number): number {
    return this.region("recordings").offset + (k * RECORDING_NAMES.length + RECORDING.samples) * 4;
  }

  #checkHeader(): void {
    const { words } = this;
    if (words[HEADER.magic] !== IMAGE_MAGIC) {
      throw new BadImageError(`magic word 0x${words[HEADER.magic]!.toString(16)}`, "an image begins with SPLM");
    }
    if (words[HEADER.version] !== LAYOUT_VERSION || words[HEADER.layoutHash] !== LAYOUT_HASH) {
      throw new BadImageError(
        `layout version ${words[HEADER.version]}, hash 0x${words[HEADER.layoutHash]!.toString(16)}`,
        `this program reads version ${LAYOUT_VERSION}, hash 0x${LAYOUT_HASH.toString(16)}: map the network again`,
      );
    }
    if (this.writtenBytes > words.byteLength || this.writtenBytes > this.totalBytes) {
      throw new BadImageError(
        `${words.byteLength} bytes`,
        `the header says ${this.writtenBytes} of ${this.totalBytes}`,
      );
    }
  }

  #checkRegion(name: RegionName): void {
    const { offset, bytes } = this.region(name);
    const limit = name === "recordingData" ? this.totalBytes : this.writtenBytes;
    if (offset % REGION_ALIGNMENT !== 0 || bytes % 4 !== 0 || offset < IMAGE_HEADER_BYTES || offset + bytes > limit) {
      throw new BadImageError(`region ${name} at ${offset}, ${bytes} bytes`, `it must lie within ${limit} bytes`);
    }
  }

  #checkCounts(): void {
    const words = (name: Exclude<RegionName, "recordingData">): number => this.region(name).bytes >>> 2;
    const need = (what: string, condition: boolean): void => {
      if (!condition)
        throw new BadImageError(`region ${what} has other counts than the configuration`, "map the network again");
    };
    need("config", words("config") === CONFIG_NAMES.length);
    const [neurons, stride] = [this.config("neurons"), this.config("stride")];
    need("config", stride % NEURON_ALIGNMENT === 0 && neurons <= stride && stride < neurons + NEURON_ALIGNMENT);
    need("states", words("states") === this.config("states") * stride);
    need("provenance", words("provenance") === PROVENANCE_NAMES.length);
    const params = this.regionWords("params");
    for (let k = 0; k < this.config("params"); k++) {
      const descriptor = params[k] ?? 0;
      need("params", (descriptor >>> 1) + ((descriptor & 1) === 0 ? 1 : stride) <= params.length);
    }
    const tables = this.regionWords("tables");
    for (let k = 0; k < this.config("tables"); k++) {
      need("tables", 2 * k + 1 < tables.length && tables[2 * k]! + tables[2 * k + 1]! <= tables.length);
    }
    need("sourceKeys", words("sourceKeys") === this.config("sourceKeys") * SOURCE_KEY_NAMES.length);
    const starts = this.regionWords("rowStarts");
    const stages = this.config("delayStages");
    for (let k = 0; k < this.config("sourceKeys"); k++) {
      const source = this.sourceKey(k);
      need("rowStarts", source.firstRow + source.neurons * stages < starts.length);
    }
    for (let i = 1; i < starts.length; i++) need("rows", starts[i]! >= starts[i - 1]!);
    for (const start of starts) need("rows", start <= words("rows"));
    need("recordings", words("recordings") >= this.config("recordings") * RECORDING_NAMES.length);
    for (let k = 0; k < this.config("recordings"); k++) {
      const { buffer, capacity, sampleWords, intervalTicks, state, kind } = this.recording(k);
      const data = this.region("recordingData");
      need(
        "recordings",
        buffer >= data.offset && buffer + capacity * sampleWords * 4 <= data.offset + data.bytes && intervalTicks > 0,
      );
      need("recordings", kind === 0 || (kind === 1 && state < this.config("states")));
    }
  }
}

function encodeParams(params: readonly (number | Int32Array)[], stride: number): Uint32Array {
  const single = params.filter((p) => typeof p === "number").length;
  // Rows of neurons start at whole vectors.
  let row = alignWords(params.length + single);
  let word = params.length;
  const out = new Uint32Array(row + (params.length - single) * stride);
  params.forEach((value, k) => {
    if (typeof value === "number") {
      out[k] = word << 1;
      out[word++] = value;
    } else {
      out[k] = (row << 1) | 1;
      out.set(value, row);
      row += stride;
    }
  });
  return out;
}

function encodeStates(states: readonly (number | Int32Array)[], stride: number): Uint32Array {
  const out = new Uint32Array(states.length * stride);
  states.forEach((value, k) => {
    if (typeof value === "number") out.fill(value, k * stride, (k + 1) * stride);
    else out.set(value, k * stride);
  });
  return out;
}

function encodeTables(tables: readonly Int32Array[]): Uint32Array {
  let at = alignWords(2 * tables.length);
  const out = new Uint32Array(tables.reduce((sum, t) => sum + alignWords(t.length), at));
  tables.forEach((table, k) => {
    out[2 * k] = at;
    out[2 * k + 1] = table.length;
    out.set(table, at);
    at += alignWords(table.length);
  });
  return out;
}

function encodeSourceKeys(sources: readonly SourceKey[]): Uint32Array {
  const out = new Uint32Array(sources.length * SOURCE_KEY_NAMES.length);
  sources.forEach((source, k) => {
    out.set([source.key, source.mask, source.firstRow, source.neurons], k * SOURCE_KEY_NAMES.length);
  });
  return out;
}

/** Buffers are numbered from the start of recordingData here; {@link encodeImage} moves them. */
function encodeRecordings(recordings: CoreContent["recordings"]): { words: Uint32Array; bufferBytes: number } {
  const words: number[] = new Array(recordings.length * RECORDING_NAMES.length).fill(0);
  let bufferBytes = 0;
  recordings.forEach((r, k) => {
    const at = k * RECORDING_NAMES.length;
    words[at + RECORDING.kind] = r.kind;
    words[at + RECORDING.state] = r.state;
    words[at + RECORDING.intervalTicks] = r.intervalTicks;
    words[at + RECORDING.sampleWords] = r.sampleWords;
    words[at + RECORDING.buffer] = bufferBytes;
    words[at + RECORDING.capacity] = r.capacity;
    if (r.columns !== undefined) {
      words[at + RECORDING.columns] = words.length;
      words.push(...r.columns);
    }
    bufferBytes = align(bufferBytes + r.capacity * r.sampleWords * 4);
  });
  return { words: Uint32Array.from(words), bufferBytes };
}

function align(bytes: number): number {
  return Math.ceil(bytes / REGION_ALIGNMENT) * REGION_ALIGNMENT;
}

function alignWords(words: number): number {
  return Math.ceil(words / NEURON_ALIGNMENT) * NEURON_ALIGNMENT;
}

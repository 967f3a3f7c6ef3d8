import {
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
  type RegionName,
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

/** Region params: see layout.ts. */
export function encodeParams(params: readonly (number | Int32Array)[], stride: number): Uint32Array {
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

/** Words of region sourceKeys. */
export function encodeSourceKeys(sources: readonly SourceKey[]): Uint32Array {
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

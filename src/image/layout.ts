/**
 * The memory image of a core, defined once: the encoder, the decoder, the emulator and the kernel's C header all come
 * from here.
 *
 * An image lies in one SDRAM block, its address is in `vcpu.user0`. It is little-endian words: a header, a table of
 * regions, the regions. Offsets are bytes from the start of the image and multiples of {@link REGION_ALIGNMENT}. All
 * regions but the last are written by the host; `recordingData` is where the core writes what it records.
 */

/** "SPLM" in memory order. */
export const IMAGE_MAGIC = 0x4d4c_5053;
export const LAYOUT_VERSION = 1;
/** Regions begin at multiples of this, so that vectors of neurons are aligned wherever an image is copied to. */
export const REGION_ALIGNMENT = 16;
/** Arrays of one word a neuron are padded to whole vectors of this many neurons. */
export const NEURON_ALIGNMENT = 4;

type Fields<Names extends readonly string[]> = { readonly [Name in Names[number]]: number };

/** Numbers a list of words: the first name is word 0. */
function words<const Names extends readonly string[]>(names: Names): Fields<Names> {
  return Object.fromEntries(names.map((name, i) => [name, i])) as Fields<Names>;
}

export const HEADER_NAMES = [
  "magic",
  "version",
  /** Hash of this file's field lists: host and kernel must have been built from the same layout. */
  "layoutHash",
  /** Hash of the model's expressions: which kernel binary understands the image. */
  "modelHash",
  /** Bytes the host writes, and bytes to allocate. */
  "writtenBytes",
  "totalBytes",
  "reserved0",
  "reserved1",
] as const;
export const HEADER: Fields<typeof HEADER_NAMES> = words(HEADER_NAMES);

/** After the header comes, for each region in this order, its byte offset and its bytes in use. */
export const REGION_NAMES = [
  "config",
  "params",
  "states",
  "tables",
  "sourceKeys",
  "rowStarts",
  "rows",
  "spikeTimes",
  "recordings",
  "provenance",
  "recordingData",
] as const;
export type RegionName = (typeof REGION_NAMES)[number];
export const REGIONS: Fields<typeof REGION_NAMES> = words(REGION_NAMES);
export const REGION_TABLE_WORD: number = HEADER_NAMES.length;
export const IMAGE_HEADER_BYTES: number =
  Math.ceil(((HEADER_NAMES.length + 2 * REGION_NAMES.length) * 4) / REGION_ALIGNMENT) * REGION_ALIGNMENT;

export const CONFIG_NAMES = [
  /** What runs here: see {@link CORE_KINDS}. */
  "kind",
  "neurons",
  /** Neurons rounded up to {@link NEURON_ALIGNMENT}: words of each row of params and states. */
  "stride",
  /** Index of neuron 0 within its population. */
  "firstIndex",
  "timestepMicros",
  /** Hardware microseconds of a tick: the timestep times the time-scale factor. */
  "timerMicros",
  "substeps",
  "receptors",
  "states",
  "params",
  "tables",
  /** Widths of the fields of a synaptic word below the 16 bits of weight, from bit 0: neuron, receptor, delay. */
  "neuronBits",
  "receptorBits",
  "delayBits",
  /** A row is cut into this many stages; stage s is added s * (2^delayBits - 1) ticks after the spike. */
  "delayStages",
  /** Most words of one row. */
  "longestRow",
  /** Packets are `key | neuron << colourBits | tick mod 2^colourBits`; mask has zeros in the varying bits. */
  "key",
  "keyMask",
  "colourBits",
  /** First tick not to be run: written by the host before each SYNC. */
  "runUntil",
  /** Next tick to run: written by the core when it pauses. */
  "tick",
  "spikePlanes",
  "sourceKeys",
  "recordings",
] as const;
export const CONFIG: Fields<typeof CONFIG_NAMES> = words(CONFIG_NAMES);

export const CORE_KINDS = { model: 0, spikeSourceArray: 1 } as const;

/**
 * Params: one word a parameter, `wordOffset << 1 | onePerNeuron` (offset from the start of the region), then the data.
 * States: `states` rows of `stride` words.
 * Tables: for each its word offset (from the start of the region) and its words, then the data.
 */

/** One block of keys the core receives, in ascending key order. */
export const SOURCE_KEY_NAMES = [
  "key",
  "mask",
  /** Word of rowStarts that belongs to neuron 0, stage 0 of this source. */
  "firstRow",
  "neurons",
] as const;
export const SOURCE_KEY: Fields<typeof SOURCE_KEY_NAMES> = words(SOURCE_KEY_NAMES);

/**
 * Row starts: for each source `neurons * delayStages + 1` words; the row of neuron n, stage s is the words
 * `[start[firstRow + n * delayStages + s], start[... + 1])` of region rows.
 * Rows: synaptic words, `weight << 16 | delay << (receptorBits + neuronBits) | receptor << neuronBits | neuron`, with the
 * delay within the stage, 1 to 2^delayBits - 1.
 * Spike times (kind spikeSourceArray): events of two words, tick and neuron, ascending.
 */

export const RECORDING_NAMES = [
  /** See {@link RECORDING_KINDS}. */
  "kind",
  /** Index of the recorded state. */
  "state",
  "intervalTicks",
  /** Words of one sample: columns of states; planes * ceil(neurons / 32) for spikes. */
  "sampleWords",
  /** Byte offset of the buffer from the start of the image, and the samples it can hold. */
  "buffer",
  "capacity",
  /** Samples in the buffer: written by the core when it pauses, cleared by the host when it has read them. */
  "samples",
  /** Word of region recordings where the list of recorded neurons begins, or 0 when all are recorded. */
  "columns",
] as const;
export const RECORDING: Fields<typeof RECORDING_NAMES> = words(RECORDING_NAMES);
/** Spikes: bit n of plane p is set when neuron n sent more than p packets. States: one word a column. */
export const RECORDING_KINDS = { spikes: 0, state: 1 } as const;

export const PROVENANCE_NAMES = [
  "ticks",
  "packetsSent",
  "packetsReceived",
  /** Synaptic events added to the ring buffer. */
  "synapticEvents",
  /** Values clamped to the range of their format. */
  "saturations",
  /** Packets whose slot had already been consumed. */
  "latePackets",
  /** Packets lost because a queue was full. */
  "droppedPackets",
  /** Packets with a key the core does not know. */
  "unknownKeys",
  /** Ticks that were not finished when the next began. */
  "overruns",
  /** Cycles of 5 ns: most in one tick, sum over all ticks (low and high word), and the tick of the most. */
  "worstCycles",
  "totalCyclesLow",
  "totalCyclesHigh",
  "worstTick",
  "deepestQueue",
  "dmaCyclesLow",
  "dmaCyclesHigh",
] as const;
export const PROVENANCE: Fields<typeof PROVENANCE_NAMES> = words(PROVENANCE_NAMES);

/** FNV-1a over UTF-16 code units, 32 bits. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Hash of everything above that host and kernel must agree on. */
export const LAYOUT_HASH: number = textHash(
  [HEADER_NAMES, REGION_NAMES, CONFIG_NAMES, SOURCE_KEY_NAMES, RECORDING_NAMES, PROVENANCE_NAMES]
    .map((names) => names.join(","))
    .join(";"),
);

import { BadImageError } from "./bad-image-error.ts";
import type { ConfigName, RecordingDescriptor, SourceKey } from "./core-image.ts";
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
    need("config", neurons > 0 && neurons <= stride && stride < neurons + NEURON_ALIGNMENT);
    need("config", stride % NEURON_ALIGNMENT === 0);
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

/**
 * `results.pb` as bytes: written whole or piece by piece, read back with every piece checked.
 *
 * @see proto/results.proto for the layout
 */
import { crc32 } from "node:zlib";
import { Reader, Writer } from "protobufjs/minimal.js";
import { InputError, SpinloomError } from "../errors.ts";
import type { Results } from "./results.ts";
import { planOf, type RecordingPlan, ResultsAssembler } from "./results-assembler.ts";
import {
  NotResultsError,
  RESULTS_VERSION,
  ResultsCorruptError,
  ResultsTruncatedError,
  ResultsVersionError,
} from "./results-file-errors.ts";
import {
  DELIMITED,
  decodeBlock,
  decodeEnd,
  decodeHeader,
  encodeBlock,
  encodeEnd,
  encodeHeader,
  FIXED32,
  fieldTag,
  MalformedMessage,
  type ResultsBlock,
  VARINT,
} from "./results-messages.ts";

/** "SLRS" as a little-endian word. */
const MAGIC = 0x5352_4c53;

const TAG = {
  MAGIC: fieldTag(1, FIXED32),
  VERSION: fieldTag(2, VARINT),
  HEADER: fieldTag(3, DELIMITED),
  HEADER_CRC: fieldTag(4, FIXED32),
  BLOCK: fieldTag(5, DELIMITED),
  BLOCK_CRC: fieldTag(6, FIXED32),
  END: fieldTag(7, DELIMITED),
} as const;

/** Spikes and words a block of a finished file holds at most: 4 MiB each. */
const SPIKES_PER_BLOCK = 1 << 19;
const WORDS_PER_BLOCK = 1 << 20;

/** Beginning of a file: everything before the first block. */
export function resultsFileStart(plan: RecordingPlan): Uint8Array {
  const header = encodeHeader(plan);
  return Writer.create()
    .uint32(TAG.MAGIC)
    .fixed32(MAGIC)
    .uint32(TAG.VERSION)
    .uint32(RESULTS_VERSION)
    .uint32(TAG.HEADER)
    .bytes(header)
    .uint32(TAG.HEADER_CRC)
    .fixed32(crc32(header))
    .finish();
}

/** One block with its checksum, to be appended. */
export function resultsFileBlock(block: ResultsBlock): Uint8Array {
  const message = encodeBlock(block);
  return Writer.create().uint32(TAG.BLOCK).bytes(message).uint32(TAG.BLOCK_CRC).fixed32(crc32(message)).finish();
}

/** End mark of a finished run. */
export function resultsFileEnd(ticks: number, blocks: number): Uint8Array {
  return Writer.create().uint32(TAG.END).bytes(encodeEnd(ticks, blocks)).finish();
}

/** A finished file in pieces of a few megabytes. Equal results give equal bytes. */
export function* resultsFileChunks(results: Results): Generator<Uint8Array, undefined, undefined> {
  yield resultsFileStart(planOf(results));
  let blocks = 0;
  for (const block of blocksOf(results)) {
    yield resultsFileBlock(block);
    blocks++;
  }
  yield resultsFileEnd(results.ticks, blocks);
  return undefined;
}

/** A finished file in one piece. */
export function encodeResults(results: Results): Uint8Array {
  return Buffer.concat([...resultsFileChunks(results)]);
}

function* blocksOf(results: Results): Generator<ResultsBlock, undefined, undefined> {
  yield { kind: "stretch", endTick: results.ticks };
  for (const [population, { spikes, signals }] of results.populations.entries()) {
    for (let from = 0; spikes !== undefined && from < spikes.tick.length; from += SPIKES_PER_BLOCK) {
      const to = from + SPIKES_PER_BLOCK;
      const tick = spikes.tick.subarray(from, to);
      yield { kind: "spikes", population, tick, neuron: spikes.neuron.subarray(from, to) };
    }
    for (const [signal, { neurons, words }] of signals.entries()) {
      const columns = neurons.length;
      if (columns === 0) continue;
      const samplesPerBlock = Math.max(1, Math.floor(WORDS_PER_BLOCK / columns));
      for (let firstSample = 0; firstSample * columns < words.length; firstSample += samplesPerBlock) {
        const part = words.subarray(firstSample * columns, (firstSample + samplesPerBlock) * columns);
        yield { kind: "samples", population, signal, firstSample, firstColumn: 0, columns, words: part };
      }
    }
  }
  return undefined;
}

/**
 * Reads a finished file.
 *
 * @param file name for error messages
 */
export function decodeResults(bytes: Uint8Array, file: string): Results {
  const { assembler, complete, end } = readFile(bytes, file);
  if (!complete) throw new ResultsTruncatedError(file, end, assembler.ticks);
  try {
    return assembler.finish();
  } catch (cause) {
    throw corruptFrom(cause, file, end);
  }
}

/** What could be read of a run that broke off, or of a file that lost its tail. */
export interface RecoveredResults {
  /** All spikes found; signals as far as all their neurons' samples are there. */
  readonly results: Results;
  /** True when the file is whole. */
  readonly complete: boolean;
}

/**
 * Reads as much of a file as is whole. A cut-off tail is left out; a damaged piece before it is still an error.
 *
 * @param file name for error messages
 */
export function recoverResults(bytes: Uint8Array, file: string): RecoveredResults {
  const { assembler, complete } = readFile(bytes, file);
  return { results: assembler.soFar(), complete };
}

interface FileContent {
  readonly assembler: ResultsAssembler;
  /** Was the end mark there? */
  readonly complete: boolean;
  /** Where reading stopped. */
  readonly end: number;
}

function readFile(bytes: Uint8Array, file: string): FileContent {
  const reader = Reader.create(bytes);
  const assembler = new ResultsAssembler(readStart(reader, bytes, file));
  let blocks = 0;
  for (;;) {
    const start = reader.pos;
    try {
      if (reader.pos === reader.len) return { assembler, complete: false, end: start };
      const tag = reader.uint32();
      if (tag === TAG.END) {
        checkEnd(reader, assembler, blocks);
        return { assembler, complete: true, end: start };
      }
      if (tag !== TAG.BLOCK) throw new MalformedMessage(`a tag that begins no block: 0x${tag.toString(16)}`);
      const message = reader.bytes();
      const checksumTag = reader.uint32();
      const checksum = reader.fixed32();
      if (checksumTag !== TAG.BLOCK_CRC || checksum !== crc32(message)) {
        throw new MalformedMessage(`block ${blocks} does not match its checksum`);
      }
      addBlock(assembler, decodeBlock(message));
      blocks++;
    } catch (cause) {
      if (cause instanceof RangeError) return { assembler, complete: false, end: start };
      throw corruptFrom(cause, file, start);
    }
  }
}

function readStart(reader: Reader, bytes: Uint8Array, file: string): RecordingPlan {
  if (bytes.length < 5 || reader.uint32() !== TAG.MAGIC || reader.fixed32() !== MAGIC) throw new NotResultsError(file);
  try {
    if (reader.uint32() !== TAG.VERSION) throw new MalformedMessage("no version");
    const version = reader.uint32();
    if (version !== RESULTS_VERSION) throw new ResultsVersionError(file, version);
    if (reader.uint32() !== TAG.HEADER) throw new MalformedMessage("no header");
    const header = reader.bytes();
    if (reader.uint32() !== TAG.HEADER_CRC || reader.fixed32() !== crc32(header)) {
      throw new MalformedMessage("the header does not match its checksum");
    }
    return decodeHeader(header);
  } catch (cause) {
    if (cause instanceof RangeError) throw new ResultsTruncatedError(file, bytes.length, 0);
    throw corruptFrom(cause, file, 0);
  }
}

function addBlock(assembler: ResultsAssembler, block: ResultsBlock): void {
  switch (block.kind) {
    case "stretch":
      assembler.runTo(block.endTick);
      break;
    case "spikes":
      assembler.addSpikes(block);
      break;
    case "samples":
      assembler.addSamples(block);
      break;
  }
}

function checkEnd(reader: Reader, assembler: ResultsAssembler, blocks: number): void {
  const end = decodeEnd(reader.bytes());
  if (reader.pos !== reader.len) throw new MalformedMessage(`${reader.len - reader.pos} bytes after the end mark`);
  if (end.blocks !== blocks || end.ticks !== assembler.ticks) {
    const found = `${blocks} blocks and ${assembler.ticks} ticks`;
    throw new MalformedMessage(`${found} before an end mark for ${end.blocks} and ${end.ticks}`);
  }
}

/** Damage in words a reader understands; rejections that say more pass as they are. */
function corruptFrom(cause: unknown, file: string, byte: number): unknown {
  if (cause instanceof InputError) return cause;
  // protobufjs throws a plain Error for a varint that does not end.
  if (cause instanceof MalformedMessage || (cause as object).constructor === Error)
    return new ResultsCorruptError(file, byte, (cause as Error).message, { cause });
  if (cause instanceof SpinloomError) {
    return new ResultsCorruptError(file, byte, `${cause.place}: ${cause.found}`, { cause });
  }
  return cause;
}

/**
 * Goes through the bytes of a `results.pb`, checks every piece of it, and hands on its blocks one at a time.
 *
 * @see proto/results.proto for the layout
 */
import { crc32 } from "node:zlib";
import { Reader } from "protobufjs/minimal.js";
import { InputError, SpinloomError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { RecordingPlan } from "./recording-plan.ts";
import {
  NotResultsError,
  RESULTS_VERSION,
  ResultsCorruptError,
  ResultsTruncatedError,
  ResultsVersionError,
} from "./results-file-errors.ts";
import {
  type BlockView,
  DELIMITED,
  decodeEnd,
  decodeHeader,
  FIXED32,
  fieldTag,
  MalformedMessage,
  VARINT,
  viewBlock,
} from "./results-messages.ts";

/** "SLRS" as a little-endian word. */
export const MAGIC = 0x5352_4c53;

/** What stands before each field of the file. */
export const TAG: Readonly<Record<FieldName, number>> = {
  MAGIC: fieldTag(1, FIXED32),
  VERSION: fieldTag(2, VARINT),
  HEADER: fieldTag(3, DELIMITED),
  HEADER_CRC: fieldTag(4, FIXED32),
  BLOCK: fieldTag(5, DELIMITED),
  BLOCK_CRC: fieldTag(6, FIXED32),
  END: fieldTag(7, DELIMITED),
};

type FieldName = "MAGIC" | "VERSION" | "HEADER" | "HEADER_CRC" | "BLOCK" | "BLOCK_CRC" | "END";

/** Takes the blocks of a file in its order. */
export interface BlockTaker {
  /** Ticks run as far as the blocks say. */
  readonly ticks: number;
  /** @param offset byte of the file at which the block's message begins */
  add(view: BlockView, message: Uint8Array, offset: number): void;
}

export interface ScannedFile<T> {
  readonly taker: T;
  /** Was the end mark there? */
  readonly complete: boolean;
  /** Byte at which reading stopped: the end mark, or the first piece that is cut off. */
  readonly end: number;
}

/**
 * @param file name for error messages
 * @param takerOf makes what takes the blocks of a run as planned
 * @throws {NotResultsError | ResultsVersionError | ResultsCorruptError} a tail that is cut off is no error
 */
export function scanResults<T extends BlockTaker>(
  source: ByteSource,
  file: string,
  takerOf: (plan: RecordingPlan) => T,
): ScannedFile<T> {
  const reader = new SourceReader(source);
  const taker = takerOf(readStart(reader, source, file));
  let blocks = 0;
  for (;;) {
    const start = reader.position;
    try {
      if (start === source.length) return { taker, complete: false, end: start };
      const tag = reader.varint();
      if (tag === TAG.END) {
        const end = decodeEnd(reader.bytes());
        const rest = source.length - reader.position;
        if (rest > 0) throw new MalformedMessage(`${rest} bytes after the end mark`);
        if (end.blocks !== blocks || end.ticks !== taker.ticks) {
          const found = `${blocks} blocks and ${taker.ticks} ticks`;
          throw new MalformedMessage(`${found} before an end mark for ${end.blocks} and ${end.ticks}`);
        }
        return { taker, complete: true, end: start };
      }
      if (tag !== TAG.BLOCK) throw new MalformedMessage(`a tag that begins no block: 0x${tag.toString(16)}`);
      const message = reader.bytes();
      const offset = reader.position - message.length;
      const checksumTag = reader.varint();
      const checksum = reader.fixed32();
      if (checksumTag !== TAG.BLOCK_CRC || checksum !== crc32(message)) {
        throw new MalformedMessage(`block ${blocks} does not match its checksum`);
      }
      taker.add(viewBlock(message), message, offset);
      blocks++;
    } catch (cause) {
      if (cause instanceof RangeError) return { taker, complete: false, end: start };
      throw corruptFrom(cause, file, start);
    }
  }
}

function readStart(reader: SourceReader, source: ByteSource, file: string): RecordingPlan {
  try {
    if (source.read(0, 1)[0] !== TAG.MAGIC || reader.varint() !== TAG.MAGIC || reader.fixed32() !== MAGIC)
      throw new NotResultsError(file);
  } catch (cause) {
    throw cause instanceof RangeError ? new NotResultsError(file) : cause;
  }
  try {
    if (reader.varint() !== TAG.VERSION) throw new MalformedMessage("no version");
    const version = reader.varint();
    if (version !== RESULTS_VERSION) throw new ResultsVersionError(file, version);
    if (reader.varint() !== TAG.HEADER) throw new MalformedMessage("no header");
    const header = reader.bytes();
    if (reader.varint() !== TAG.HEADER_CRC || reader.fixed32() !== crc32(header)) {
      throw new MalformedMessage("the header does not match its checksum");
    }
    return decodeHeader(header);
  } catch (cause) {
    if (cause instanceof RangeError) throw new ResultsTruncatedError(file, source.length, 0);
    throw corruptFrom(cause, file, 0);
  }
}

/** Longest varint. */
const VARINT_BYTES = 10;

/** Reads a source from its beginning, value by value. Every method throws a RangeError where the source ends before. */
class SourceReader {
  readonly #source: ByteSource;
  position = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  varint(): number {
    const left = this.#source.length - this.position;
    const reader = Reader.create(this.#source.read(this.position, Math.min(VARINT_BYTES, left)));
    const value = reader.uint32();
    this.position += reader.pos;
    return value;
  }

  fixed32(): number {
    return Reader.create(this.#take(4)).fixed32();
  }

  bytes(): Uint8Array {
    return this.#take(this.varint());
  }

  #take(length: number): Uint8Array {
    const bytes = this.#source.read(this.position, length);
    this.position += length;
    return bytes;
  }
}

/** Damage in words a reader understands; rejections that say more pass as they are. */
export function corruptFrom(cause: unknown, file: string, byte: number): unknown {
  if (cause instanceof InputError) return cause;
  // protobufjs throws a plain Error for a varint that does not end.
  if (cause instanceof MalformedMessage || (cause as object).constructor === Error)
    return new ResultsCorruptError(file, byte, (cause as Error).message, { cause });
  if (cause instanceof SpinloomError) {
    return new ResultsCorruptError(file, byte, `${cause.place}: ${cause.found}`, { cause });
  }
  return cause;
}

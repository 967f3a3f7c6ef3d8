/**
 * EIEIO command messages: the handshake between a tool-chain and external programs, and the buffering of long inputs and
 * outputs. Header u16: bits 15:14 = 01, the rest is the command. Little-endian.
 *
 * @see SpiNNakerManchester/SpiNNMan `spinnman/messages/eieio/command_messages`
 */
import { DatagramError, inRange } from "./errors.ts";

export const EIEIO_COMMAND = {
  database: 1,
  padding: 2,
  eventStop: 3,
  stopRequests: 4,
  startRequests: 5,
  requestBuffers: 6,
  sequencedData: 7,
  requestRead: 8,
  dataRead: 9,
  stopPause: 10,
  startResume: 11,
  dataReadAck: 12,
} as const;

const COMMAND_MARK = 0x4000;
const COMMAND_MAX = 0x3fff;
const HEADER_BYTES = 2;

export interface EieioCommand {
  /** 0 to 16383; {@link EIEIO_COMMAND} names the known ones. */
  readonly command: number;
  readonly body: Uint8Array;
}

export function encodeEieioCommand(message: EieioCommand): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + message.body.length);
  const header = COMMAND_MARK | inRange("EIEIO command", message.command, 0, COMMAND_MAX);
  new DataView(bytes.buffer).setUint16(0, header, true);
  bytes.set(message.body, HEADER_BYTES);
  return bytes;
}

/** @throws {DatagramError} data, or no header */
export function decodeEieioCommand(bytes: Uint8Array): EieioCommand {
  if (!isEieioCommand(bytes))
    throw new DatagramError("EIEIO message", `${bytes.length} bytes of no command`, "Bits 15:14 of a command are 01.");
  return { command: (bytes[0]! | (bytes[1]! << 8)) & COMMAND_MAX, body: bytes.subarray(HEADER_BYTES) };
}

export function isEieioCommand(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && (bytes[1]! & 0xc0) === 0x40;
}

/** Longest path that a database notice carries, characters. */
export const DATABASE_PATH_MAX = 50_000;

/** Tool-chain to program: where the database is. The answer is any EIEIO message, by custom this one without a path. */
export function databaseNotice(path: string): Uint8Array {
  inRange("characters of a database path", path.length, 0, DATABASE_PATH_MAX);
  return encodeEieioCommand({ command: EIEIO_COMMAND.database, body: Buffer.from(path, "utf8") });
}

/** A core as buffering commands name it: y, x, then the core in the upper five bits of a byte. */
export interface BufferedCore {
  readonly x: number;
  readonly y: number;
  readonly core: number;
}

/** A core has room for more input. */
export interface BufferRequest extends BufferedCore {
  readonly region: number;
  readonly sequence: number;
  /** Bytes. */
  readonly space: number;
}

export function encodeBufferRequest(request: BufferRequest): Uint8Array {
  const body = new Uint8Array(10);
  putCore(body, request, 0);
  body[4] = inRange("EIEIO region", request.region, 0, 255);
  body[5] = inRange("EIEIO sequence", request.sequence, 0, 255);
  new DataView(body.buffer).setUint32(6, request.space, true);
  return encodeEieioCommand({ command: EIEIO_COMMAND.requestBuffers, body });
}

export function decodeBufferRequest(bytes: Uint8Array): BufferRequest {
  const body = bodyOf(bytes, EIEIO_COMMAND.requestBuffers, 10);
  return {
    ...coreAt(body),
    region: body.getUint8(4),
    sequence: body.getUint8(5),
    space: body.getUint32(6, true),
  };
}

/** Input for a region: an EIEIO data message with a number that tells repetitions apart. */
export interface SequencedData {
  readonly region: number;
  readonly sequence: number;
  readonly message: Uint8Array;
}

export function encodeSequencedData(data: SequencedData): Uint8Array {
  const body = new Uint8Array(2 + data.message.length);
  body[0] = inRange("EIEIO region", data.region, 0, 255);
  body[1] = inRange("EIEIO sequence", data.sequence, 0, 255);
  body.set(data.message, 2);
  return encodeEieioCommand({ command: EIEIO_COMMAND.sequencedData, body });
}

export function decodeSequencedData(bytes: Uint8Array): SequencedData {
  const body = bodyOf(bytes, EIEIO_COMMAND.sequencedData, 2);
  return { region: body.getUint8(0), sequence: body.getUint8(1), message: bytes.subarray(HEADER_BYTES + 2) };
}

/** Output that waits to be read: at most seven pieces. */
export interface ReadRequest extends BufferedCore {
  readonly sequence: number;
  readonly pieces: readonly {
    readonly channel: number;
    readonly region: number;
    readonly address: number;
    readonly length: number;
  }[];
}

/** The first piece follows the sequence number at once, the others two bytes of padding each. */
const FIRST_PIECE = 4;
const READ_PIECE_BYTES = 12;
const PIECES_MAX = 7;

export function encodeReadRequest(request: ReadRequest): Uint8Array {
  const count = inRange("EIEIO pieces", request.pieces.length, 0, PIECES_MAX);
  const body = new Uint8Array(FIRST_PIECE + (count === 0 ? 0 : count * READ_PIECE_BYTES - 2));
  const view = new DataView(body.buffer);
  putCore(body, request, count);
  body[3] = inRange("EIEIO sequence", request.sequence, 0, 255);
  request.pieces.forEach((piece, index) => {
    const at = FIRST_PIECE + index * READ_PIECE_BYTES;
    body[at] = inRange("EIEIO channel", piece.channel, 0, 255);
    body[at + 1] = inRange("EIEIO region", piece.region, 0, 255);
    view.setUint32(at + 2, piece.address, true);
    view.setUint32(at + 6, piece.length, true);
  });
  return encodeEieioCommand({ command: EIEIO_COMMAND.requestRead, body });
}

export function decodeReadRequest(bytes: Uint8Array): ReadRequest {
  const count = bodyOf(bytes, EIEIO_COMMAND.requestRead, FIRST_PIECE).getUint8(2) & PIECES_MAX;
  const body = bodyOf(bytes, EIEIO_COMMAND.requestRead, FIRST_PIECE + (count === 0 ? 0 : count * READ_PIECE_BYTES - 2));
  const pieces = Array.from({ length: count }, (_, index) => {
    const at = FIRST_PIECE + index * READ_PIECE_BYTES;
    return {
      channel: body.getUint8(at),
      region: body.getUint8(at + 1),
      address: body.getUint32(at + 2, true),
      length: body.getUint32(at + 6, true),
    };
  });
  return { ...coreAt(body), sequence: body.getUint8(3), pieces };
}

/** What a host has read, so that the core may use the space again: at most seven pieces. */
export interface ReadReport {
  readonly sequence: number;
  readonly pieces: readonly { readonly channel: number; readonly region: number; readonly space: number }[];
}

const REPORT_PIECE_BYTES = 8;

export function encodeReadReport(report: ReadReport): Uint8Array {
  const count = inRange("EIEIO pieces", report.pieces.length, 0, PIECES_MAX);
  const body = new Uint8Array(2 + count * REPORT_PIECE_BYTES);
  const view = new DataView(body.buffer);
  body[0] = count;
  body[1] = inRange("EIEIO sequence", report.sequence, 0, 255);
  report.pieces.forEach((piece, index) => {
    const at = 4 + index * REPORT_PIECE_BYTES;
    body[at] = inRange("EIEIO channel", piece.channel, 0, 255);
    body[at + 1] = inRange("EIEIO region", piece.region, 0, 255);
    view.setUint32(at + 2, piece.space, true);
  });
  return encodeEieioCommand({ command: EIEIO_COMMAND.dataRead, body });
}

export function decodeReadReport(bytes: Uint8Array): ReadReport {
  const count = bodyOf(bytes, EIEIO_COMMAND.dataRead, 2).getUint8(0) & PIECES_MAX;
  const body = bodyOf(bytes, EIEIO_COMMAND.dataRead, 2 + count * REPORT_PIECE_BYTES);
  const pieces = Array.from({ length: count }, (_, index) => {
    const at = 4 + index * REPORT_PIECE_BYTES;
    return {
      channel: body.getUint8(at),
      region: body.getUint8(at + 1),
      space: body.getUint32(at + 2, true),
    };
  });
  return { sequence: body.getUint8(1), pieces };
}

function bodyOf(bytes: Uint8Array, command: number, least: number): DataView {
  const message = decodeEieioCommand(bytes);
  if (message.command !== command || message.body.length < least)
    throw new DatagramError(
      "EIEIO command",
      `command ${message.command} with ${message.body.length} bytes`,
      `Command ${command} with at least ${least} was expected.`,
    );
  return new DataView(message.body.buffer, message.body.byteOffset, message.body.length);
}

/** Bytes 0 to 2: y, x, core << 3 | low bits. */
function putCore(body: Uint8Array, place: BufferedCore, low: number): void {
  body[0] = inRange("chip y", place.y, 0, 255);
  body[1] = inRange("chip x", place.x, 0, 255);
  body[2] = (inRange("core", place.core, 0, 31) << 3) | low;
}

function coreAt(body: DataView): BufferedCore {
  return { y: body.getUint8(0), x: body.getUint8(1), core: body.getUint8(2) >>> 3 };
}

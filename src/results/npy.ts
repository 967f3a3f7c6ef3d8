/**
 * NumPy's array files: `.npy` holds one array, `.npz` several under names.
 *
 * @see NEP 1, "A simple file format for NumPy arrays"; .npz is a zip archive of .npy files, here stored uncompressed
 */
import { crc32 } from "node:zlib";
import { SpinloomError } from "../errors.ts";
import { wordBytes } from "./word-bytes.ts";

/** An array for NumPy: its numbers in C order, whole or in pieces, and its shape, e.g. `[samples, columns]`. */
export interface NpyArray {
  readonly data: NpyNumbers | NpyPieces;
  readonly shape: readonly number[];
}

export type NpyNumbers = Uint16Array | Int32Array | Uint32Array | Float64Array;

/** Numbers of one type that are gone through twice: once for their checksum, once to be written. */
export interface NpyPieces {
  readonly type: "<u2" | "<i4" | "<u4" | "<f8";
  pieces(): Iterable<NpyNumbers>;
}

/** Data begins at a multiple of this many bytes, as NumPy asks for memory mapping. */
const ALIGNMENT = 64;
/** Magic string, version 1.0, length of the header. */
const PREAMBLE_BYTES = 10;

/** Everything of a .npy file before the numbers. */
export function npyHeader({ data, shape }: NpyArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const description = `{'descr': '${descriptor(data)}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((PREAMBLE_BYTES + description.length + 1) / ALIGNMENT) * ALIGNMENT - PREAMBLE_BYTES;
  const header = Buffer.alloc(PREAMBLE_BYTES + length, " ");
  header.write("\x93NUMPY\x01\x00", 0, "latin1");
  header.writeUInt16LE(length, 8);
  header.write(description, PREAMBLE_BYTES, "latin1");
  header.write("\n", PREAMBLE_BYTES + length - 1, "latin1");
  return header;
}

function descriptor(data: NpyArray["data"]): NpyPieces["type"] {
  if ("type" in data) return data.type;
  if (data instanceof Float64Array) return "<f8";
  if (data instanceof Int32Array) return "<i4";
  return data instanceof Uint16Array ? "<u2" : "<u4";
}

/** A file beyond the 4 GiB that an archive without 64-bit extension can hold. */
export class NpzTooLargeError extends SpinloomError {
  readonly code = "NPZ_TOO_LARGE";

  constructor(name: string) {
    super(`${name} in an .npz file`, "it would end beyond 4 GiB", "Read results.pb instead, or record less.");
  }
}

/**
 * A .npz file piece by piece. Names must be distinct; `numpy.load(file)[name]` finds them again.
 * The same arrays give the same bytes: entries carry the zip format's first date, 1 January 1980.
 */
export function* npzChunks(
  arrays: Iterable<readonly [name: string, array: NpyArray]>,
): Generator<Uint8Array, undefined, undefined> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, array] of arrays) {
    const header = npyHeader(array);
    let size = header.length;
    let checksum = crc32(header);
    for (const numbers of piecesOf(array)) {
      size += numbers.length;
      checksum = crc32(numbers, checksum);
    }
    const entry: ZipEntry = { name: Buffer.from(`${name}.npy`, "utf8"), checksum, size };
    if (offset + size >= 0xffff_0000) throw new NpzTooLargeError(name);
    const local = localHeader(entry);
    yield local;
    yield header;
    yield* piecesOf(array);
    directory.push(directoryEntry(entry, offset));
    offset += local.length + size;
  }
  yield* directory;
  yield directoryEnd(directory, offset);
  return undefined;
}

function* piecesOf({ data }: NpyArray): Generator<Uint8Array, undefined, undefined> {
  if ("type" in data) for (const numbers of data.pieces()) yield wordBytes(numbers);
  else yield wordBytes(data);
  return undefined;
}

interface ZipEntry {
  readonly name: Uint8Array;
  readonly checksum: number;
  readonly size: number;
}

/** Fields that an entry's local header and its line in the directory share, from "version needed" on. */
function sharedFields({ name, checksum, size }: ZipEntry): Uint8Array {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x0800, 2); // names are UTF-8
  fields.writeUInt16LE((1 << 5) | 1, 8); // 1 January 1980
  fields.writeUInt32LE(checksum, 10);
  fields.writeUInt32LE(size, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function localHeader(entry: ZipEntry): Uint8Array {
  return Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), sharedFields(entry), entry.name]);
}

function directoryEntry(entry: ZipEntry, offset: number): Uint8Array {
  const madeBy = Buffer.from([20, 0]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), madeBy, sharedFields(entry), rest, entry.name]);
}

function directoryEnd(directory: readonly Uint8Array[], offset: number): Uint8Array {
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return end;
}

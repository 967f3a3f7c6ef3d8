/** Words of files are little-endian; on the usual computers that is how typed arrays lie in memory. */

type Words = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The words as little-endian bytes: a view where possible, not a copy. */
export function wordBytes(words: Words): Uint8Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return IS_LITTLE_ENDIAN ? bytes : swapped(bytes, words.BYTES_PER_ELEMENT);
}

/** Little-endian bytes as 32-bit words: a copy, aligned. A rest of fewer than 4 bytes is left out. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(aligned(bytes.subarray(0, bytes.length & ~3), 4));
}

/** Little-endian bytes as doubles: a copy, aligned. A rest of fewer than 8 bytes is left out. */
export function doublesOf(bytes: Uint8Array): Float64Array {
  return new Float64Array(aligned(bytes.subarray(0, bytes.length & ~7), 8));
}

/** A memory of its own for the bytes. Not by `slice`, which in a Buffer copies nothing. */
function aligned(bytes: Uint8Array, width: number): ArrayBuffer {
  return IS_LITTLE_ENDIAN ? new Uint8Array(bytes).buffer : swapped(bytes, width).buffer;
}

function swapped(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes[i - (i % width) + (width - 1 - (i % width))]!;
  return result;
}

/** Words of files are little-endian; on the usual computers that is how typed arrays lie in memory. */

type Words = Uint16Array | Int32Array | Uint32Array | Float64Array;

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The words as little-endian bytes: a view where possible, not a copy. */
export function wordBytes(words: Words): Uint8Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return IS_LITTLE_ENDIAN ? bytes : swapped(bytes, words.BYTES_PER_ELEMENT);
}

/** Little-endian bytes as 32-bit words: a copy, aligned. A rest of fewer than 4 bytes is left out. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const copy = bytes.slice(0, bytes.length & ~3);
  return new Uint32Array((IS_LITTLE_ENDIAN ? copy : swapped(copy, 4)).buffer);
}

/** Little-endian bytes as doubles: a copy, aligned. */
export function doublesOf(bytes: Uint8Array): Float64Array {
  const copy = bytes.slice(0, bytes.length & ~7);
  return new Float64Array((IS_LITTLE_ENDIAN ? copy : swapped(copy, 8)).buffer);
}

function swapped(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes[i - (i % width) + (width - 1 - (i % width))]!;
  return result;
}

/** Smallest static ARM executables: segments and an entry point, nothing else. */

const HEADER_BYTES = 52;
const SEGMENT_HEADER_BYTES = 32;

export interface Segment {
  /** Address in the program's memory; a multiple of 4096 keeps loaders content. */
  readonly address: number;
  readonly contents: Uint8Array;
  /** Size in memory; what `contents` does not fill is zero. */
  readonly bytes: number;
}

/** @see Tool Interface Standard, Executable and Linking Format 1.2, part 1 */
export function writeElf(entry: number, segments: readonly Segment[]): Uint8Array {
  const align = 4096;
  const places: number[] = [];
  let end = align;
  for (const { contents } of segments) {
    places.push(end);
    end += Math.ceil(contents.length / align) * align;
  }
  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true); // executable
  view.setUint16(18, 40, true); // ARM
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, HEADER_BYTES, true);
  view.setUint32(36, 0x0500_0000, true); // EABI version 5
  view.setUint16(40, HEADER_BYTES, true);
  view.setUint16(42, SEGMENT_HEADER_BYTES, true);
  view.setUint16(44, segments.length, true);
  segments.forEach(({ address, contents, bytes }, i) => {
    const at = HEADER_BYTES + i * SEGMENT_HEADER_BYTES;
    const fields = [1, places[i]!, address, address, contents.length, bytes, 7, align];
    fields.forEach((value, k) => {
      view.setUint32(at + 4 * k, value, true);
    });
    file.set(contents, places[i]!);
  });
  return file;
}

/**
 * An APLX file: a list of what the loader on the chip does, then the bytes it copies (spinnaker_tools `tools/mkaplx`).
 *
 * The list is four entries of four words: copy the code to ITCM 0, the variables to DTCM, clear what follows them, enter
 * at 0. Offsets of copies count from the entry itself.
 */

const [RELATIVE_COPY, FILL, EXECUTE] = [2, 3, 4];
const ENTRY_BYTES = 16;
const HEADER_BYTES = 4 * ENTRY_BYTES;
const DTCM_BASE = 0x0040_0000;
/** The loader works in bursts of this many bytes, so a copy of nothing would overwrite something. */
const BURST_BYTES = 32;

/** @param zeroBytes of DTCM after the data, to be cleared */
export function aplxFile(code: Uint8Array, data: Uint8Array, zeroBytes: number): Uint8Array {
  const [codeRoom, dataRoom] = [roundUp(code.length), roundUp(data.length)];
  // What the last burst of the data overwrites is cleared after it; the order of the list is the order of doing.
  const words = Uint32Array.of(
    ...[RELATIVE_COPY, 0, HEADER_BYTES, codeRoom],
    ...[RELATIVE_COPY, DTCM_BASE, HEADER_BYTES + codeRoom - ENTRY_BYTES, dataRoom],
    ...[FILL, DTCM_BASE + data.length, roundUp(zeroBytes), 0],
    ...[EXECUTE, 0, 0, 0],
  );
  const file = new Uint8Array(HEADER_BYTES + codeRoom + dataRoom);
  file.set(new Uint8Array(words.buffer));
  file.set(code, HEADER_BYTES);
  file.set(data, HEADER_BYTES + codeRoom);
  return file;
}

function roundUp(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BURST_BYTES)) * BURST_BYTES;
}

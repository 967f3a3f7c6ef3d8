/** Size of SCAMP 4.0.0's image. */
const BYTES = 29_868;
/** `mcr p15, 0, r0, c7, c0, 4; b .-4`: sleep, and again. */
const SLEEP = [0xee07_0f90, 0xeaff_fffd];
/** Operations of the list. */
const [RELATIVE_COPY, EXECUTE] = [2, 4];

/** A boot image of ours: all that hosts look at, and a program that does nothing for ever. */
export function idleBootImage(): Uint8Array {
  const image = new Uint8Array(BYTES).map((_, at) => at & 0xff);
  const words = new DataView(image.buffer);
  SLEEP.forEach((word, n) => {
    words.setUint32(4 * n, word, true);
  });
  words.setUint32(0x10, 0x0040_8080, true);
  const list = [
    [RELATIVE_COPY, 0xf500_7f00, 0x180 - 0x80, 0x80],
    [EXECUTE, 0, 0, 0],
    [0, 0, 0, 0],
  ];
  list.flat().forEach((word, n) => {
    words.setUint32(0x80 + 4 * n, word, true);
  });
  return image;
}

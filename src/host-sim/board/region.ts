/**
 * Region words of SC&MP up to 3.4.1: `base_x << 24 | base_y << 16 | level << 16 | mask16`. At level L = 0 to 3 the bits
 * of the mask are the 4 × 4 squares of 2^(6 - 2L) chips a side that lie in the base's square.
 */

/** Does a region word select a chip? */
export function regionHolds(region: number, x: number, y: number): boolean {
  return (
    (region ^ regionOf(x, y, (region >>> 16) & 3)) >>> 16 === 0 &&
    (region & regionOf(x, y, (region >>> 16) & 3) & 0xffff) !== 0
  );
}

/** The region word of the square at `level` that holds one chip. */
export function regionOf(x: number, y: number, level: number): number {
  const shift = 6 - 2 * level;
  const below = ~((4 << shift) - 1);
  const bit = ((x >>> shift) & 3) + 4 * ((y >>> shift) & 3);
  return (((x & below & 255) << 24) | ((y & below & 255) << 16) | (level << 16) | (1 << bit)) >>> 0;
}

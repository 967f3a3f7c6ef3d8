/** Neurons `[lo .. hi)` of a population: what one core runs. */
export interface Slice {
  readonly population: number;
  readonly lo: number;
  readonly hi: number;
}

/**
 * Splits each population into the fewest slices that respect its limit, as evenly as possible: sizes differ by one at
 * most. Slices of a population are consecutive.
 *
 * @param limits most neurons a core of each population, at least 1
 */
export function partition(sizes: readonly number[], limits: readonly number[]): Slice[] {
  const slices: Slice[] = [];
  sizes.forEach((size, population) => {
    const count = Math.ceil(size / limits[population]!);
    for (let k = 0; k < count; k++) {
      slices.push({ population, lo: Math.floor((k * size) / count), hi: Math.floor(((k + 1) * size) / count) });
    }
  });
  return slices;
}

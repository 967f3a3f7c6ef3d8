/**
 * What a random number is for. Streams with different purposes, indices or variables never share a block, so adding a
 * draw in one place changes nothing anywhere else.
 */
export interface Stream {
  /** Second key word of the generator: purpose in the top 8 bits, index of the population or projection below. */
  readonly id: number;
  /** Last counter word: which variable of that population or projection. */
  readonly variable: number;
}

/** The numbers are part of every result ever made: never renumber, only add. */
export const PURPOSES = {
  connectivity: 1,
  weight: 2,
  delay: 3,
  parameter: 4,
  initial: 5,
  poisson: 6,
  position: 7,
  currentNoise: 8,
} as const;

export type Purpose = keyof typeof PURPOSES;

/**
 * @param index population or projection, below 2^24
 * @param variable name of a parameter or state variable, where the purpose has several
 */
export function stream(purpose: Purpose, index: number, variable = ""): Stream {
  return { id: ((PURPOSES[purpose] << 24) | index) >>> 0, variable: fnv1a(variable) };
}

/** FNV-1a hash, 32 bits, of the name's UTF-16 code units (PyNN names are ASCII). */
function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * The synapses of one projection, row by row in pre index order; within a row by ascending post index.
 *
 * Indices are those of the whole pre and post populations, also when the projection connects views.
 */
export interface Connectivity {
  readonly preSize: number;
  readonly postSize: number;
  /** Uint32Array[preSize + 1]: row of pre neuron i is `[rowStart[i] .. rowStart[i + 1])`. */
  readonly rowStart: Uint32Array;
  /** Post neuron of each synapse; the narrowest type that holds postSize. */
  readonly post: Uint16Array | Uint32Array;
  /** User units, signed as the user gave it; a single number when all are equal. */
  readonly weight: number | Float32Array;
  /** Whole ticks, at least 1; a single number when all are equal. */
  readonly delayTicks: number | Uint16Array;
}

/**
 * What an update function reads of the cells it is called for, as words at the address it is given. The cells are a core's,
 * or those of several cores that are computed alike and lie side by side. Addresses are bytes in the shared memory and
 * multiples of 16 where vectors live.
 */
export const CORE_WORDS = {
  /** Bytes of one word for each of the cells, see {@link rowBytes}, and bytes from one such row to the next. */
  bytes: 0,
  strideBytes: 1,
  /** Index of the first neuron within its population, and within all neurons of the engine. */
  firstIndex: 2,
  firstSource: 3,
  substeps: 4,
  /** Rows of the states. */
  states: 5,
  /** Rows of the parameters one a neuron, in the order of the function's `perNeuron`. */
  perNeuron: 6,
  /** One word for every parameter of the model, in the model's order; those one a neuron are ignored. */
  shared: 7,
  /** Byte offset of the inputs within a ring-buffer slot: a row for each receptor. */
  ringOffset: 8,
  /** {@link OCTET_WORDS} of every eight neurons. */
  octets: 9,
  /** Address the recorded states are stored to, in the order of the function's `recorded`: room for eighteen. */
  records: 10,
  /** A vector for each of those at once, to the function's own use. */
  lanes: 28,
} as const;

/**
 * What is to be known of eight neurons, which are of one core, when one of them spikes or saturates. As many bytes as a
 * row has for them.
 */
export const OCTET_WORDS = {
  /** Bits of those that are neurons; the others are there to fill the eight. */
  neurons: 0,
  /** Address of their core's saturation counter. */
  saturations: 1,
  /** Bytes of a tick of the spike record, 0 if there is none, and of one plane's row of bits. */
  spikeSampleBytes: 2,
  spikePlaneBytes: 3,
  /** Address of their byte of the first plane in tick 0, whether the record has that tick or not: sums wrap. */
  spikeRecord: 4,
} as const;

/** Neurons of a vector, and vectors that are worked on at once: as many neurons as a byte of a spike record has. */
export const LANES = 4;
export const VECTORS = 2;

/** Neurons that are worked on at once, and bytes of a word for each. */
export const OCTET: number = LANES * VECTORS;
export const OCTET_BYTES: number = OCTET * 4;

export const CORE_BLOCK_WORDS: number = CORE_WORDS.lanes + OCTET;

/** Bytes of one word for each of a core's neurons: whole octets. */
export function rowBytes(neurons: number): number {
  return Math.ceil(neurons / OCTET) * OCTET_BYTES;
}

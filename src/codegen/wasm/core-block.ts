/**
 * What a core's update function reads, as words at the address it is given. Addresses are bytes in the shared memory and
 * multiples of 16 where vectors live.
 */
export const CORE_WORDS = {
  /** Neurons, and the bytes of one word a neuron, see {@link rowBytes}. */
  neurons: 0,
  strideBytes: 1,
  /** Index of neuron 0 within its population, and within all neurons of the engine. */
  firstIndex: 2,
  firstSource: 3,
  substeps: 4,
  /** States one after another, each strideBytes long. */
  states: 5,
  /** Parameters one a neuron, in the order of the function's `perNeuron`, each strideBytes long. */
  perNeuron: 6,
  /** One word for every parameter of the model, in the model's order; those one a neuron are ignored. */
  shared: 7,
  /** Saturation counter, one word. */
  saturations: 8,
  /** Byte offset of the core's inputs within a ring-buffer slot: receptor after receptor, strideBytes each. */
  ringOffset: 9,
  /** Address of the spike record's first tick or 0, bytes of a tick, bytes of one plane's row of bits. */
  spikeRecord: 10,
  spikeSampleBytes: 11,
  spikePlaneBytes: 12,
  /** Tick the record begins with. */
  recordStart: 13,
  /** Address the recorded states are stored to, in the order of the function's `recorded`: room for eighteen. */
  records: 14,
  /** A vector for each of those at once, to the function's own use. */
  lanes: 32,
} as const;

/** Neurons of a vector, and vectors that are worked on at once: as many neurons as a byte of a spike record has. */
export const LANES = 4;
export const VECTORS = 2;

/** Words of one core's block. */
export const CORE_BLOCK_WORDS: number = CORE_WORDS.lanes + LANES * VECTORS;

/** Bytes of one word a neuron: as many words as are worked on at once, or a multiple. */
export function rowBytes(neurons: number): number {
  return Math.ceil(neurons / (LANES * VECTORS)) * LANES * VECTORS * 4;
}

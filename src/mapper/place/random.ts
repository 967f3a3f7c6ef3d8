/** Numbers in [0, 1) that hang on the seed alone: a xorshift generator of 32 bits of state, fit for shuffling. */
export function randomNumbers(seed: number): () => number {
  let bits = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  return () => {
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    return (bits >>> 0) / 4294967296;
  };
}

/**
 * The Mersenne Twister of Matsumoto and Nishimura (ACM TOMACS 8, 1998), seeded and read as numpy's `RandomState` does,
 * so that what braintools draws can be drawn again bit for bit. Everything of our own is drawn by Philox instead.
 */
const N = 624;
const M = 397;
const UPPER = 0x8000_0000;
const LOWER = 0x7fff_ffff;
const TWIST = 0x9908_b0df;

export class Mt19937 {
  private readonly state = new Uint32Array(N);
  private next = N;

  /** @param seed 32 bits: `init_genrand`, which is what numpy does with an integer seed */
  constructor(seed: number) {
    const { state } = this;
    state[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < N - M; i++) state[i] = state[i + M]! ^ mixed(state[i]!, state[i + 1]!);
    for (let i = N - M; i < N - 1; i++) state[i] = state[i + M - N]! ^ mixed(state[i]!, state[i + 1]!);
    state[N - 1] = state[M - 1]! ^ mixed(state[N - 1]!, state[0]!);
    this.next = 0;
  }

  /** 32 random bits. */
  word(): number {
    if (this.next === N) this.twist();
    let y = this.state[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** `RandomState.random_sample`: 53 bits, in [0, 1). */
  randomSample(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  /** Passes over so many samples. */
  skip(samples: number): void {
    for (let left = samples * 2; left > 0; ) {
      if (this.next === N) this.twist();
      const step = Math.min(left, N - this.next);
      this.next += step;
      left -= step;
    }
  }
}

/** Top bit of one word and the rest of the next, times the twist matrix. */
function mixed(word: number, following: number): number {
  const y = (word & UPPER) | (following & LOWER);
  return (y >>> 1) ^ (-(y & 1) & TWIST);
}

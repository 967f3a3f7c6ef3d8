/**
 * Point-to-point table: three bits for each of the 65536 chips, eight entries in a word (SpiNNaker datasheet §10.5).
 */

export const P2P_WORDS = 8192;
const WORD_MASK = 0xff_ffff;

/** Table entries that are no link. */
export const P2P: { readonly NONE: 6; readonly MONITOR: 7 } = { NONE: 6, MONITOR: 7 };

export class P2pTable {
  readonly #words = new Uint32Array(P2P_WORDS);

  /** Link 0 to 5, or one of {@link P2P}. */
  direction(destination: number): number {
    return (this.#words[destination >>> 3]! >>> (3 * (destination & 7))) & 7;
  }

  word(index: number): number {
    return this.#words[index] ?? 0;
  }

  setWord(index: number, value: number): void {
    this.#words[index] = value & WORD_MASK;
  }
}

import { CLOCK_END } from "./state.ts";

/**
 * Cycles of a core, kept so that the engines only count an int32 down.
 *
 * `left` is what remains of the present run; engines keep it in a local and write it back before anything that may
 * look at the time. Whoever needs the core's attention (an interrupt line, a stop request) moves `left` to `held`:
 * the engine then ends its loop at the next instruction boundary as if the cycles were used up.
 */
export class Clock {
  readonly #words: Int32Array;
  /** Cycle count at which `left + held` is 0. */
  #end = 0;
  left = 0;
  held = 0;

  /** @param words the state's, whose CLOCK_END is kept right */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  get cycles(): number {
    return this.#end - this.left - this.held;
  }

  set cycles(value: number) {
    this.#setEnd(value + this.left + this.held);
  }

  /** Begins a run of `cycles` from now. */
  begin(cycles: number): void {
    this.#setEnd(this.cycles + cycles);
    this.left = cycles;
    this.held = 0;
  }

  /** Lets the present run go on for `cycles` more. */
  extend(cycles: number): void {
    this.#setEnd(this.#end + cycles);
    this.left += cycles;
  }

  /** Lets the present run go on for `cycles` from now at most. */
  shorten(cycles: number): void {
    const less = this.left + this.held - cycles;
    if (less <= 0) return;
    const held = Math.min(this.held, less);
    this.#setEnd(this.#end - less);
    this.held -= held;
    this.left -= less - held;
  }

  /** Makes the engine come back at the next instruction boundary. */
  interrupt(): void {
    if (this.left <= 0) return;
    this.held += this.left;
    this.left = 0;
  }

  /** Gives the engine back what {@link interrupt} held. */
  resume(): void {
    this.left += this.held;
    this.held = 0;
  }

  #setEnd(end: number): void {
    this.#end = end;
    this.#words[CLOCK_END] = end;
  }
}

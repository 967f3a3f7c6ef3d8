import { spikePieces } from "./pieces.ts";
import type { SpikeSeries, Spikes } from "./results.ts";

/** Goes through spikes one by one, in their order. */
export class SpikeCursor {
  readonly #pieces: Iterator<Spikes>;
  #piece: Spikes | undefined;
  #at = 0;
  /** Of the spike it stands at; infinite after the last. */
  tick = 0;
  neuron = 0;

  constructor(spikes: Spikes | SpikeSeries) {
    this.#pieces = spikePieces(spikes)[Symbol.iterator]();
    this.#nextPiece();
  }

  next(): void {
    if (++this.#at < this.#piece!.tick.length) this.#take();
    else this.#nextPiece();
  }

  #nextPiece(): void {
    const { done, value } = this.#pieces.next();
    this.#piece = done === true ? undefined : value;
    this.#at = 0;
    this.#take();
  }

  #take(): void {
    this.tick = this.#piece?.tick[this.#at] ?? Number.POSITIVE_INFINITY;
    this.neuron = this.#piece?.neuron[this.#at] ?? 0;
  }
}

/** The earliest tick that one of the cursors stands at; infinite when all are at their end. */
export function earliestTick(cursors: readonly { readonly spikes: SpikeCursor }[]): number {
  return cursors.reduce((earliest, { spikes }) => Math.min(earliest, spikes.tick), Number.POSITIVE_INFINITY);
}

/**
 * Packets that wait to be read, first come, first served. Mostly it is one, which has a place of its own; the others are
 * in a ring, for shifting an array costs more than all else here.
 */

import type { Packet } from "./packet.ts";

const FIRST_CAPACITY = 8;

export interface Received {
  readonly packet: Packet;
  /** Link it came in on, or `LOCAL_ROUTE`. */
  readonly route: number;
}

export class ReceiveBuffer {
  #oldest: Received | undefined;
  /** A power of two of places, for those after the oldest. */
  #places: (Received | undefined)[] = new Array<Received | undefined>(FIRST_CAPACITY).fill(undefined);
  #head = 0;
  #inRing = 0;

  get length(): number {
    return this.#oldest === undefined ? 0 : 1 + this.#inRing;
  }

  /** Stays in the buffer. */
  get oldest(): Received | undefined {
    return this.#oldest;
  }

  push(received: Received): void {
    if (this.#oldest === undefined) {
      this.#oldest = received;
      return;
    }
    const capacity = this.#places.length;
    if (this.#inRing === capacity) {
      const before = this.#places;
      this.#places = Array.from({ length: 2 * capacity }, (_, i) => before[(this.#head + i) & (capacity - 1)]);
      this.#head = 0;
    }
    this.#places[(this.#head + this.#inRing++) & (this.#places.length - 1)] = received;
  }

  /** Removes the oldest. */
  shift(): Received | undefined {
    const oldest = this.#oldest;
    if (this.#inRing === 0) this.#oldest = undefined;
    else {
      this.#oldest = this.#places[this.#head];
      this.#head = (this.#head + 1) & (this.#places.length - 1);
      this.#inRing--;
    }
    return oldest;
  }

  clear(): void {
    this.#oldest = undefined;
    this.#head = 0;
    this.#inRing = 0;
  }
}

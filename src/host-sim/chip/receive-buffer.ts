/** Packets that wait to be read, first come, first served. A ring: shifting an array costs more than all else here. */

import type { Packet } from "./packet.ts";

const FIRST_CAPACITY = 8;

export interface Received {
  readonly packet: Packet;
  /** Link it came in on, or `LOCAL_ROUTE`. */
  readonly route: number;
}

export class ReceiveBuffer {
  /** A power of two of places. */
  #places: (Received | undefined)[] = new Array<Received | undefined>(FIRST_CAPACITY).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Stays in the buffer. */
  get oldest(): Received | undefined {
    return this.#length === 0 ? undefined : this.#places[this.#head];
  }

  push(received: Received): void {
    const capacity = this.#places.length;
    if (this.#length === capacity) {
      const before = this.#places;
      this.#places = Array.from({ length: 2 * capacity }, (_, i) => before[(this.#head + i) & (capacity - 1)]);
      this.#head = 0;
    }
    this.#places[(this.#head + this.#length++) & (this.#places.length - 1)] = received;
  }

  /** Removes the oldest. */
  shift(): Received | undefined {
    const { oldest } = this;
    if (oldest !== undefined) {
      this.#head = (this.#head + 1) & (this.#places.length - 1);
      this.#length--;
    }
    return oldest;
  }

  clear(): void {
    this.#head = 0;
    this.#length = 0;
  }
}

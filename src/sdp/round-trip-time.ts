/**
 * How long to wait for a reply, from how long replies took: smoothed mean and deviation as TCP keeps them.
 *
 * @see RFC 6298, sections 2 and 5 (its clock granularity is our quantum, its minimum of 1 s is far too long here)
 */

/** Before anything is known, ms: many times what a board takes, and a host name's first packets. */
const FIRST_MILLIS = 250;
/** Waits are multiples of this, ms: equal time-outs are cheap for Node. */
const QUANTUM_MILLIS = 10;

export class RoundTripTime {
  #mean = 0;
  #deviation = 0;
  #known = false;

  /** @param millis from the only send of a request to its reply */
  add(millis: number): void {
    if (this.#known) {
      this.#deviation += (Math.abs(millis - this.#mean) - this.#deviation) / 4;
      this.#mean += (millis - this.#mean) / 8;
    } else {
      this.#mean = millis;
      this.#deviation = millis / 2;
      this.#known = true;
    }
  }

  /** Wait in ms after the (`timeouts` + 1)-th send: from `least` on, doubling with every time-out, at most `longest`. */
  timeout(timeouts: number, least: number, longest: number): number {
    const expected = this.#known ? this.#mean + 4 * this.#deviation : FIRST_MILLIS;
    const wait = Math.max(least, expected) * 2 ** timeouts;
    return Math.min(longest, Math.ceil(wait / QUANTUM_MILLIS) * QUANTUM_MILLIS);
  }
}

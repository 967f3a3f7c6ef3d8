/**
 * Sequence numbers of one connection: 16 bits, handed out in turn, and none twice while a late reply to its last use
 * may still be on its way.
 *
 * The monitor echoes the number and nothing else tells two replies apart. A request sent once is done with when its
 * reply is there, but the network may double that; one sent more often may be answered more often, for as long as the
 * board's transient tags live.
 */

/** Longest a doubled reply trails the first, ms. */
const AFTER_ONE_SEND_MILLIS = 200;
/** Life of a transient tag (2560 ms unless changed) and some. */
const AFTER_SEVERAL_SENDS_MILLIS = 3000;
const NUMBERS = 0x1_0000;

export class SequenceNumbers {
  /** Float64Array[65536]: time in ms from which each number may be used again. */
  readonly #freeFrom = new Float64Array(NUMBERS);
  #next = 0;

  /** The next number that is free at time `now`, ms; undefined when all are taken. */
  take(now: number): number | undefined {
    for (let skipped = 0; skipped < NUMBERS; skipped++) {
      const number = this.#next;
      this.#next = (number + 1) % NUMBERS;
      if (this.#freeFrom[number]! <= now) {
        this.#freeFrom[number] = Number.POSITIVE_INFINITY;
        return number;
      }
    }
    return undefined;
  }

  /** The request with this number is done with, after `sends` datagrams. */
  release(number: number, sends: number, now: number): void {
    this.#freeFrom[number] = now + (sends === 1 ? AFTER_ONE_SEND_MILLIS : AFTER_SEVERAL_SENDS_MILLIS);
  }

  /** Was the number in use lately, so that a reply with it is late rather than garbage? */
  recent(number: number, now: number): boolean {
    return this.#freeFrom[number]! > now;
  }
}

/**
 * Things to be done at a time, in order of time; those of the same time in the order in which they were asked for.
 * A binary heap.
 */

interface Event {
  readonly time: number;
  readonly sequence: number;
  readonly action: () => void;
}

export class EventQueue {
  readonly #heap: Event[] = [];
  #sequence = 0;

  /** Time of the next event, infinity if there is none. */
  get nextTime(): number {
    return this.#heap[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#heap.length;
  }

  push(time: number, action: () => void): void {
    const heap = this.#heap;
    const event = { time, sequence: this.#sequence++, action };
    let hole = heap.length;
    heap.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >>> 1;
      if (!before(event, heap[parent]!)) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = event;
  }

  /** Removes the next event. */
  pop(): { readonly time: number; readonly action: () => void } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = last;
    return first;
  }
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}

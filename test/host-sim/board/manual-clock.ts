import type { BoardClock } from "../../../src/host-sim/board/index.ts";

/** A clock whose hands the test turns. */
export class ManualClock implements BoardClock {
  #now = 0;
  readonly #alarms = new Map<symbol, { readonly at: number; readonly action: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMillis: number, action: () => void): () => void {
    const id = Symbol("alarm");
    this.#alarms.set(id, { at: this.#now + delayMillis, action });
    return () => this.#alarms.delete(id);
  }

  stop(): void {
    this.#alarms.clear();
  }

  /** Let time pass; alarms go off in the order they are due. */
  advance(millis: number): void {
    const end = this.#now + millis;
    for (;;) {
      const due = [...this.#alarms].filter(([, alarm]) => alarm.at <= end).toSorted((a, b) => a[1].at - b[1].at)[0];
      if (due === undefined) break;
      this.#alarms.delete(due[0]);
      this.#now = due[1].at;
      due[1].action();
    }
    this.#now = end;
  }
}

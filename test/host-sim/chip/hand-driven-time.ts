import type { ChipTime } from "../../../src/host-sim/chip/processing-subsystem.ts";
import { EventQueue } from "../../../src/host-sim/machine/event-queue.ts";

/** Virtual time that a test moves by hand. */
export class HandDrivenTime implements ChipTime {
  now = 0;
  sliceStart = 0;
  readonly sliceEnd: number = Number.POSITIVE_INFINITY;
  readonly #events: EventQueue = new EventQueue();

  at(time: number, action: () => void): void {
    this.#events.push(time, action);
  }

  wakeAt(time: number, action: () => void): void {
    this.at(time, action);
  }

  endSlice(): void {}

  /** Lets `cycles` pass and does what is due, at its own time. */
  pass(cycles: number): void {
    const end = this.now + cycles;
    while (this.#events.nextTime <= end) {
      const event = this.#events.pop()!;
      this.now = Math.max(this.now, event.time);
      event.action();
    }
    this.now = end;
    this.sliceStart = end;
  }
}

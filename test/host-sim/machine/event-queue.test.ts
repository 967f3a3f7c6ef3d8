import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "../../../src/host-sim/machine/event-queue.ts";

describe("EventQueue", () => {
  it("gives events in order of time, and of asking where times are equal", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new EventQueue();
        const done: number[] = [];
        times.forEach((time, n) => {
          queue.push(time, () => done.push(n));
        });
        while (queue.size > 0) queue.pop()?.action();
        const expected = times.map((_, n) => n).toSorted((a, b) => times[a]! - times[b]! || a - b);
        expect(done).toEqual(expected);
      }),
    );
  });

  it("knows when the next one is due", () => {
    const queue = new EventQueue();
    expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
    queue.push(7, () => {});
    queue.push(3, () => {});
    expect(queue.nextTime).toBe(3);
    queue.pop();
    expect(queue.nextTime).toBe(7);
    queue.pop();
    expect(queue.pop()).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PairQueue } from "../../../src/mapper/tables/pair-queue.ts";

describe("PairQueue", () => {
  it("gives back what went in, lowest level first and the youngest first among equals", () => {
    const step = fc.oneof({ weight: 3, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.constant("pop" as const) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const queue = new PairQueue(10);
        const waiting: { level: number; stamp: number }[] = [];
        for (const [stamp, level] of steps.entries()) {
          if (level === "pop") {
            waiting.sort((a, b) => a.level - b.level || b.stamp - a.stamp);
            const expected = waiting.shift();
            expect(queue.pop()).toBe(expected !== undefined);
            if (expected)
              expect({ level: queue.level, stamp: queue.stamp, a: queue.a, b: queue.b }).toMatchObject(expected);
          } else {
            queue.push(level, stamp, stamp + 1, stamp);
            waiting.push({ level, stamp });
          }
        }
      }),
    );
  });
});

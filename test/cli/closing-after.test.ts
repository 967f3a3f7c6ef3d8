import { describe, expect, it } from "vitest";
import { closingAfter } from "../../src/cli/closing-after.ts";

const failing = (message: string) => () => Promise.reject(new Error(message));
const fine = () => Promise.resolve();

describe("closing after work", () => {
  it("comes after the work, whose result it hands on", async () => {
    const order: string[] = [];
    const work = async (): Promise<number> => {
      await Promise.resolve();
      return order.push("work");
    };
    const close = async (): Promise<void> => {
      order.push("close");
    };
    expect(await closingAfter(close, work)).toBe(1);
    expect(order).toEqual(["work", "close"]);
  });

  it.each([
    { close: fine, work: failing("work"), heard: "work", because: "closing well does not mend the work" },
    { close: failing("close"), work: fine, heard: "close", because: "what could not be closed is a failure, too" },
    { close: failing("close"), work: failing("work"), heard: "work", because: "closing failed for what went before" },
  ])("fails with $heard: $because", async ({ close, work, heard }) => {
    await expect(closingAfter(close, work)).rejects.toThrow(heard);
  });
});

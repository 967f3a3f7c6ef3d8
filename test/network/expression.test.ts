import { describe, expect, it } from "vitest";
import { parseExpression } from "../../src/network/expression.ts";

describe("parseExpression", () => {
  it.each([
    { text: "1 + 2 * 3", value: 7 },
    { text: "(1 + 2) * 3", value: 9 },
    { text: "10 - 4 - 3", value: 3 },
    { text: "8 / 4 / 2", value: 1 },
    { text: "2 ** 3 ** 2", value: 512 },
    { text: "-2 ** 2", value: -4 },
    { text: "2 ** -1", value: 0.5 },
    { text: "4 ** 0.5", value: 2 },
    { text: "d", value: 3 },
    { text: "d < 5", value: 1 },
    { text: "d >= 5", value: 0 },
    { text: "d != 3", value: 0 },
    { text: "d > 1 and d < 2 or d == 3", value: 1 },
    { text: "not d < 5", value: 0 },
    { text: "(d < 5) & (d > 2)", value: 1 },
    { text: "(d < 1) | (d > 5)", value: 0 },
    { text: "0.5 * (d < 5)", value: 0.5 },
    { text: "minimum(1, maximum(0, 2 - d))", value: 0 },
    { text: "np.sqrt(abs(-16))", value: 4 },
    { text: "floor(2.7) + ceil(2.2)", value: 5 },
    { text: "1e-3 * 1.5E3 + .5", value: 2 },
    { text: "log(e)", value: 1 },
    { text: "exp(0)", value: 1 },
  ])("$text is $value at d = 3", ({ text, value }) => {
    expect(parseExpression(text, ["d"], "here")([3])).toBeCloseTo(value, 14);
  });

  it("follows exp, which distance laws are made of", () => {
    const gaussian = parseExpression("exp(-d**2 / (2 * 10**2))", ["d"], "here");
    for (const d of [0, 1, 5, 25]) expect(gaussian([d])).toBeCloseTo(Math.exp(-(d ** 2) / 200), 14);
  });

  it("takes 500 characters, however deeply nested, and not one more", () => {
    const nested = `${"(".repeat(249)}d${")".repeat(249)}`;
    expect(parseExpression(nested, ["d"], "here")([3])).toBe(3);
    expect(parseExpression(`${"d+".repeat(249)}d`, ["d"], "here")([2])).toBe(500);
    expect(() => parseExpression(`${"d+".repeat(250)}d`, ["d"], "here")).toThrow(
      expect.objectContaining({ code: "EXPRESSION" }),
    );
  });

  it.each([
    "",
    "1 +",
    "(d",
    "d)",
    "2 d",
    "exp",
    "exp(d",
    "minimum(1)",
    "x + 1",
    "d $ 2",
    "import os",
    "d.constructor",
    "toString(d)",
  ])("rejects %j with what is wrong", (text) => {
    expect(() => parseExpression(text, ["d"], "here")).toThrow(
      expect.objectContaining({ code: "EXPRESSION", place: "here" }),
    );
  });
});

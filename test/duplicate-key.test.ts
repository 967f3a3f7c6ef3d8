import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duplicateKey } from "../src/duplicate-key.ts";

describe("a key that its object has already", () => {
  it.each([
    { json: '{"a": 1, "a": 1}', path: "a" },
    { json: '[{}, {"a": [0, 1, {"b": 1, "c": [], "b": 2}]}]', path: "[1].a[2].b" },
    { json: '{"a": {"b": 1}, "c": {"b": 1, "b": 2}}', path: "c.b" },
    { json: '{"x": {"y": 1}, "x": 2}', path: "x" },
    { json: '{"a": 1, "\\u0061": 2}', path: "a" },
    { json: '{"__proto__": 1, "__proto__": 2}', path: "__proto__" },
  ])("is found at $path of $json", ({ json, path }) => {
    expect(duplicateKey(json)).toBe(path);
  });

  it.each([
    '{"a": {"a": {"a": 1}}}',
    '[{"a": 1}, {"a": 2}]',
    '{"a": "a", "b": "a", "c": ["a", "a", ", \\"a\\": 1"]}',
    '{"a\\\\": 1, "a": "{\\"a\\": [}"}',
    "7",
    '"a"',
  ])("is not in %s", (json) => {
    expect(duplicateKey(json)).toBeUndefined();
  });

  it("is in no text that was written from a value, with whatever spaces", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        expect(duplicateKey(JSON.stringify(value, undefined, space))).toBeUndefined();
      }),
    );
  });

  it("is in every text to an object of which one of its own fields was added", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(object, fc.nat(), (value, n) => {
        const names = Object.keys(value);
        const name = names[n % names.length]!;
        const twice = `${JSON.stringify(value).slice(0, -1)},${JSON.stringify(name)}:0}`;
        expect(duplicateKey(twice)).toBe(name);
      }),
    );
  });
});

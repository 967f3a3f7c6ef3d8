import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { NETWORK_SCHEMA } from "../../src/network/gen/network-schema.ts";

describe("the generated schema", () => {
  it("is that of proto/network.proto (run `node proto/generate.mjs` after changing it)", () => {
    const text = readFileSync(new URL("../../proto/network.proto", import.meta.url), "utf8");
    expect(JSON.parse(NETWORK_SCHEMA)).toEqual(protobuf.parse(text, { keepCase: true }).root.toJSON());
  });
});

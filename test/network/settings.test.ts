import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Network, readNetwork, type Setting, writeNetwork } from "../../src/network/index.ts";

const text = readFileSync(new URL("../../fixtures/vogels-abbott.json", import.meta.url), "utf8");

function read(...settings: readonly Setting[]): Network {
  return readNetwork(text, "va.json", { settings });
}

function weights({ projections }: Network): unknown {
  return Object.fromEntries(projections.map(({ name, weight }) => [name, weight]));
}

describe("a setting", () => {
  const asWritten = weights(read());

  it("replaces a value of the network", () => {
    expect(read({ path: "seed", value: 5 }).seed).toBe(5);
    expect(read({ path: "duration_ms", value: 10 }).phases[0]!.durationMs).toBe(10);
  });

  it("finds an entry of a list by number or by name", () => {
    expect(weights(read({ path: "projections[1].weight", value: 0.25 }))).toEqual({
      ...(asWritten as object),
      e2i: 0.25,
    });
    expect(weights(read({ path: "projections.e2i.weight", value: 0.25 }))).toEqual({
      ...(asWritten as object),
      e2i: 0.25,
    });
    const { populations } = read({ path: "populations.inh.cell.parameters.tau_m", value: 15 });
    expect(populations.map(({ cell }) => cell.parameters.tau_m)).toEqual([20, 15, undefined]);
  });

  it("with a star sets every entry whose name fits", () => {
    const swept = weights(
      read({ path: "projections.e2*.weight", value: 0.001 }, { path: "projections.i2*.weight", value: 0.02 }),
    );
    expect(swept).toEqual({ ...(asWritten as object), e2e: 0.001, e2i: 0.001, i2e: 0.02, i2i: 0.02 });
  });

  it("may add a field that the file leaves to its default", () => {
    const { populations } = read({ path: "populations.exc.max_neurons_per_core", value: 50 });
    expect(populations[0]!.maxNeuronsPerCore).toBe(50);
  });

  it("replaces values of the binary form alike", () => {
    const settings = [{ path: "projections.e2e.weight", value: 0.25 }];
    const network = readNetwork(writeNetwork(read(), "binary"), "va.bin", { settings });
    expect(weights(network)).toEqual({ ...(asWritten as object), e2e: 0.25 });
  });

  it.each([
    { path: "projections.x2x.weight", code: "UNKNOWN_SETTING" },
    { path: "projections[9].weight", code: "UNKNOWN_SETTING" },
    { path: "seed[0]", code: "UNKNOWN_SETTING" },
    { path: "", code: "UNKNOWN_SETTING" },
    { path: "projections.e2e.wieght", code: "UNKNOWN_FIELD" },
    { path: "sed", code: "UNKNOWN_FIELD" },
    { path: "projections.(e2e|e2i).weight", code: "UNKNOWN_SETTING" },
  ])("is rejected where it leads nowhere: $path", ({ path, code }) => {
    expect(() => read({ path, value: 1 })).toThrow(expect.objectContaining({ code }));
  });

  it("is judged as if it stood in the file", () => {
    expect(() => read({ path: "projections.e2e.connector.p_connect", value: 2 })).toThrow(
      expect.objectContaining({ code: "PROBABILITY_RANGE", place: "va.json: projections[0].connector.p_connect" }),
    );
  });
});

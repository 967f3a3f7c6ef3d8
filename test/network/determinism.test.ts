import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  type ConnectorDescription,
  DistanceDependentProbabilityConnector,
  ExcitatoryInhibitoryConnector,
  FixedNumberPostConnector,
  FixedNumberPreConnector,
  FixedProbabilityConnector,
  FixedTotalNumberConnector,
  SmallWorldConnector,
} from "../../src/network/builder/index.ts";
import { connect, type Distribution, drawValues } from "../../src/network/index.ts";
import { stream } from "../../src/random/index.ts";
import { projectionNetwork } from "./edges.ts";

function fingerprint(...arrays: readonly ArrayBufferView[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Not specification: these numbers are what our own code gave. They are here so that no release changes what a seed
 * means, on any engine, without saying so.
 */
describe("a seed means what it meant before:", () => {
  const connectors: readonly (readonly [string, ConnectorDescription, string])[] = [
    ["FixedProbability", FixedProbabilityConnector(0.1), "f3493922b8a37ecd"],
    ["FixedNumberPost", FixedNumberPostConnector(7, { withReplacement: true }), "03f0d303e6dea1d3"],
    ["FixedNumberPre", FixedNumberPreConnector(7), "77c0de92f89315cc"],
    ["FixedTotalNumber", FixedTotalNumberConnector(500), "4b601c3a34ef4037"],
    ["DistanceDependentProbability", DistanceDependentProbabilityConnector("exp(-d / 9)"), "d42bd83f04fe11b5"],
    ["SmallWorld", SmallWorldConnector(3, 0.5), "dccd9dd919826111"],
    ["ExcitatoryInhibitory", ExcitatoryInhibitoryConnector(), "c60ed48c214981eb"],
  ];

  it.each(connectors)("%s", (_name, connector, wanted) => {
    const { rowStart, post } = connect(projectionNetwork({ connector, pre: 100, seed: 12345 }), 0);
    expect(fingerprint(rowStart, post)).toBe(wanted);
  });

  const distributions: readonly (readonly [Distribution, string])[] = [
    [{ distribution: "uniform", low: -60, high: -50 }, "655e6ee74c6245f3"],
    [{ distribution: "normal", mu: 1, sigma: 2 }, "7caa58c3a1fcc332"],
    [{ distribution: "normal_clipped", mu: 1, sigma: 2, low: 0, high: 4 }, "8fe35742463669d2"],
    [{ distribution: "lognormal", mu: 0, sigma: 1 }, "85e5fda6597f9cac"],
    [{ distribution: "exponential", beta: 3 }, "906cb02e3315e1fd"],
  ];

  it.each(distributions)("%j", (distribution, wanted) => {
    expect(fingerprint(drawValues(distribution, 1000, 12345, stream("initial", 2, "v")))).toBe(wanted);
  });
});

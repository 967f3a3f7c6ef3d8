import { readFileSync } from "node:fs";
import type { Network, Setting } from "../../src/network/index.ts";
import { readNetwork } from "../../src/network/index.ts";
import { withDuration } from "../../src/network/run-length.ts";

export interface FixtureChanges {
  readonly seed?: number;
  readonly durationMs?: number;
  readonly settings?: readonly Setting[];
}

/** A network of fixtures/, with some of it changed. */
export function fixture(name: string, { seed, durationMs, settings = [] }: FixtureChanges = {}): Network {
  const file = `fixtures/${name}.json`;
  const all = seed === undefined ? settings : [...settings, { path: "seed", value: seed }];
  const network = readNetwork(readFileSync(file, "utf8"), file, { settings: all });
  return durationMs === undefined ? network : withDuration(network, durationMs, "test");
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOCAL } from "../../../src/mapper/netlist.ts";
import {
  type ChipRoutes,
  joinSiblings,
  leastEntries,
  minimise,
  removeDefaultRoutes,
} from "../../../src/mapper/tables/index.ts";
import { anyChipRoutes, entryTaken, KEYS, routesByKey } from "./small-tables.ts";

type Block = readonly [bits: string, route: number, arrival?: number];

/** Blocks as people write cubes, lowest bit last: `01X0`. */
function routesOf(...blocks: readonly Block[]): ChipRoutes {
  const word = (bits: string, ones: string) =>
    Number.parseInt([...bits.padStart(32, "0")].map((bit) => (ones.includes(bit) ? "1" : "0")).join(""), 2);
  return {
    chip: 0,
    key: Uint32Array.from(blocks, ([bits]) => word(bits, "1")),
    mask: Uint32Array.from(blocks, ([bits]) => word(bits, "01")),
    route: Uint32Array.from(blocks, ([, route]) => route),
    arrival: Uint8Array.from(blocks, ([, , arrival]) => arrival ?? LOCAL),
  };
}

const [north, south, west] = [1 << 2, 1 << 5, 1 << 3];
const fromNorth = 2;

describe.each(["fast", "normal", "best"] as const)("minimise with %s effort", (effort) => {
  it("sends every key in use as asked, tried one by one", () => {
    fc.assert(
      fc.property(anyChipRoutes, (routes) => {
        for (const { asked, given } of routesByKey(routes, minimise(routes, { effort }))) expect(given).toBe(asked);
      }),
      { numRuns: 300 },
    );
  });

  it("is never larger than the table without default routes, never smaller than its different routes", () => {
    fc.assert(
      fc.property(anyChipRoutes, (routes) => {
        const entries = minimise(routes, { effort }).key.length;
        expect(entries).toBeLessThanOrEqual(removeDefaultRoutes(routes).key.length);
        expect(entries).toBeGreaterThanOrEqual(leastEntries(routes));
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same table every time", () => {
    fc.assert(
      fc.property(anyChipRoutes, (routes) => {
        expect(minimise(routes, { effort })).toEqual(minimise(routes, { effort }));
      }),
      { numRuns: 50 },
    );
  });
});

describe("minimise", () => {
  it.each<{ because: string; routes: ChipRoutes; entries: number }>([
    { because: "nothing asked, nothing stored", routes: routesOf(), entries: 0 },
    { because: "siblings are one cube", routes: routesOf(["00", west], ["01", west]), entries: 1 },
    { because: "keys not in use may be caught", routes: routesOf(["000", west], ["111", west]), entries: 1 },
    {
      because: "a foreign key may be caught if its own entry is above",
      routes: routesOf(["000", west], ["111", west], ["010", north]),
      entries: 2,
    },
    {
      because: "two pairs across each other: one merge puts the other out of reach",
      routes: routesOf(["00", west], ["11", west], ["01", north], ["10", north]),
      entries: 3,
    },
    { because: "straight on needs no entry", routes: routesOf(["0", south, fromNorth]), entries: 0 },
    {
      because: "straight on through a chip whose other keys do not touch it",
      routes: routesOf(["000", south, fromNorth], ["100", west], ["101", west]),
      entries: 1,
    },
  ])("$because", ({ routes, entries }) => {
    expect(minimise(routes).key.length).toBe(entries);
  });

  it("only joins siblings in tables far beyond any router, so that memory stays in bounds", () => {
    const count = 20_000;
    const key = Uint32Array.from({ length: count }, (_, at) => 3 * at);
    const huge: ChipRoutes = {
      chip: 0,
      key,
      mask: new Uint32Array(count).fill(~0),
      route: Uint32Array.from(key, (_, at) => 64 << (at % 5)),
      arrival: new Uint8Array(count).fill(LOCAL),
    };
    const { key: entries } = minimise(huge);
    expect(entries.length).toBeGreaterThan(16_384);
    expect(entries.length).toBeLessThanOrEqual(count);
  });

  it("stops as soon as the table is short enough", () => {
    const pairs = routesOf(["0000", west], ["0011", west], ["0100", north], ["0111", north], ["1000", south]);
    expect(minimise(pairs, { stopAt: 4 }).key.length).toBe(4);
    expect(minimise(pairs).key.length).toBe(3);
  });
});

describe("joinSiblings", () => {
  it("neither adds nor loses a key, nor changes a route", () => {
    fc.assert(
      fc.property(anyChipRoutes, (routes) => {
        const { count, key, mask, route } = joinSiblings(routes);
        for (const used of KEYS) {
          const owners = Array.from({ length: count }, (_, block) => block).filter(
            (block) => (used & mask[block]!) === key[block],
          );
          const block = entryTaken(routes, used);
          expect(owners.map((owner) => route[owner])).toEqual(block < 0 ? [] : [routes.route[block]]);
        }
      }),
    );
  });
});

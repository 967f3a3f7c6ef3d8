import { describe, expect, it } from "vitest";
import { LOCAL } from "../../../src/mapper/netlist.ts";
import { randomNumbers } from "../../../src/mapper/place/random.ts";
import { type ChipRoutes, minimise, minimiseAll } from "../../../src/mapper/tables/index.ts";
import { awaitTables, shareTableWork, takeTables, workOnTables } from "../../../src/mapper/tables/table-work.ts";

/** A chip with `entries` blocks of four keys and a few routes, in no order that a merge could guess. */
function someRoutes(chip: number, entries: number, seed: number): ChipRoutes {
  const random = randomNumbers(seed);
  const words = (of: (at: number) => number): Uint32Array => Uint32Array.from({ length: entries }, (_, at) => of(at));
  return {
    chip,
    key: words((at) => 4 * at),
    mask: words(() => 0xffff_fffc),
    route: words(() => 1 << (6 + Math.floor(6 * random()))),
    arrival: new Uint8Array(entries).fill(LOCAL),
  };
}

describe("minimiseAll", () => {
  it("gives the tables of minimise, in order, for any number of threads", () => {
    const all = Array.from({ length: 400 }, (_, at) => someRoutes(at, 300, at));
    const stopAt = Int32Array.from(all, ({ chip }) => (chip % 3 === 0 ? 120 : 0));
    const expected = all.map((routes, at) => minimise(routes, { stopAt: stopAt[at]!, effort: "fast" }));
    for (const threads of [1, 2, 3]) expect(minimiseAll(all, { stopAt, effort: "fast", threads })).toEqual(expected);
  });

  it("has no tables of no chips", () => {
    expect(minimiseAll([], { threads: 4 })).toEqual([]);
  });
});

describe("work that threads share", () => {
  const all = Array.from({ length: 8 }, (_, at) => someRoutes(at, 40, at));
  const expected = all.map((routes) => minimise(routes));

  it("is finished by a thread that comes late, whatever others took", () => {
    const work = shareTableWork(all, new Int32Array(8), "normal");
    workOnTables(work);
    workOnTables(work);
    expect(takeTables(work)).toEqual(expected);
  });

  it("is made up for where a thread took a chip and never came back", () => {
    const work = shareTableWork(all, new Int32Array(8), "normal");
    Atomics.add(work.progress, 0, 2);
    workOnTables(work);
    awaitTables(work, 10);
    expect(takeTables(work)).toEqual(expected);
  });

  it("that a thread failed at fails where the caller sees it", () => {
    const overlapping = { ...someRoutes(3, 2, 1), key: Uint32Array.of(0, 0), route: Uint32Array.of(1 << 6, 1 << 7) };
    expect(() => minimise(overlapping)).toThrow();
    const work = shareTableWork([all[0]!, overlapping], new Int32Array(2), "normal");
    workOnTables(work);
    awaitTables(work, 10);
    expect(() => takeTables(work)).toThrow();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CoreNumbering, coresIn, NO_CORE } from "../../../src/host-sim/board/core-numbering.ts";

const numbering = fc
  .subarray(
    Array.from({ length: 18 }, (_, core) => core),
    { minLength: 1 },
  )
  .chain((working) => fc.constantFrom(...working).map((monitor) => new CoreNumbering(monitor, working)));

describe("virtual core numbers", () => {
  it("start with the monitor and go on in physical order, dead cores left out", () => {
    const { v2p, p2v } = new CoreNumbering(5, [1, 2, 5, 7]);
    expect(v2p).toEqual([5, 1, 2, 7]);
    expect(p2v.slice(0, 8)).toEqual([NO_CORE, 1, 2, NO_CORE, NO_CORE, 0, NO_CORE, 3]);
  });

  it("and physical ones lead to each other", () => {
    fc.assert(
      fc.property(numbering, (cores) => {
        cores.v2p.forEach((physical, virtual) => {
          expect(cores.p2v[physical]).toBe(virtual);
        });
        expect(cores.p2v.filter((virtual) => virtual !== NO_CORE)).toHaveLength(cores.count);
      }),
    );
  });

  it("of a route survive the way to the router and back; links stay, dead cores vanish", () => {
    fc.assert(
      fc.property(numbering, fc.integer({ min: 0, max: 0xff_ffff }), (cores, route) => {
        const there = cores.physicalRoute(route);
        const alive = ((1 << cores.count) - 1) << 6;
        expect(there & 0x3f).toBe(route & 0x3f);
        expect(cores.virtualRoute(there)).toBe(route & (0x3f | alive));
        expect(coresIn(there >>> 6)).toBe(coresIn((route & alive) >>> 6));
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type GridShape,
  gridHops,
  gridMachine,
  gridShape,
  LINK_COUNT,
  LINK_STEPS,
  type Machine,
  machineOfSize,
  meshHops,
  oppositeLink,
  spin3,
  spin5,
} from "../../src/machine/index.ts";
import { anyMachine } from "./machines.ts";

/** Hops from chip 0 by breadth-first search: the definition of distance. */
function searchHops(machine: Machine, from: number): Int32Array {
  const hops = new Int32Array(machine.alive.length).fill(-1);
  const queue = [from];
  hops[from] = 0;
  for (const chip of queue) {
    for (let link = 0; link < LINK_COUNT; link++) {
      const next = machine.neighbour[chip * LINK_COUNT + link]!;
      if (next >= 0 && hops[next]! < 0) {
        hops[next] = hops[chip]! + 1;
        queue.push(next);
      }
    }
  }
  return hops;
}

describe("meshHops", () => {
  it.each([
    { dx: 3, dy: 3, hops: 3, because: "diagonals north-east are cheap" },
    { dx: 3, dy: -3, hops: 6, because: "diagonals south-east cost two hops a step" },
    { dx: -2, dy: -5, hops: 5, because: "equal signs share hops" },
    { dx: 0, dy: 0, hops: 0, because: "a chip is where it is" },
  ])("$because", ({ dx, dy, hops }) => expect(meshHops(dx, dy)).toBe(hops));
});

describe("gridHops", () => {
  const side = fc.integer({ min: 1, max: 9 });
  const shape: fc.Arbitrary<GridShape> = fc.record({
    width: side,
    height: side,
    wrapX: fc.boolean(),
    wrapY: fc.boolean(),
  });

  it("is the length of a shortest path, on every grid and between any two chips", () => {
    fc.assert(
      fc.property(shape, fc.nat(), (grid, seed) => {
        const machine = gridMachine("grid", grid);
        const from = seed % machine.alive.length;
        const found = searchHops(machine, from);
        const told = found.map((_, to) =>
          gridHops(
            grid,
            (to % grid.width) - (from % grid.width),
            Math.floor(to / grid.width) - Math.floor(from / grid.width),
          ),
        );
        expect(told).toEqual(found);
      }),
      { numRuns: 300 },
    );
  });
});

describe("gridShape", () => {
  it.each([
    { machine: spin3(), wraps: [false, true] },
    { machine: spin5(), wraps: [false, false] },
    { machine: machineOfSize(24, 12), wraps: [true, true] },
    { machine: machineOfSize(28, 16), wraps: [false, false] },
    { machine: machineOfSize(12, 16), wraps: [true, false] },
  ])("sees which edges of $machine.name meet", ({ machine, wraps }) => {
    const { wrapX, wrapY } = gridShape(machine);
    expect([wrapX, wrapY]).toEqual(wraps);
  });
});

describe("every machine", () => {
  it("has links that lead back, between working chips one step apart", () => {
    fc.assert(
      fc.property(anyMachine, (machine) => {
        const { width, height } = machine;
        machine.neighbour.forEach((to, at) => {
          if (to < 0) return;
          const chip = Math.floor(at / LINK_COUNT);
          const link = at % LINK_COUNT;
          expect(machine.alive[chip]! & machine.alive[to]!).toBe(1);
          expect(machine.neighbour[to * LINK_COUNT + oppositeLink(link)]).toBe(chip);
          expect(to % width).toBe(((chip % width) + LINK_STEPS[link]!.x + width) % width);
          expect(Math.floor(to / width)).toBe((Math.floor(chip / width) + LINK_STEPS[link]!.y + height) % height);
        });
      }),
    );
  });

  it("has nothing on dead chips and never offers the monitor core", () => {
    fc.assert(
      fc.property(anyMachine, (machine) => {
        machine.alive.forEach((alive, chip) => {
          expect(machine.applicationCores[chip]! & 1).toBe(0);
          if (alive) return;
          expect([machine.applicationCores[chip], machine.sdramBytes[chip], machine.routerEntries[chip]]).toEqual([
            0, 0, 0,
          ]);
        });
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { hopTable } from "../../src/machine/hop-table.ts";
import { gridHops, gridShape } from "../../src/machine/index.ts";
import { NAMED_MACHINES } from "./machines.ts";

describe("hopTable", () => {
  it.each(NAMED_MACHINES.map((machine) => ({ machine })))(
    "holds the grid distances of $machine.name",
    ({ machine }) => {
      const { place, hops, middle } = hopTable(machine);
      const shape = gridShape(machine);
      const { width } = machine;
      for (let from = 0; from < machine.alive.length; from += 5) {
        const told = machine.alive.map((_, to) => hops[place[to]! - place[from]! + middle]!);
        const expected = machine.alive.map((_, to) =>
          gridHops(shape, (to % width) - (from % width), Math.floor(to / width) - Math.floor(from / width)),
        );
        expect(told).toEqual(expected);
      }
    },
  );
});

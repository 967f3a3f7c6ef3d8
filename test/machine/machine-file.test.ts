import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chipIndex,
  formatMachineFile,
  LINK_COUNT,
  type Machine,
  machineFromChips,
  machineOfSize,
  parseMachine,
  parseMachineFile,
  spin5,
  withFaults,
} from "../../src/machine/index.ts";
import { anyMachine } from "./machines.ts";

function file(fields: object): string {
  return JSON.stringify({ format: "spinloom-machine-1", base: "spin5", ...fields });
}

describe("machine files", () => {
  it("read back as the machine that was written", () => {
    fc.assert(
      fc.property(anyMachine, (machine) => {
        expect(parseMachineFile(formatMachineFile(machine), "f")).toEqual(machine);
      }),
    );
  });

  it("stay small for a large machine with a few faults", () => {
    const machine = withFaults(machineOfSize(240, 240), { chips: [{ x: 7, y: 9 }], links: [{ x: 0, y: 0, link: 4 }] });
    expect(formatMachineFile(machine).length).toBeLessThan(400);
  });

  it("say what is dead", () => {
    const machine = parseMachineFile(
      file({ name: "bench 3", deadChips: [[3, 3]], deadCores: [[0, 1, 17]], deadLinks: [[0, 0, "NE"]] }),
      "m.json",
    );
    expect(machine.name).toBe("bench 3");
    expect(machine.alive[chipIndex(machine, 3, 3)]).toBe(0);
    expect(machine.applicationCores[chipIndex(machine, 0, 1)]).toBe(0x1fffe);
    expect(machine.neighbour[chipIndex(machine, 0, 0) * LINK_COUNT + 1]).toBe(-1);
    expect(machine.neighbour[chipIndex(machine, 1, 1) * LINK_COUNT + 4]).toBe(-1);
  });

  it("change all chips by `defaults` and single ones by `chips`", () => {
    const machine = parseMachineFile(
      file({
        base: { width: 2, height: 1 },
        defaults: { applicationCores: 4, sdramBytes: 1000, routerEntries: 10 },
        chips: [{ x: 1, y: 0, applicationCores: [2, 5], sdramBytes: 7, routerEntries: 3 }],
      }),
      "m.json",
    );
    expect([...machine.applicationCores]).toEqual([0b11110, 0b100100]);
    expect([...machine.sdramBytes]).toEqual([1000, 7]);
    expect([...machine.routerEntries]).toEqual([10, 3]);
  });

  it.each([
    { fields: { deadChip: [] }, place: "deadChip" },
    { fields: { deadChips: [[8, 0]] }, place: "deadChips[0][0]" },
    { fields: { deadChips: [[1, 1, 1]] }, place: "deadChips[0]" },
    { fields: { deadLinks: [[0, 0, "up"]] }, place: "deadLinks[0][2]" },
    { fields: { deadCores: [[0, 0, 0]] }, place: "deadCores[0][2]" },
    { fields: { chips: [{ x: 1 }] }, place: "chips[0]" },
    { fields: { chips: [{ x: 3, y: 0, links: [] }] }, place: "chips[0].links" },
    { fields: { format: "spinloom-machine-2" }, place: "format" },
    { fields: { base: "spin6" }, place: "base" },
    { fields: { base: { width: 0, height: 2 } }, place: "base.width" },
    { fields: { name: 7 }, place: "name" },
  ])("are refused with the place: $place", ({ fields, place }) => {
    expect(() => parseMachineFile(file(fields), "m.json")).toThrow(
      expect.objectContaining({ code: "MACHINE_FILE", place: `m.json: ${place}` }),
    );
  });

  it("are refused when a field is given twice", () => {
    const text = '{"format": "spinloom-machine-1", "base": "spin5", "deadChips": [], "deadChips": [[1, 1]]}';
    expect(() => parseMachineFile(text, "m.json")).toThrow(
      expect.objectContaining({ code: "MACHINE_FILE", place: "m.json: deadChips" }),
    );
  });

  it("are refused when they are not JSON", () => {
    expect(() => parseMachineFile("{", "m.json")).toThrow(expect.objectContaining({ code: "MACHINE_FILE" }));
  });
});

describe("parseMachine", () => {
  it("reads a file when the text is no preset", () => {
    const machine = parseMachine("lab.json", (path) => file({ name: path }));
    expect(machine).toEqual({ ...spin5(), name: "lab.json" });
  });

  it("refuses what is neither", () => {
    const missing = (): string => {
      throw new Error("ENOENT");
    };
    expect(() => parseMachine("spin6", missing)).toThrow(expect.objectContaining({ code: "UNKNOWN_MACHINE" }));
  });
});

describe("machineFromChips", () => {
  const chip = {
    x: 0,
    y: 0,
    links: 0x3f,
    applicationCores: 0x3fffe,
    sdramBytes: 9,
    routerEntries: 1023,
    ethernet: { x: 0, y: 0 },
  };
  const pair = (links: number): Machine =>
    machineFromChips("host", { width: 2, height: 2 }, [chip, { ...chip, x: 1, y: 0, links }]);

  it("holds a link for dead when one of its ends says so", () => {
    expect(pair(0b001000).neighbour[0]).toBe(1);
    expect(pair(0b000000).neighbour[0]).toBe(-1);
  });

  it.each([
    { because: "a chip twice", chips: [chip, chip] },
    { because: "a chip off the grid", chips: [{ ...chip, x: 2 }] },
  ])("refuses $because", ({ chips }) => {
    expect(() => machineFromChips("host", { width: 2, height: 2 }, chips)).toThrow(
      expect.objectContaining({ code: "MACHINE_DESCRIPTION" }),
    );
  });
});

describe("withFaults", () => {
  it("takes the links of a dead chip along", () => {
    const machine = withFaults(spin5(), { chips: [{ x: 3, y: 3 }] });
    expect(machine.neighbour).not.toContain(chipIndex(machine, 3, 3));
  });

  it("leaves the machine it was given as it was", () => {
    const machine = spin5();
    withFaults(machine, {
      chips: [{ x: 3, y: 3 }],
      cores: [{ x: 0, y: 0, core: 1 }],
      links: [{ x: 0, y: 0, link: 0 }],
    });
    expect(machine).toEqual(spin5());
  });

  it.each([
    { part: "a chip", faults: { chips: [{ x: 8, y: 0 }] } },
    { part: "a core", faults: { cores: [{ x: 0, y: 0, core: 18 }] } },
    { part: "a link", faults: { links: [{ x: 0, y: 0, link: 6 }] } },
  ])("refuses the fault of $part that the machine does not have", ({ faults }) => {
    expect(() => withFaults(spin5(), faults)).toThrow(expect.objectContaining({ code: "MACHINE_DESCRIPTION" }));
  });
});

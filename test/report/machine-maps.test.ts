import { describe, expect, it } from "vitest";
import type { Deployment } from "../../src/image/deployment.ts";
import { LINK_COUNT, type Machine, machineOfSize, spin5, withFaults } from "../../src/machine/index.ts";
import { gridMachine } from "../../src/machine/presets.ts";
import { chipGrid, linkDirection } from "../../src/report/chip-grid.ts";
import { linkLoadMapSvg } from "../../src/report/link-load-map.ts";
import { type MappingView, mappingView } from "../../src/report/mapping-view.ts";
import { placementMapSvg } from "../../src/report/placement-map.ts";
import { tableMapSvg } from "../../src/report/table-map.ts";
import type { Results } from "../../src/results/results.ts";
import { spikesAt } from "../results/synthetic-run.ts";

const cell = (name: string) => ({
  name,
  size: 4,
  cellType: "IF_cond_exp",
  role: "excitatory" as const,
  recordsSpikes: true,
  signals: [],
});

/** E[0..3] on chip (0, 0) core 1 sends eastwards to I on chip (2, 0), by default routing over chip (1, 0). */
function sentEast(): Deployment {
  const machine = gridMachine("3x1", { width: 3, height: 1, wrapX: false, wrapY: false });
  const core = (population: number, chip: number) => ({
    population,
    lo: 0,
    hi: 4,
    chip,
    core: 1,
    binary: "",
    image: new Uint8Array(0),
    totalBytes: 0,
  });
  const entry = (chip: number, route: number) => ({
    chip,
    key: Uint32Array.of(0x100),
    mask: Uint32Array.of(0xffff_ff00),
    route: Uint32Array.of(route),
  });
  return {
    networkName: "net",
    seed: 1,
    timestepMicros: 1000,
    timeScale: 1,
    machine,
    populations: [cell("E"), cell("I")],
    cores: [core(0, 0), core(1, 2)],
    tables: [entry(0, 0b1), entry(2, 1 << 7)],
    phases: [],
    ticksPerCut: 1,
    netlist: {
      vertexCount: 2,
      sdramBytes: new Uint32Array(2),
      netCount: 1,
      netSource: Int32Array.of(0),
      netSinkStart: Int32Array.of(0, 1),
      netSinks: Int32Array.of(1),
      netWeight: Float64Array.of(4),
      pinnedChip: Int32Array.of(-1, -1),
      sameChipGroups: [],
      population: Int32Array.of(0, 1),
    },
    placement: { chip: Int32Array.of(0, 2), core: Uint8Array.of(1, 1) },
    keys: { key: Uint32Array.of(0x100), mask: Uint32Array.of(0xffff_ff00) },
    synapses: 0,
    quantisation: [],
    parameterQuantisation: [],
  };
}

describe("the maps of a deployment", () => {
  it("follow packets through the tables and where chips have no entry", () => {
    const { linkLoad, tableEntries } = mappingView(sentEast());
    const loads = new Float64Array(3 * LINK_COUNT);
    loads[0] = 4;
    loads[LINK_COUNT] = 4;
    expect(linkLoad).toEqual({ load: loads, unit: "source neurons" });
    expect([...tableEntries]).toEqual([1, 0, 1]);
  });

  const recorded = (spikes: boolean): Results => ({
    networkName: "net",
    seed: 1,
    timestepMicros: 1000,
    ticks: 500,
    populations: [
      { name: "E", size: 4, cellType: "", signals: [], ...(spikes && { spikes: spikesAt([1, 0], [2, 3], [3, 3]) }) },
    ],
  });

  it("count packets a second when the senders' spikes were recorded", () => {
    expect(mappingView(sentEast(), recorded(true)).linkLoad).toMatchObject({ unit: "packets/s" });
    expect(mappingView(sentEast(), recorded(true)).linkLoad.load[LINK_COUNT]).toBe(6);
    expect(mappingView(sentEast(), recorded(false)).linkLoad.unit).toBe("source neurons");
  });
});

describe("chips in a picture", () => {
  it("have their six neighbours at one distance, in the direction of the link", () => {
    const machine = machineOfSize(12, 12);
    const grid = chipGrid(machine, 0, 0, 600);
    const middle = 5 * 12 + 5;
    for (let link = 0; link < LINK_COUNT; link++) {
      const from = grid.centre(middle);
      const to = grid.centre(machine.neighbour[middle * LINK_COUNT + link]!);
      expect(to.x - from.x).toBeCloseTo(linkDirection(link).x * grid.pitch, 9);
      expect(to.y - from.y).toBeCloseTo(linkDirection(link).y * grid.pitch, 9);
    }
  });

  it.each([machineOfSize(2, 2), spin5(), machineOfSize(24, 12), machineOfSize(96, 96)])(
    "stay inside the picture: $name",
    (machine) => {
      const grid = chipGrid(machine, 10, 20, 600);
      for (let chip = 0; chip < machine.alive.length; chip++) {
        const { x, y } = grid.centre(chip);
        expect(x).toBeGreaterThan(10);
        expect(x).toBeLessThan(10 + grid.width + 1);
        expect(y).toBeGreaterThan(20);
        expect(y).toBeLessThan(20 + grid.height);
      }
    },
  );
});

function viewOf(machine: Machine, cores: MappingView["cores"] = []): MappingView {
  return {
    machine,
    populations: [cell("E"), cell("I")],
    cores,
    tableEntries: new Uint32Array(machine.alive.length),
    linkLoad: { load: new Float64Array(machine.alive.length * LINK_COUNT), unit: "packets/s" },
  };
}

const tooltips = (svg: string): readonly string[] => [...svg.matchAll(/<g><title>([^<]*)</g)].map(([, text]) => text!);

describe("placement map", () => {
  it("says what runs on each chip, core by core", () => {
    const slice = { population: 0, lo: 0, hi: 100, chip: 9, core: 3 };
    const other = { population: 1, lo: 50, hi: 60, chip: 9, core: 1 };
    const svg = placementMapSvg(viewOf(spin5(), [slice, other]));
    expect(tooltips(svg)).toHaveLength(48);
    expect(tooltips(svg)).toContain("chip (1, 1)\ncore 1: I[50..59]\ncore 3: E[0..99]");
    expect(svg).toContain("2 cores on 1 of 48 chips");
  });

  it("has one dot a core that can run, and none for dead cores", () => {
    const dots = (machine: Machine): number => placementMapSvg(viewOf(machine)).match(/<circle /g)!.length;
    const whole = machineOfSize(2, 2);
    expect(dots(whole)).toBe(4 * 18);
    expect(dots(withFaults(whole, { cores: [{ x: 1, y: 1, core: 4 }] }))).toBe(4 * 18 - 1);
  });

  it("draws whole chips when there are too many for cores", () => {
    const svg = placementMapSvg(viewOf(machineOfSize(48, 48)));
    expect(svg).not.toContain("<circle ");
    expect(tooltips(svg)).toHaveLength(48 * 48);
  });
});

describe("link load map", () => {
  it("draws each working link, and a cross on both sides of one that is dead", () => {
    const machine = gridMachine("4x4", { width: 4, height: 4, wrapX: false, wrapY: false });
    const working = machine.neighbour.reduce((sum, to) => sum + (to >= 0 ? 1 : 0), 0);
    const lines = (svg: string): number => svg.match(/<line /g)?.length ?? 0;
    const crosses = (svg: string): number => svg.match(/×/g)?.length ?? 0;
    const whole = linkLoadMapSvg(viewOf(machine));
    expect([lines(whole), crosses(whole)]).toEqual([working, 0]);
    const faulty = linkLoadMapSvg(viewOf(withFaults(machine, { links: [{ x: 1, y: 1, link: 0 }] })));
    expect([lines(faulty), crosses(faulty)]).toEqual([working - 2, 2]);
  });

  it("names the busiest link's load", () => {
    const view = viewOf(spin5());
    expect(linkLoadMapSvg(view)).toContain("no link carries packets");
    view.linkLoad.load[5] = 1234.4;
    expect(linkLoadMapSvg(view)).toContain("1 link carries packets, the busiest 1234 packets/s");
    expect(tooltips(linkLoadMapSvg(view))[0]).toContain("S 1234");
  });
});

describe("map of routing tables", () => {
  it("has the entries of each chip and their sum", () => {
    const view = viewOf(spin5());
    view.tableEntries[0] = 700;
    view.tableEntries[1] = 20;
    const svg = tableMapSvg(view);
    expect(svg).toContain("720 entries, the largest table 700 of 1023");
    expect(tooltips(svg)).toContain("chip (1, 0)\n20 of 1023 entries");
  });
});

import { describe, expect, it } from "vitest";
import {
  BOARD_CHIPS,
  chipCoord,
  chipIndex,
  LINK_COUNT,
  LINK_NAMES,
  type Machine,
  machineOfSize,
  parseMachine,
  spin3,
  spin5,
} from "../../src/machine/index.ts";

function aliveChips(machine: Machine): number {
  return machine.alive.reduce((sum, bit) => sum + bit, 0);
}

function applicationCores(machine: Machine): number {
  return machine.applicationCores.reduce((sum, bits) => sum + bits.toString(2).replaceAll("0", "").length, 0);
}

function links(machine: Machine): number {
  return machine.neighbour.reduce((sum, to) => sum + (to >= 0 ? 1 : 0), 0);
}

function deadLinksOf(machine: Machine, x: number, y: number): string[] {
  const chip = chipIndex(machine, x, y);
  return LINK_NAMES.filter((_, link) => machine.neighbour[chip * LINK_COUNT + link]! < 0);
}

describe("spin3", () => {
  const machine = spin3();

  it("has 4 chips of 17 application cores each", () => {
    expect(aliveChips(machine)).toBe(4);
    expect(applicationCores(machine)).toBe(68);
  });

  it.each([
    { x: 0, y: 0, dead: ["W", "SW"] },
    { x: 0, y: 1, dead: ["W", "SW"] },
    { x: 1, y: 0, dead: ["E", "NE"] },
    { x: 1, y: 1, dead: ["E", "NE"] },
  ])("lacks links $dead of chip ($x, $y)", ({ x, y, dead }) => expect(deadLinksOf(machine, x, y)).toEqual(dead));

  it("joins vertical neighbours by two parallel links", () => {
    const [n, s] = [LINK_NAMES.indexOf("N"), LINK_NAMES.indexOf("S")];
    expect(machine.neighbour[n]).toBe(chipIndex(machine, 0, 1));
    expect(machine.neighbour[s]).toBe(chipIndex(machine, 0, 1));
  });

  it("has its Ethernet at (0, 0)", () => expect(machine.ethernetChips).toEqual([0]));
});

describe("spin5", () => {
  const machine = spin5();

  it("has 48 chips, 808 application cores and 240 directed links", () => {
    expect(aliveChips(machine)).toBe(48);
    expect(applicationCores(machine)).toBe(808);
    expect(links(machine)).toBe(240);
  });

  it.each([
    [0, 0, 4],
    [1, 0, 5],
    [2, 0, 6],
    [3, 0, 7],
    [4, 1, 7],
    [5, 2, 7],
    [6, 3, 7],
    [7, 4, 7],
  ])("row %i holds chips %i to %i", (y, from, to) => {
    const row = BOARD_CHIPS.filter((chip) => chip.y === y).map((chip) => chip.x);
    expect(row).toEqual(Array.from({ length: to - from + 1 }, (_, at) => from + at));
  });

  it("has one core fewer on eight chips", () => {
    const short = [...machine.applicationCores.keys()].filter((chip) => machine.applicationCores[chip] === 0x1fffe);
    expect(short.map((chip) => chipCoord(machine, chip))).toEqual(
      [
        [1, 1],
        [3, 1],
        [5, 2],
        [1, 3],
        [3, 3],
        [5, 4],
        [3, 5],
        [5, 6],
      ].map(([x, y]) => ({ x, y })),
    );
  });
});

describe("machines of boards", () => {
  it.each([
    { size: "12x12", boards: 3, chips: 144, cores: 2424, because: "three boards tile a torus" },
    { size: "36x24", boards: 18, chips: 864, cores: 14_544, because: "18 boards tile a torus" },
    { size: "48x24", boards: 24, chips: 1152, cores: 19_392, because: "24 boards tile a torus" },
    { size: "240x240", boards: 1200, chips: 57_600, cores: 969_600, because: "1,200 boards tile the large machine" },
    { size: "16x16", boards: 3, chips: 144, cores: 2424, because: "three boards fit without wrapping" },
    { size: "28x16", boards: 6, chips: 288, cores: 4848, because: "six boards fit without wrapping" },
    { size: "8x8", boards: 1, chips: 48, cores: 808, because: "8x8 is one board" },
    { size: "1x1", boards: 1, chips: 1, cores: 17, because: "1x1 is a lone chip" },
  ])("$size: $because", ({ size, boards, chips, cores }) => {
    const machine = parseMachine(size, () => "");
    expect(machine.ethernetChips).toHaveLength(boards);
    expect(aliveChips(machine)).toBe(chips);
    expect(applicationCores(machine)).toBe(cores);
  });

  it("have six links a chip where both sides wrap", () => {
    expect(links(machineOfSize(24, 12))).toBe(24 * 12 * 6);
  });

  it("let boards lie across the edge of a torus: chip (11, 0) of three boards belongs to (4, 8)", () => {
    const machine = machineOfSize(12, 12);
    expect(machine.ethernetChip[chipIndex(machine, 11, 0)]).toBe(chipIndex(machine, 4, 8));
  });

  it("have Ethernet chips with x a multiple of 4 and x + y a multiple of 12", () => {
    const machine = machineOfSize(36, 24);
    for (const chip of machine.ethernetChips) {
      const { x, y } = chipCoord(machine, chip);
      expect([x % 4, (x + y) % 12]).toEqual([0, 0]);
    }
  });

  it("lead to six neighbour boards of eight links each", () => {
    const machine = machineOfSize(36, 24);
    const home = machine.ethernetChips.find((chip) => chip > 0 && chipCoord(machine, chip).x === 12)!;
    const { x, y } = chipCoord(machine, home);
    const counts = new Map<string, number>();
    machine.ethernetChip.forEach((board, chip) => {
      if (board !== home) return;
      for (let link = 0; link < LINK_COUNT; link++) {
        const other = machine.ethernetChip[machine.neighbour[chip * LINK_COUNT + link]!]!;
        if (other === home) continue;
        const to = chipCoord(machine, other);
        const wrap = (d: number, side: number): number => ((d + side + side / 2) % side) - side / 2;
        const name = `${wrap(to.x - x, 36)},${wrap(to.y - y, 24)}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    });
    expect(Object.fromEntries(counts)).toEqual({ "-8,-4": 8, "-4,4": 8, "4,8": 8, "8,4": 8, "4,-4": 8, "-4,-8": 8 });
  });

  it.each(["13x12", "10x10", "3x3", "300x300", "12x8"])("%s is no arrangement of boards", (size) => {
    expect(() => parseMachine(size, () => "")).toThrow(expect.objectContaining({ code: "MACHINE_SIZE" }));
  });
});

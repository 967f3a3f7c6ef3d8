/**
 * The machine's triangular mesh drawn as it is: chips are hexagons, and the six links of a chip cross its six edges.
 *
 * Chip (x, y) stands at x - y/2 chips to the right and y * sqrt(3)/2 upwards, which puts its neighbours over links
 * E, NE, N, W, SW, S at equal distance and at angles 0, 60, 120, 180, 240, 300 degrees.
 */
import { LINK_COUNT, type Machine } from "../machine/machine.ts";
import { element, escapeMarkup, FAINT_INK, label, px } from "./svg.ts";

export interface ChipGrid {
  /** Pixels between the centres of neighbours. */
  readonly pitch: number;
  readonly width: number;
  readonly height: number;
  /** Centre of a chip in pixels. */
  centre(chip: number): Point;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const ROW_RATIO = Math.sqrt(3) / 2;
const LARGEST_PITCH = 72;
const SMALLEST_PITCH = 6;

/** Lays the machine's chips out below `top`, as large as `width` allows. */
export function chipGrid(machine: Machine, left: number, top: number, width: number): ChipGrid {
  const columns = machine.width + (machine.height - 1) / 2;
  const pitch = Math.max(SMALLEST_PITCH, Math.min(LARGEST_PITCH, width / (columns + 0.2)));
  const rise = pitch * ROW_RATIO;
  const firstX = left + (machine.height - 1) * (pitch / 2) + 0.6 * pitch;
  const firstY = top + (machine.height - 1) * rise + 0.7 * pitch;
  return {
    pitch,
    width: (columns + 0.2) * pitch,
    height: (machine.height - 1) * rise + 1.4 * pitch,
    centre: (chip) => {
      const x = chip % machine.width;
      const y = Math.floor(chip / machine.width);
      return { x: firstX + (x - y / 2) * pitch, y: firstY - y * rise };
    },
  };
}

/** Unit vector of a link in the picture, y downwards. */
export function linkDirection(link: number): Point {
  const angle = (link * 2 * Math.PI) / LINK_COUNT;
  return { x: Math.cos(angle), y: -Math.sin(angle) };
}

/** Outline of a hexagon with two upright edges, `across` pixels wide, as path data. */
export function hexagonPath({ x, y }: Point, across: number): string {
  const radius = across / 2 / ROW_RATIO;
  const corners = Array.from({ length: 6 }, (_, corner) => {
    const angle = Math.PI / 6 + (corner * Math.PI) / 3;
    return `${px(x + radius * Math.cos(angle))} ${px(y - radius * Math.sin(angle))}`;
  });
  return `M${corners.join("L")}Z`;
}

/** Where the machine has no working chip. */
export function absentChips(machine: Machine, grid: ChipGrid): string {
  const outlines = Array.from(machine.alive, (alive, chip) =>
    alive === 0 ? hexagonPath(grid.centre(chip), grid.pitch * 0.92) : "",
  );
  const d = outlines.join("");
  return d === ""
    ? ""
    : element("path", { d, fill: "none", stroke: "#c3ccd5", "stroke-width": 0.8, "stroke-dasharray": "2 3" });
}

/** A chip's coordinates, centred on a point. */
export function chipName(machine: Machine, chip: number, at: Point, size: number): string {
  return label(at.x, at.y, `${chip % machine.width},${Math.floor(chip / machine.width)}`, {
    "text-anchor": "middle",
    "font-size": size,
    fill: FAINT_INK,
  });
}

/** A group with words that a browser shows when the pointer rests on it. */
export function withTooltip(text: string, ...content: readonly string[]): string {
  return element("g", {}, element("title", {}, escapeMarkup(text)), ...content);
}

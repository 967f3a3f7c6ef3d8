import { LINK_NAMES } from "../machine/geometry.ts";
import { LINK_COUNT, LINK_STEPS, type Machine } from "../machine/machine.ts";
import {
  absentChips,
  type ChipGrid,
  chipGrid,
  chipName,
  hexagonPath,
  linkDirection,
  withTooltip,
} from "./chip-grid.ts";
import type { MappingView } from "./mapping-view.ts";
import type { MapOptions } from "./placement-map.ts";
import { type ColourScale, colourBar, sequentialColour } from "./sequential-colour.ts";
import { element, FAINT_INK, label, picture } from "./svg.ts";

const TOP = 74;
/** Links are drawn one by one from this distance of chips on; below it a chip takes the colour of its busiest link. */
const PITCH_WITH_LINKS = 18;
const IDLE = "#e6ebf0";
const PITCH_WITH_NAMES = 44;

/** Load of each link, both directions side by side (traffic keeps right), as an SVG file. */
export function linkLoadMapSvg(view: MappingView, options: MapOptions = {}): string {
  const { machine } = view;
  const { load, unit } = view.linkLoad;
  const width = options.width ?? 640;
  const grid = chipGrid(machine, 10, TOP, width - 20);
  const largest = load.reduce((a, b) => Math.max(a, b), 0);
  const colour = sequentialColour(0, largest || 1, "lines");
  const showsLinks = grid.pitch >= PITCH_WITH_LINKS;
  const chips = Array.from(machine.alive, (alive, chip) =>
    alive === 0
      ? ""
      : showsLinks
        ? chipWithLinks(view, chip, grid, colour, largest)
        : withTooltip(
            chipText(machine, load, chip, unit),
            element("path", {
              d: hexagonPath(grid.centre(chip), grid.pitch * 0.94),
              fill: busiest(load, chip) === 0 ? IDLE : colour(busiest(load, chip)),
            }),
          ),
  );
  const busy = load.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  return picture(width, TOP + grid.height + 20, `Link load on ${machine.name}`, [
    label(14, 22, "Link load", { "font-size": 13, "font-weight": 600 }),
    label(width - 14, 22, busyText(busy, largest, unit), {
      "text-anchor": "end",
      fill: FAINT_INK,
    }),
    colourBar(colour, 14, 46, 180, unit),
    absentChips(machine, grid),
    ...chips,
    label(14, TOP + grid.height + 10, showsLinks ? LEGEND_WITH_LINKS : "Colour: the chip's busiest outgoing link.", {
      fill: FAINT_INK,
      "font-size": 10,
    }),
  ]);
}

const LEGEND_WITH_LINKS = "Traffic keeps right. Grey: idle. A cross: no working link between two working chips.";

function chipWithLinks(
  { machine, linkLoad: { load, unit } }: MappingView,
  chip: number,
  grid: ChipGrid,
  colour: ColourScale,
  largest: number,
): string {
  const centre = grid.centre(chip);
  const links = Array.from({ length: LINK_COUNT }, (_, link) => {
    const along = linkDirection(link);
    const right = { x: -along.y, y: along.x };
    const offset = grid.pitch * 0.055;
    const start = { x: centre.x + right.x * offset, y: centre.y + right.y * offset };
    const from = grid.pitch * 0.29;
    const to = grid.pitch * 0.71;
    if (machine.neighbour[chip * LINK_COUNT + link]! < 0) return brokenLink(machine, chip, link, grid);
    const value = load[chip * LINK_COUNT + link]!;
    return element("line", {
      x1: start.x + along.x * from,
      y1: start.y + along.y * from,
      x2: start.x + along.x * to,
      y2: start.y + along.y * to,
      stroke: value === 0 ? IDLE : colour(value),
      "stroke-width": grid.pitch * (value === 0 ? 0.018 : 0.035 + (0.06 * value) / largest),
    });
  });
  const hexagon = element("path", {
    d: hexagonPath(centre, grid.pitch * 0.52),
    fill: "#eef1f4",
    stroke: "#b4bec8",
    "stroke-width": 0.7,
  });
  const size = grid.pitch * 0.15;
  const name =
    grid.pitch < PITCH_WITH_NAMES ? "" : chipName(machine, chip, { x: centre.x, y: centre.y + size * 0.35 }, size);
  return withTooltip(chipText(machine, load, chip, unit), ...links, hexagon, name);
}

/** A cross where two working chips that stand side by side have no link; nothing at the machine's edge. */
function brokenLink(machine: Machine, chip: number, link: number, grid: ChipGrid): string {
  const centre = grid.centre(chip);
  const along = linkDirection(link);
  const middle = { x: centre.x + (along.x * grid.pitch) / 2, y: centre.y + (along.y * grid.pitch) / 2 };
  const { x, y } = LINK_STEPS[link]!;
  const column = (chip % machine.width) + x;
  const row = Math.floor(chip / machine.width) + y;
  const inside = column >= 0 && column < machine.width && row >= 0 && row < machine.height;
  if (!inside || machine.alive[row * machine.width + column] === 0) return "";
  return label(middle.x, middle.y + grid.pitch * 0.07, "×", {
    "text-anchor": "middle",
    "font-size": grid.pitch * 0.2,
    fill: "#b42318",
  });
}

function busyText(links: number, largest: number, unit: string): string {
  if (links === 0) return "no link carries packets";
  return `${links} ${links === 1 ? "link carries" : "links carry"} packets, the busiest ${rounded(largest)} ${unit}`;
}

function chipText(machine: Machine, load: Float64Array, chip: number, unit: string): string {
  const links = LINK_NAMES.map((name, link) => `${name} ${rounded(load[chip * LINK_COUNT + link]!)}`);
  return `chip (${chip % machine.width}, ${Math.floor(chip / machine.width)}), ${unit}\n${links.join(", ")}`;
}

function busiest(load: Float64Array, chip: number): number {
  return load.subarray(chip * LINK_COUNT, (chip + 1) * LINK_COUNT).reduce((a, b) => Math.max(a, b), 0);
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

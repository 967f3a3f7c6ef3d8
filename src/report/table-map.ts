import { absentChips, chipGrid, hexagonPath, withTooltip } from "./chip-grid.ts";
import type { MappingView } from "./mapping-view.ts";
import type { MapOptions } from "./placement-map.ts";
import { colourBar, isDark, sequentialColour } from "./sequential-colour.ts";
import { element, FAINT_INK, INK, label, picture } from "./svg.ts";

const TOP = 74;
const PITCH_WITH_NUMBERS = 30;

/** Routing entries of each chip, as an SVG file. */
export function tableMapSvg(view: MappingView, options: MapOptions = {}): string {
  const { machine, tableEntries } = view;
  const width = options.width ?? 640;
  const grid = chipGrid(machine, 10, TOP, width - 20);
  const largest = tableEntries.reduce((a, b) => Math.max(a, b), 0);
  const free = machine.routerEntries.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), 1024);
  const colour = sequentialColour(0, largest || 1);
  const chips = Array.from(machine.alive, (alive, chip) => {
    if (alive === 0) return "";
    const entries = tableEntries[chip]!;
    const centre = grid.centre(chip);
    const where = `chip (${chip % machine.width}, ${Math.floor(chip / machine.width)})`;
    const hexagon = element("path", {
      d: hexagonPath(centre, grid.pitch * 0.94),
      fill: entries === 0 ? "#f4f6f8" : colour(entries),
      stroke: "#c3ccd5",
      "stroke-width": 0.6,
    });
    const size = grid.pitch * 0.22;
    const number =
      grid.pitch < PITCH_WITH_NUMBERS || entries === 0
        ? ""
        : label(centre.x, centre.y + size * 0.35, String(entries), {
            "text-anchor": "middle",
            "font-size": size,
            fill: isDark(colour, entries) ? "#fff" : INK,
          });
    return withTooltip(`${where}\n${entries} of ${machine.routerEntries[chip]} entries`, hexagon, number);
  });
  const total = tableEntries.reduce((a, b) => a + b, 0);
  return picture(width, TOP + grid.height + 8, `Routing tables on ${machine.name}`, [
    label(14, 22, "Routing tables", { "font-size": 13, "font-weight": 600 }),
    label(width - 14, 22, `${total} entries, the largest table ${largest} of ${free}`, {
      "text-anchor": "end",
      fill: FAINT_INK,
    }),
    colourBar(colour, 14, 46, 180, "entries"),
    absentChips(machine, grid),
    ...chips,
  ]);
}

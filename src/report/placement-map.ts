import type { PopulationRole } from "../results/population-role.ts";
import { absentChips, chipGrid, chipName, hexagonPath, type Point, withTooltip } from "./chip-grid.ts";
import { legend } from "./legend.ts";
import type { MappingView, PlacedSlice } from "./mapping-view.ts";
import { populationColours } from "./palette.ts";
import { element, FAINT_INK, label, picture } from "./svg.ts";

export interface MapOptions {
  /** Pixels. Default 640. */
  readonly width?: number;
  readonly roles?: ReadonlyMap<string, PopulationRole>;
}

/** Cores are drawn one by one from this distance of chips on, whole chips by what most of their cores run below it. */
const PITCH_WITH_CORES = 34;
const TOP = 74;
const CORES = 18;

/** Which population runs on which core of which chip, as an SVG file. */
export function placementMapSvg(view: MappingView, options: MapOptions = {}): string {
  const { machine, populations } = view;
  const width = options.width ?? 640;
  const grid = chipGrid(machine, 10, TOP, width - 20);
  const colours = populationColours(populations, options.roles);
  const byChip = new Map<number, PlacedSlice[]>();
  for (const slice of view.cores) byChip.set(slice.chip, [...(byChip.get(slice.chip) ?? []), slice]);
  const colourOf = ({ population }: PlacedSlice): string => colours.get(populations[population]!.name)!;
  const nameOf = ({ population, lo, hi, core }: PlacedSlice): string =>
    `core ${core}: ${populations[population]!.name}[${lo}..${hi - 1}]`;
  const ethernet = new Set<number>(machine.ethernetChips);
  const chips = Array.from(machine.alive, (alive, chip) => {
    if (alive === 0) return "";
    const slices = byChip.get(chip) ?? [];
    const centre = grid.centre(chip);
    const showsCores = grid.pitch >= PITCH_WITH_CORES;
    const hexagon = element("path", {
      d: hexagonPath(centre, grid.pitch * 0.94),
      fill: showsCores || slices.length === 0 ? "#f4f6f8" : colourOf(mostCommon(slices)),
      "fill-opacity": showsCores || slices.length === 0 ? undefined : 0.35 + (0.65 * slices.length) / CORES,
      stroke: ethernet.has(chip) ? "#1f2933" : "#c3ccd5",
      "stroke-width": ethernet.has(chip) ? 1.4 : 0.8,
    });
    const where = `chip (${chip % machine.width}, ${Math.floor(chip / machine.width)})`;
    const tooltip = [where, ...slices.toSorted((a, b) => a.core - b.core).map(nameOf)].join("\n");
    return withTooltip(
      tooltip,
      hexagon,
      ...(showsCores ? coreDots(view, chip, slices, centre, grid.pitch, colourOf) : []),
    );
  });
  const usedChips = byChip.size;
  const subtitle = `${view.cores.length} cores on ${usedChips} of ${count(machine.alive)} chips`;
  return picture(width, TOP + grid.height + 20, `Placement on ${machine.name}`, [
    label(14, 22, `Placement on ${machine.name}`, { "font-size": 13, "font-weight": 600 }),
    label(width - 14, 22, subtitle, { "text-anchor": "end", fill: FAINT_INK }),
    legend(
      populations.map(({ name }) => ({ name, colour: colours.get(name)! })),
      width - 14,
      44,
    ),
    absentChips(machine, grid),
    ...chips,
    label(14, TOP + grid.height + 10, "Thick outline: chip with Ethernet. Dashed: no working chip.", {
      fill: FAINT_INK,
      "font-size": 10,
    }),
  ]);
}

/** Core 0 in the middle, 1 to 6 around it, 7 to 17 outside; cores that cannot run an application have no dot. */
function coreDots(
  { machine }: MappingView,
  chip: number,
  slices: readonly PlacedSlice[],
  centre: Point,
  pitch: number,
  colourOf: (slice: PlacedSlice) => string,
): readonly string[] {
  const used = new Map(slices.map((slice) => [slice.core, slice]));
  const radius = pitch * 0.062;
  const name = pitch < 48 ? [] : [chipName(machine, chip, { x: centre.x, y: centre.y - pitch * 0.345 }, pitch * 0.125)];
  const dots = Array.from({ length: CORES }, (_, core) => {
    const at = corePosition(centre, pitch, core);
    if (core === 0) return element("circle", { cx: at.x, cy: at.y, r: radius * 0.7, fill: "#9aa3af" });
    const slice = used.get(core);
    if (slice !== undefined) return element("circle", { cx: at.x, cy: at.y, r: radius, fill: colourOf(slice) });
    if ((machine.applicationCores[chip]! & (1 << core)) === 0) return "";
    return element("circle", { cx: at.x, cy: at.y, r: radius, fill: "#fff", stroke: "#a9b4bf", "stroke-width": 0.8 });
  });
  return [...dots, ...name];
}

function corePosition(centre: Point, pitch: number, core: number): Point {
  const middle = { x: centre.x, y: centre.y + pitch * 0.06 };
  if (core === 0) return middle;
  const inner = core <= 6;
  const angle = inner ? ((core - 1) * 2 * Math.PI) / 6 : ((core - 7) * 2 * Math.PI) / 11 - Math.PI / 2 + Math.PI / 11;
  const distance = pitch * (inner ? 0.16 : 0.31);
  return { x: middle.x + distance * Math.cos(angle), y: middle.y + distance * Math.sin(angle) };
}

function mostCommon(slices: readonly PlacedSlice[]): PlacedSlice {
  const votes = new Map<number, number>();
  for (const { population } of slices) votes.set(population, (votes.get(population) ?? 0) + 1);
  return slices.reduce((best, slice) => (votes.get(slice.population)! > votes.get(best.population)! ? slice : best));
}

function count(alive: Uint8Array): number {
  return alive.reduce((sum, one) => sum + one, 0);
}

import type { PopulationRole } from "../results/population-role.ts";
import { linkLoadMapSvg } from "./link-load-map.ts";
import type { MappingView } from "./mapping-view.ts";
import { section, table } from "./page-section.ts";
import { placementMapSvg } from "./placement-map.ts";
import { tableMapSvg } from "./table-map.ts";

const PICTURE_WIDTH = 590;
const FULLEST_TABLES = 8;

/** Where the network sits on the machine, what its links carry, and how full the routing tables are. */
export function machineSection(view: MappingView, roles: ReadonlyMap<string, PopulationRole>): string {
  const options = { width: PICTURE_WIDTH, roles };
  const pictures = [placementMapSvg(view, options), linkLoadMapSvg(view, options), tableMapSvg(view, options)];
  return section("Machine", `<div class="pictures">${pictures.join("")}${fullestTables(view)}</div>`);
}

function fullestTables({ machine, tableEntries, cores }: MappingView): string {
  const chips = Array.from(tableEntries, (entries, chip) => ({ entries, chip }))
    .filter(({ entries }) => entries > 0)
    .toSorted((a, b) => b.entries - a.entries || a.chip - b.chip)
    .slice(0, FULLEST_TABLES);
  const rows = chips.map(({ entries, chip }) => {
    const free = machine.routerEntries[chip]!;
    const share = entries / free;
    return [
      `(${chip % machine.width}, ${Math.floor(chip / machine.width)})`,
      String(entries),
      String(free),
      `<span class="bar" style="width:${Math.max(1, Math.round(share * 110))}px"></span> ${(share * 100).toFixed(1)} %`,
      String(cores.filter((core) => core.chip === chip).length),
    ];
  });
  const columns = [
    { head: "chip", text: true },
    { head: "entries" },
    { head: "of" },
    { head: "used", text: true },
    { head: "cores" },
  ];
  return `<div><h3>Fullest routing tables</h3>${table(columns, rows)}</div>`;
}

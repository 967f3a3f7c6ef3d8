import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ProjectionQuantisation } from "../image/deployment.ts";
import type { PopulationRole } from "../results/population-role.ts";
import type { Recordings } from "../results/results.ts";
import type { RunCounts } from "../results/run-counts.ts";
import type { RunSummary } from "../results/run-summary.ts";
import { type HeatMap, heatMapSvg } from "./heat-map.ts";
import type { MappingView } from "./mapping-view.ts";
import { activitySection } from "./page-activity.ts";
import { pageData } from "./page-data.ts";
import { machineSection } from "./page-machine.ts";
import { countsSection, headline, populationSection, quantisationSection, runSection } from "./page-numbers.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { section } from "./page-section.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { Mark } from "./phase-marks.ts";
import { escapeMarkup } from "./svg.ts";

/** What a report shows. Everything but the summary may be missing; its section is then left out. */
export interface ReportInput {
  readonly summary: RunSummary;
  readonly results?: Recordings;
  readonly mapping?: MappingView;
  readonly quantisation?: readonly ProjectionQuantisation[];
  /** What every core and router counted. */
  readonly counts?: RunCounts;
  readonly heatMaps?: readonly HeatMap[];
  /** Moments that the charts over time show, such as the beginnings of phases. */
  readonly marks?: readonly Mark[];
}

/**
 * A run as one HTML page that needs nothing else: no network, no files beside it. The browser is told to fetch
 * nothing. The same input gives the same bytes.
 */
export function reportPage(input: ReportInput): string {
  const { summary, results, mapping } = input;
  const roles = rolesOf(summary);
  const data = results === undefined ? undefined : pageData(results, roles, input.marks);
  const sections = [
    headline(summary),
    populationSection(summary),
    results === undefined || data === undefined ? "" : activitySection(results, data, roles),
    mapping === undefined ? "" : machineSection(mapping, roles),
    (input.heatMaps ?? []).length === 0
      ? ""
      : section("Sweep", (input.heatMaps ?? []).map((map) => heatMapSvg(map)).join("")),
    quantisationSection(input.quantisation ?? []),
    runSection(summary),
    input.counts === undefined ? "" : countsSection(input.counts),
  ];
  const drawing =
    data === undefined
      ? ""
      : `<script type="application/json" id="run-data">${jsonForScript(data)}</script>
<script>${uPlotFile("uPlot.iife.min.js")}</script>
<script>${PAGE_SCRIPT}</script>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>${escapeMarkup(summary.network)} — spinloom report</title>
<style>${uPlotFile("uPlot.min.css")}${PAGE_STYLE}</style>
</head>
<body>
${sections.filter((part) => part !== "").join("\n")}
<footer>Written by spinloom ${escapeMarkup(summary.versions.spinloom ?? "")}. Zoomable charts by uPlot, copyright Leon Sorokin, MIT licence.</footer>
${drawing}
</body>
</html>
`;
}

function rolesOf({ populations }: RunSummary): ReadonlyMap<string, PopulationRole> {
  return new Map(populations.flatMap(({ name, role }) => (role === null ? [] : [[name, role] as const])));
}

/** No `<` can end the script element early. */
function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function uPlotFile(name: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), "utf8");
}
